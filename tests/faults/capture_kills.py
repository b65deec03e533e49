"""A kernel that is killed at each of its points while it runs tracked cells: what was recorded of them.

Run by `test_kill_points.py` in a process of its own, from which every kernel is forked: a real IPython shell that loads
nbops in an empty project and runs four cells, telling its parent after each that it has returned.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path

from kill_points import Points, choose, close_connections, in_child, report, restore, unseen

from journal_writer import computed

_MOST = int(os.environ.get("NBOPS_KILL_POINTS", "110"))
_SETUP = """
import nbops
import numpy as np, pandas as pd
from sklearn.linear_model import LogisticRegression
frame = pd.DataFrame({"x": np.arange(40.0), "n": np.arange(40) % 7})
labels = frame["n"] > 3
"""
_CELLS = (
    ("plain", "lr = 0.1\nauc = 0.75 + lr\n", "FINISHED", {"lr": 0.1}, {"auc": 0.85}),
    (
        "model",
        (
            "C = 0.5\nnbops.log(step=1, loss=0.5)\nmodel = LogisticRegression(C=C).fit(frame, labels)\n"
            "nbops.log(step=2, loss=0.25)\naccuracy = C + 0.25\n"
        ),
        "FINISHED",
        {"C": 0.5},
        {"loss": 0.25, "accuracy": 0.75},
    ),
    ("broken", "depth = 3\nnbops.log(tried=depth)\n1 / 0\n", "FAILED", {"depth": 3}, {"tried": 3.0}),
    ("last", "n_rows = 7\nscore = n_rows / 14\n", "FINISHED", {"n_rows": 7}, {"score": 0.5}),
)


def main(folder: Path, database: Path) -> None:
    """Enumerate, kill at each, and report."""
    import shutil

    begun = time.monotonic()
    template, project = folder / "template", folder / "project"
    template.mkdir()
    (template / "pyproject.toml").touch()
    (template / ".nbops").mkdir()
    shutil.copy(database, template / ".nbops" / "mlflow.db")
    shell = _preload(folder, database)
    restore(template, project)
    os.chdir(project)
    code, told = in_child(lambda tell: _kernel(shell, tell))
    assert code == 0, told
    assert told[:-1] == [0, 1, 2, 3], told
    names = told[-1]
    assert not (wrong := _check(project, told[:-1], database)), wrong

    def outcomes():
        for name in choose(names, _MOST):
            restore(template, project)
            os.chdir(project)
            code, told = in_child(lambda tell: _kernel(shell, tell, name))  # noqa: B023 # used at once
            returned = [thing for thing in told if isinstance(thing, int)]
            problems = [str(thing) for thing in told if isinstance(thing, dict)]
            yield name, code == -9, problems + _check(project, returned, database)

    report(names, outcomes(), begun)


def _preload(folder: Path, database: Path):
    """Return a shell that has done all of it once, so that nothing is left to be imported."""
    import shutil

    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from nbops.recording.recorder import Recorder
    from nbops.workspace import open_workspace

    project = folder / "project"
    project.mkdir()
    (project / "pyproject.toml").touch()
    os.chdir(project)
    workspace = open_workspace(project)
    shutil.copy(database, workspace.root / "mlflow.db")
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    shell.showtraceback = lambda *_, **__: None  # formatting one, while being watched, takes longer than all else
    _run(shell, "%load_ext nbops")
    _run(shell, _SETUP)
    for name, source, *_ in _CELLS:
        shell.run_cell(f"%%track {name}\n{source}", store_history=True)
    _run(shell, "%unload_ext nbops")
    Recorder(workspace).drain()
    close_connections()
    return shell


def _run(shell, source: str) -> None:
    shell.run_cell(source, store_history=True).raise_error()


def _kernel(shell, tell, target: str = "") -> None:
    _run(shell, "%load_ext nbops")
    traceback.format_exception = unseen(traceback.format_exception)
    with Points(target) as points:
        for number, (name, source, *_) in enumerate(_CELLS):
            shell.run_cell(f"%%track {name}\n{source}", store_history=True)
            tell(number)
    if not target:
        tell(points.names)


def _check(project: Path, returned: list[int], database: Path) -> list[str]:
    code, told = in_child(lambda tell: tell(_differences(project, returned)))
    return told[0] if code == 0 else [f"checking ended with {code}: {told}"]


def _differences(project: Path, returned: list[int]) -> list[str]:
    """Drain, and compare what MLflow and the screens hold with what the kernel did before it died."""
    import mlflow
    from mlflow.entities import ViewType

    from nbops.recording.list_runs import list_runs
    from nbops.recording.pending import pending
    from nbops.recording.recorder import Recorder
    from nbops.workspace import Workspace

    workspace = Workspace(project / ".nbops")
    Recorder(workspace).drain()
    listed = list_runs(workspace)[::-1]
    client = mlflow.MlflowClient(workspace.tracking_uri)
    experiments = [item.experiment_id for item in client.search_experiments()]
    found = client.search_runs(experiments, "", ViewType.ALL, order_by=["attributes.start_time ASC"])
    told = [] if pending(workspace) == 0 else ["something still waits"]
    ids = [run.data.tags.get("nbops.run") for run in found]
    if ids != [run.id for run in listed]:
        told.append(f"MLflow has {ids}, screens have {[run.id for run in listed]}")
    names = [name for name, *_ in _CELLS]
    if [run.name for run in listed] not in (names[: len(returned)], names[: len(returned) + 1]):
        told.append(f"{returned} returned, and there are {[run.name for run in listed]}")
    for number, (run, ours) in enumerate(zip(found, listed, strict=False)):
        told += _cell_differences(number, run, ours, returned=number in returned)
        told += _broken_parts(ours, workspace, client, run)
    left = [path.name for path in workspace.root.rglob("*") if path.name.endswith(".pack")]
    models = client.search_logged_models(experiments)
    told += [f"logged model is {item.status}" for item in models if not str(item.status).endswith("READY")]
    return told + [f"{len(models)} models" for _ in range(len(models) > 1)] + [str(left) for _ in range(len(left) > 5)]


def _cell_differences(number: int, run, ours, *, returned: bool) -> list[str]:
    name, _, status, parameters, metrics = _CELLS[number]
    shown = {key: str(value) for key, value in parameters.items()}
    seen = (run.info.status, run.data.params, computed(run.data.metrics))
    if seen == (status, shown, metrics):
        # Whole, though it may not have returned: its last record was on disk.
        wrong = ours.status != status or (len(ours.models) != (name == "model")) or ours.failure
        return [f"{name}: screens have {ours.status}, {len(ours.models)} models, {ours.failure}"] if wrong else []
    if returned:
        return [f"{name} returned, and is {seen}"]
    logged = {key: value for key, value in metrics.items() if key in {"loss", "tried"}}
    found = computed(run.data.metrics).items()
    partial = found <= (logged | {"loss": 0.5}).items() or found <= logged.items()
    killed = run.info.status == ours.status == "KILLED" and not run.data.params and partial
    return [] if killed else [f"{name} did not return, and is {seen}"]


def _broken_parts(ours, workspace, client, run) -> list[str]:
    """Say which part of a run cannot be had, though the run speaks of it."""
    from nbops.snapshots.load import load

    told = list(ours.warnings)
    for item in ours.snapshots:
        if item.get("id"):
            load(item["id"], workspace=workspace)
    told += [f"{model['name']} has no uri" for model in ours.models if not model.get("uri")]
    return told


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
