"""The public surface is what `__all__` says, and nothing is promised that is not there."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.metadata import entry_points, version

import pytest

import nbops

PROMISED = {
    "Secret", "assign", "cancel", "compare", "contract", "diff", "drift", "explain", "flush", "get_run", "judge",
    "last_run", "load", "log", "performance", "profile", "promote", "register", "retrain", "rollback", "run", "runs",
    "snapshot", "track", "verify", "watch",
}  # fmt: skip


def test_surface_is_all():
    """`dir(nbops)` and `__all__` name the promised verbs, sorted, and nothing else."""
    assert set(nbops.__all__) == PROMISED | {"__version__"}
    assert nbops.__all__ == dir(nbops)
    assert nbops.__all__[1:] == sorted(nbops.__all__[1:])


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_every_public_name_resolves_and_explains_itself(name):
    """Each public name is a callable with a docstring and fully annotated arguments."""
    verb = getattr(nbops, name)
    assert callable(verb)
    assert len(inspect.getdoc(verb) or "") > 20
    for parameter in inspect.signature(verb).parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty, f"{name}({parameter.name})"


def test_the_room_of_snapshots_needs_no_import():
    """`nbops.snapshots.verify` and its neighbours are there after `import nbops` alone."""
    code = "import nbops; print(nbops.snapshots.verify.__name__, nbops.snapshots.diff.__name__, callable(nbops.diff))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["verify", "diff", "True"]


def test_unknown_name_is_an_attribute_error():
    """A typo gives the usual sentence."""
    with pytest.raises(AttributeError, match="no attribute 'snapshott'"):
        nbops.snapshott  # noqa: B018


def test_version_is_the_installed_one():
    """`nbops.__version__` is what pip shows."""
    assert nbops.__version__ == version("nbops")


def test_entry_points_load():
    """Every plugin that the package declares for MLflow, papermill and the shell can be imported."""
    import papermill  # noqa: F401 # loads our engine itself, while it is being imported

    ours = [
        point
        for group in entry_points().groups
        for point in entry_points(group=group)
        if point.dist and point.dist.name == "nbops"
    ]
    assert {point.group for point in ours} >= {
        "console_scripts", "mlflow.dataset_source", "mlflow.run_context_provider", "papermill.engine",
    }  # fmt: skip
    for point in ours:
        assert point.load() is not None
