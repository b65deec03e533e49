"""What reaches MLflow, for somebody who only knows MLflow."""

from __future__ import annotations

import json
import time

import mlflow
import pytest

from journal_writer import DEAD, Writer
from nbops.recording.get_run import get_run
from nbops.recording.list_runs import list_runs
from nbops.recording.pending import pending

_COLUMNS = {"x": "float64", "city": "str", "n": "int64", "at": "datetime64[ns]"}
_DATA = (
    {"name": "train", "role": "train", "snapshot": "ab" * 32, "digest": "ab" * 32, "rows": 4, "columns": _COLUMNS},
)
_GIT = {"commit": "c0ffee", "branch": "main", "dirty": True, "remote": "https://example.org/x.git"}


def _artifact(client, run, path):
    from pathlib import Path

    return Path(client.download_artifacts(run.info.run_id, path)).read_text()


def test_run_reads_well_in_plain_mlflow(writer, drain, stored, client):
    """Name, values, status, times, source, data, description and files, in places that MLflow's UI shows."""
    diff = writer.journal.put(b"--- a\n+++ b\n")
    run = writer.run(
        "logreg C=0.5", opened={"time": 1000.0}, time=1002.5, duration=2.5, datasets=_DATA, git=_GIT | {"diff": diff},
        parameters={"C": 0.5, "scale": True, "name": "x", "grid": [1, 2]}, facts={"n": 4}, seeds={"numpy": 7},
        artifacts=({"path": "figures/roc.png", "blob": writer.journal.put(b"png")},),
        environment={"python": "3.11", "packages": {"scikit-learn": "1.6"}}, warnings=("nan_metric is nan",),
    )  # fmt: skip
    assert drain() == 1
    found = stored(run)
    assert (found.info.run_name, found.info.status) == ("logreg C=0.5", "FINISHED")
    assert (found.info.start_time, found.info.end_time) == (1_000_000, 1_002_500)
    assert found.data.params == {"C": "0.5", "scale": "True", "name": "x", "grid": "[1, 2]"}
    assert found.data.metrics == {"auc": 0.8}
    tags = found.data.tags
    assert {name: tags[name] for name in ("nbops.kind", "nbops.cell_id", "nbops.execution_count", "nbops.seeds")} == {
        "nbops.kind": "cell", "nbops.cell_id": "c1", "nbops.execution_count": "3", "nbops.seeds": "numpy=7",
    }  # fmt: skip
    assert (tags["mlflow.source.name"], tags["mlflow.source.type"]) == ("train.ipynb", "NOTEBOOK")
    assert (tags["mlflow.source.git.commit"], tags["mlflow.source.git.dirty"]) == ("c0ffee", "true")
    assert json.loads(tags["nbops.data"]) == [{"name": "train", "role": "train", "id": "ab" * 32, "rows": 4}]
    note = tags["mlflow.note.content"]
    assert note.startswith("**logreg C=0.5** — finished, cell [3] of `train.ipynb`, 2.5 s\n\nMetrics: auc **0.8**")
    assert "Data: train (4 rows)" in note
    assert "⚠ nan_metric is nan" in note
    data = found.inputs.dataset_inputs[0]
    assert (data.dataset.name, data.dataset.digest, data.tags[0].value) == ("train", ("ab" * 32)[:36], "train")
    kinds = {item["name"]: item["type"] for item in json.loads(data.dataset.schema)["mlflow_colspec"]}
    assert kinds == {"x": "double", "city": "string", "n": "long", "at": "datetime"}
    assert json.loads(data.dataset.source)["uri"] == "nbops://" + "ab" * 32
    files = {
        item.path for folder in ("", "nbops", "figures") for item in client.list_artifacts(found.info.run_id, folder)
    }
    assert files >= {"nbops/cell.py", "nbops/diff.patch", "nbops/environment.json", "figures/roc.png"}
    assert _artifact(client, found, "nbops/cell.py") == "C = 0.5\n"
    known = get_run(run)
    assert (known.mlflow_run_id, known.pending) == (found.info.run_id, False)
    assert client.get_experiment(found.info.experiment_id).name == "train"


def test_nothing_is_recorded_twice(writer, drain, stored):
    """A second look finds nothing to do."""
    run = writer.run()
    assert [drain(), drain()] == [1, 0]
    stored(run)


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED"])
def test_status_is_the_true_one(status, writer, drain, stored, client):
    """A failure keeps its traceback and says what ended it."""
    error = {"ename": "ValueError", "evalue": "bad", "traceback": writer.journal.put(b"Traceback ...")}
    run = writer.run(status=status, error=error if status == "FAILED" else None)
    drain()
    found = stored(run)
    assert found.info.status == status
    if status == "FAILED":
        assert found.data.tags["nbops.error"] == "ValueError: bad"
        assert _artifact(client, found, "nbops/traceback.txt") == "Traceback ..."


def test_run_of_a_dead_kernel_ends_as_killed(stored_workspace, drain, stored):
    """Never RUNNING for ever, with what was logged before."""
    kernel = Writer(stored_workspace, owner=DEAD)
    run = kernel.open(time=1000.0)
    kernel.log(run, metrics={"loss": 0.5})
    drain()
    found = stored(run)
    assert (found.info.status, found.data.metrics) == ("KILLED", {"loss": 0.5})
    assert found.info.end_time >= found.info.start_time


def test_long_run_appears_while_it_runs_and_gets_its_name_at_the_end(writer, drain, stored, client):
    """Its metrics come as they are logged; a person's note in MLflow's UI meanwhile is kept."""
    run = writer.open("", time=time.time() - 10)
    writer.log(run, metrics={"loss": 1.0})
    assert drain() == 0
    assert (stored(run).info.status, stored(run).data.metrics) == ("RUNNING", {"loss": 1.0})
    client.set_tag(stored(run).info.run_id, "mlflow.note.content", "watch this one")
    writer.log(run, metrics={"loss": 0.5})
    drain()
    assert stored(run).data.metrics == {"loss": 0.5}
    writer.close(run, suggested_name="SGD lr=0.1", metrics={"loss": 0.5, "auc": 0.9})
    assert drain() == 1
    found = stored(run)
    assert (found.info.run_name, found.info.status) == ("SGD lr=0.1", "FINISHED")
    assert [(point.step, point.value) for point in client.get_metric_history(found.info.run_id, "loss")] == [
        (0, 1.0), (1, 0.5),
    ]  # fmt: skip
    assert found.data.tags["mlflow.note.content"].startswith("watch this one\n\n**SGD lr=0.1** — finished")


def test_short_open_run_is_not_made_yet(writer, drain, client):
    """Most cells end within a moment; they cost one look."""
    writer.open()
    drain()
    assert [item.name for item in client.search_experiments()] == ["Default"]


def test_steps_are_kept_and_counted_where_none_is_told(writer, drain, stored, client):
    """Epochs as the user numbers them, else 0, 1, 2 …"""
    run = writer.open()
    for epoch in (10, 20):
        writer.log(run, epoch, metrics={"told": epoch / 10})
        writer.log(run, metrics={"counted": epoch / 10})
    writer.close(run, metrics={"told": 3.0})
    drain()
    found = stored(run)
    history = {name: [(p.step, p.value) for p in client.get_metric_history(found.info.run_id, name)]
               for name in ("told", "counted")}  # fmt: skip
    assert history == {"told": [(10, 1.0), (20, 2.0), (21, 3.0)], "counted": [(0, 1.0), (1, 2.0)]}


def test_many_points_are_sent_in_portions(writer, drain, stored, client):
    """More than one request of MLflow takes."""
    run = writer.open()
    for step in range(2500):
        writer.log(run, step, metrics={"loss": 1.0 / (step + 1)})
    writer.close(run)
    drain()
    assert len(client.get_metric_history(stored(run).info.run_id, "loss")) == 2500


def test_more_parameters_than_mlflow_takes_are_told(writer, drain, stored, client):
    """All of them stand in params.json, and the run says so."""
    run = writer.run(parameters={f"p{number}": number for number in range(150)} | {"text": "x" * 9000})
    drain()
    found = stored(run)
    assert len(found.data.params) == 100
    assert found.data.tags["nbops.params"] == "151 parameters: all, at full length, in params.json"
    assert len(json.loads(_artifact(client, found, "params.json"))["text"]) == 9000


def test_names_that_mlflow_does_not_take_are_rewritten(writer, drain, stored):
    """`cfg[lr]` is a parameter, whatever MLflow thinks of brackets."""
    run = writer.run(parameters={"cfg[lr]": 0.1}, metrics={"f1@10": 0.5})
    drain()
    assert stored(run).data.params == {"cfg_lr_": "0.1"}
    assert stored(run).data.metrics == {"f1_10": 0.5}


def test_children_reruns_and_repeats_are_linked(writer, drain, stored):
    """In MLflow's own way where it has one."""
    parent = writer.open("outer")
    child = writer.run("inner", opened={"parent": parent, "kind": "block"}, fingerprint="f")
    writer.close(parent)
    again = writer.run("inner", opened={"rerun_of": child}, fingerprint="f")
    drain()
    assert stored(child).data.tags["mlflow.parentRunId"] == stored(parent).info.run_id
    tags = stored(again).data.tags
    assert (tags["nbops.rerun_of"], tags["nbops.repeat_of"]) == (child, child)


def test_lost_blob_costs_only_itself(writer, drain, stored):
    """A damaged figure is told, everything else is recorded."""
    blob = writer.journal.put(b"figure")
    (writer.journal.folder / "blobs" / blob).write_bytes(b"damaged")
    run = writer.run(artifacts=({"path": "figures/a.png", "blob": blob},))
    drain()
    assert stored(run).info.status == "FINISHED"
    assert "is damaged" in get_run(run).warnings[0]


def test_artifact_paths_stay_inside_the_run(writer, drain, stored, client):
    """A path that leads out is cut."""
    run = writer.run(artifacts=({"path": "../../evil.txt", "blob": writer.journal.put(b"x")},))
    drain()
    assert _artifact(client, stored(run), "evil.txt") == "x"


def test_rows_leave_the_workspace_only_on_request(stored_workspace, writer, drain, stored, client):
    """`upload_data` puts the snapshot's rows beside the run; the default is digest and schema."""
    import pandas as pd

    from nbops.snapshots.snapshot import snapshot

    frame = pd.DataFrame({"x": [1.0, 2.0]})
    kept = snapshot(frame, "train", workspace=stored_workspace)
    data = ({"name": "train", "role": "train", "snapshot": kept.id, "rows": 2, "columns": {"x": "float64"}},)
    first = writer.run(datasets=data)
    drain()
    assert client.list_artifacts(stored(first).info.run_id, "data") == []
    (stored_workspace.project / "pyproject.toml").write_text("[tool.nbops]\nupload_data = true\n")
    second = writer.run(datasets=data)
    drain()
    path = client.download_artifacts(stored(second).info.run_id, "data/train.parquet")
    assert pd.read_parquet(path).equals(frame)


def test_users_own_run_is_completed_not_doubled(stored_workspace, writer, drain, client):
    """A run that was active in the cell gets what it lacks; what the user logged, and its status, stay."""
    mlflow.set_tracking_uri(stored_workspace.tracking_uri)
    mlflow.set_experiment("mine")
    with mlflow.start_run(run_name="by hand") as active:
        mlflow.log_param("C", 99)
        mlflow.log_metric("auc", 0.1)
    client.update_run(active.info.run_id, status="RUNNING")
    run = writer.run(opened={"attach": active.info.run_id}, parameters={"C": 0.5, "depth": 3},
                     metrics={"auc": 0.8, "f1": 0.7})  # fmt: skip
    drain()
    found = client.get_run(active.info.run_id)
    assert found.data.params == {"C": "99", "depth": "3"}
    assert found.data.metrics == {"auc": 0.1, "f1": 0.7}
    assert (found.info.status, found.info.run_name) == ("RUNNING", "by hand")
    assert found.data.tags["nbops.run"] == run
    assert len(client.search_runs([item.experiment_id for item in client.search_experiments()])) == 1
    known = get_run(run)
    assert (known.mlflow_run_id, known.experiment) == (active.info.run_id, "mine")
    drain()
    assert [item.id for item in list_runs(stored_workspace)] == [run]


def test_experiment_that_the_user_chose_by_id_wins(stored_workspace, writer, drain, stored, client):
    """`mlflow.set_experiment` leaves only an id behind; runs go there."""
    chosen = client.create_experiment("chosen")
    run = writer.run(opened={"tags": {"nbops.experiment_id": chosen}})
    drain()
    assert stored(run).info.experiment_id == chosen
    assert get_run(run).experiment == "chosen"


def test_deleted_experiment_takes_runs_again(writer, drain, stored, client):
    """Somebody tidied up in MLflow's UI; the next run of that notebook brings the experiment back."""
    first = writer.run()
    drain()
    client.delete_experiment(stored(first).info.experiment_id)
    second = writer.run()
    drain()
    assert stored(second).info.status == "FINISHED"


def test_run_that_mlflow_refuses_stops_no_other(writer, drain, stored, stored_workspace):
    """After some tries it waits no longer, and says why; `nbops sync` tries again."""
    bad = writer.run("bad", opened={"attach": "0" * 32})
    good = writer.run("good")
    for _ in range(5):
        drain()
    assert stored(good).info.status == "FINISHED"
    assert pending(stored_workspace) == 0
    assert "not in MLflow: MLflow refused" in get_run(bad).failure


def test_moved_workspace_records_into_itself(stored_workspace, drain, stored):
    """A journal that names the store of a directory that is gone means the workspace's own."""
    gone = f"sqlite:///{stored_workspace.project.parent / 'former' / '.nbops' / 'mlflow.db'}"
    run = Writer(stored_workspace, tracking_uri=gone).run()
    drain()
    assert stored(run).info.status == "FINISHED"
    assert not (stored_workspace.project.parent / "former").exists()


def test_store_that_the_user_named_gets_the_run(stored_workspace, mlflow_template, tmp_path, drain, client):
    """The tracking URI of the session wins over the workspace's own file."""
    import shutil

    path = tmp_path / "other.db"
    shutil.copy(mlflow_template, path)
    Writer(stored_workspace, tracking_uri=f"sqlite:///{path}").run("there")
    drain()
    assert [item.name for item in client.search_experiments()] == ["Default"]
    other = mlflow.MlflowClient(f"sqlite:///{path}")
    assert [
        item.info.run_name for item in other.search_runs([other.get_experiment_by_name("train").experiment_id])
    ] == ["there"]
