"""MLOps without leaving the notebook: track, snapshot, promote, run, register and watch.

Every public name is looked up on first use, so that `import nbops` and `%load_ext nbops` stay light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_HOMES = {
    "Secret": "nbops.pipelines.parameters.secret",
    "assign": "nbops.registry.assign",
    "cancel": "nbops.pipelines.running.cancel",
    "compare": "nbops.recording.compare",
    "contract": "nbops.contracts.contract",
    "diff": "nbops.profiles.diff",
    "drift": "nbops.monitoring.judging.drift",
    "explain": "nbops.pipelines.explain",
    "flush": "nbops.recording.flush",
    "get_run": "nbops.recording.get_run",
    "judge": "nbops.registry.judge",
    "last_run": "nbops.recording.get_run",
    "load": "nbops.snapshots.load",
    "log": "nbops.capture.runs.log",
    "performance": "nbops.monitoring.performance.performance",
    "profile": "nbops.profiles.profile",
    "promote": "nbops.pipelines.promote",
    "register": "nbops.registry.register",
    "retrain": "nbops.monitoring.retraining.retrain",
    "rollback": "nbops.registry.rollback",
    "run": "nbops.pipelines.running.run",
    "runs": "nbops.recording.runs",
    "snapshot": "nbops.snapshots.snapshot",
    "track": "nbops.capture.runs.track",
    "verify": "nbops.pipelines.verifying.verify",
    "watch": "nbops.monitoring.watching.watch",
}

_ROOMS = {"snapshots"}  # `nbops.snapshots.verify()` without an import of its own

__all__ = sorted(["__version__", *_HOMES])  # noqa: PLE0605 # the table is the truth


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("nbops")
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    if name in _ROOMS:
        from importlib import import_module

        return import_module(f"nbops.{name}")
    raise AttributeError(f"module 'nbops' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Called by `%load_ext nbops`."""
    from nbops.magics import load

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Called by `%unload_ext nbops`."""
    from nbops.magics import unload

    unload(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "nbops"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from nbops.server.app import NbopsApp

    return [{"module": "nbops", "app": NbopsApp}]
