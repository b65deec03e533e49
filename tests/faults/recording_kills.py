"""A recorder that is killed at each of its points, and one that drains to the end: what MLflow then holds.

Run by `test_kill_points.py` in a process of its own, from which every recorder is forked.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from kill_points import Points, choose, close_connections, in_child, report, restore, unseen

from journal_writer import DEAD, Writer

_MOST = int(os.environ.get("NBOPS_KILL_POINTS", "110"))
_FACTS: dict[str, dict] = {}


def main(folder: Path, database: Path) -> None:
    """Enumerate, kill at each, and report."""
    import shutil

    from nbops.workspace import Workspace, open_workspace

    begun = time.monotonic()
    template, project = folder / "template", folder / "project"
    project.mkdir()
    os.environ["NBOPS_WORKSPACE"] = str(project / ".nbops")
    os.chdir(project)
    workspace = open_workspace(project)
    shutil.copy(database, workspace.root / "mlflow.db")
    _write_journals(workspace)
    shutil.copytree(project, template)
    _drain(workspace)  # here, so that nothing is left to be imported in the children
    close_connections()
    restore(template, project)
    os.chdir(project)
    code, told = in_child(lambda tell: _list_points(workspace, tell))
    assert code == 0, told
    names = told[0]
    assert not (wrong := _check(workspace)), wrong

    def outcomes():
        for name in choose(names, _MOST):
            restore(template, project)
            os.chdir(project)
            code, told = in_child(lambda _: _drain(workspace, name))  # noqa: B023 # used at once
            problems = [str(line) for line in told]
            yield name, code == -9, problems + _check(workspace)

    report(names, outcomes(), begun)
    assert Workspace(project / ".nbops") == workspace


def _write_journals(workspace) -> None:
    from sklearn.linear_model import LogisticRegression

    from nbops.recording.annotate import annotate

    writer = Writer(workspace)
    fitted = LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    signature = {"inputs": [["x", "float64"]], "tensor": None, "output": "int64"}
    figure = {"path": "figures/roc.png", "blob": writer.journal.put(b"png")}
    data = ({"name": "train", "role": "train", "snapshot": "ab" * 32, "rows": 20, "columns": {"x": "float64"}},)
    first = writer.open("model", time=1000.0)
    writer.log(first, step=1, metrics={"loss": 0.5})
    writer.log(first, step=2, metrics={"loss": 0.25}, parameters={"note": "slow"})
    writer.close(first, models=(writer.model(fitted, signature=signature),), datasets=data, artifacts=(figure,))
    second = writer.run(
        "broken", "FAILED", opened={"time": 1001.0}, metrics={},
        error={"ename": "ValueError", "evalue": "x", "traceback": writer.journal.put(b"Traceback")},
    )  # fmt: skip
    dead = Writer(workspace, owner=DEAD)
    third = dead.open("long", time=1002.0)
    dead.log(third, metrics={"loss": 0.75}, parameters={"lr": 0.1})
    fourth = writer.run("child", opened={"time": 1003.0, "parent": first}, metrics={"auc": 0.9})
    annotate(second, star=True, name="mended", workspace=workspace)
    both = {"params": {"C": "0.5"}, "metrics": {"auc": 0.8}}
    _FACTS[first] = {
        "name": "model", "status": "FINISHED", "params": {"C": "0.5", "note": "slow"},
        "metrics": {"auc": 0.8, "loss": 0.25}, "points": {"loss": 2, "auc": 1}, "models": 1, "inputs": 1,
        "files": {"nbops/cell.py", "figures/roc.png"},
    }  # fmt: skip
    _FACTS[second] = both | {
        "name": "mended", "status": "FAILED", "metrics": {}, "points": {}, "star": True,
        "files": {"nbops/cell.py", "nbops/traceback.txt"},
    }  # fmt: skip
    _FACTS[third] = {
        "name": "long", "status": "KILLED", "params": {"lr": "0.1"}, "metrics": {"loss": 0.75}, "points": {"loss": 1},
        "files": {"nbops/cell.py"},
    }  # fmt: skip
    _FACTS[fourth] = both | {
        "name": "child", "status": "FINISHED", "metrics": {"auc": 0.9}, "points": {"auc": 1}, "parent": first,
        "files": {"nbops/cell.py"},
    }  # fmt: skip


def _list_points(workspace, tell) -> None:
    with Points() as points:
        _drain(workspace)
    # A pipe holds 64 kB before somebody reads; the parent does, all the time.
    tell(points.names)


def _drain(workspace, target: str = "") -> None:
    from nbops.recording.recorder import Recorder
    from nbops.recording.writing.mlflow_store import MlflowStore

    if not target:
        assert Recorder(workspace).drain() >= 0
        return
    if "log_model" not in target:
        MlflowStore.log_model = unseen(MlflowStore.log_model)
    with Points(target):
        Recorder(workspace).drain()


def _check(workspace) -> list[str]:
    """Let another recorder drain to the end, and say what is not as it should be."""

    def work(tell) -> None:
        _drain(workspace)
        tell(_differences(workspace))

    code, told = in_child(work)
    return told[0] if code == 0 else [f"the next recorder ended with {code}: {told}"]


def _differences(workspace) -> list[str]:
    """Compare what MLflow holds with what was written, and say where they differ."""
    import mlflow
    from mlflow.entities import ViewType

    from nbops.recording.pending import pending

    client = mlflow.MlflowClient(workspace.tracking_uri)
    experiments = [item.experiment_id for item in client.search_experiments()]
    found = client.search_runs(experiments, "", ViewType.ALL, order_by=["attributes.start_time ASC"])
    ours = [run.data.tags.get("nbops.run") for run in found]
    told = [] if ours == list(_FACTS) else [f"runs in MLflow: {ours}"]
    for run in found:
        facts = _FACTS[run.data.tags["nbops.run"]]
        told += _run_differences(
            run, facts, client, {other.data.tags["nbops.run"]: other.info.run_id for other in found}
        )
    models = client.search_logged_models(experiments)
    told += [
        f"logged model {item.model_id} is {item.status}" for item in models if not str(item.status).endswith("READY")
    ]
    told += [] if len(models) == 1 else [f"{len(models)} logged models"]
    if waiting := pending(workspace):
        told.append(f"{waiting} still wait")
    partial = [str(path) for path in workspace.root.rglob(".partial-*")]
    return told + [f"left behind: {partial}" for _ in partial[:1]]


def _run_differences(run, facts, client, ids) -> list[str]:
    tags, key = run.data.tags, run.info.run_id
    seen = {
        "name": run.info.run_name, "status": run.info.status, "params": run.data.params, "metrics": run.data.metrics,
        "points": {name: len(client.get_metric_history(key, name)) for name in run.data.metrics},
        "files": {item.path for folder in ("nbops", "figures") for item in client.list_artifacts(key, folder)},
        "star": tags.get("nbops.star") == "true", "inputs": len(run.inputs.dataset_inputs),
        "models": len(run.outputs.model_outputs) if run.outputs else 0,
        "parent": next((ours for ours, theirs in ids.items() if theirs == tags.get("mlflow.parentRunId")), None),
        "stage": run.info.lifecycle_stage,
    }  # fmt: skip
    wanted = {"star": False, "inputs": 0, "models": 0, "parent": None, "stage": "active"} | facts
    return [
        f"{facts['name']}: {name} is {seen[name]!r}, not {wanted[name]!r}"
        for name in seen
        if seen[name] != wanted[name]
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
