"""What people change about runs, here or in MLflow's own UI."""

from __future__ import annotations

import mlflow
import pytest

from nbops.errors import RunNotUsable, StoreRefused
from nbops.recording.annotate import annotate
from nbops.recording.delete_run import delete_run, restore_run
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.get_run import get_run
from nbops.recording.list_runs import list_runs
from nbops.recording.pending import pending
from nbops.recording.pull import pull
from nbops.recording.to_wire import to_wire


def test_changes_are_seen_at_once_and_reach_mlflow(stored_workspace, writer, drain, stored):
    """Name, note, star, tags; before and after the run is in MLflow."""
    early, late = writer.run("early"), writer.run("late")
    annotate(early, name="renamed", note="look at this", star=True, tags={"team": "blue"})
    assert (get_run(early).name, get_run(early).note, get_run(early).starred) == ("renamed", "look at this", True)
    drain()
    annotate(late, name="renamed too", hide=True)
    assert pending(stored_workspace) == 1
    drain()
    assert pending(stored_workspace) == 0
    first, second = stored(early), stored(late)
    assert (first.info.run_name, second.info.run_name) == ("renamed", "renamed too")
    assert first.data.tags["mlflow.note.content"].startswith("look at this\n\n**renamed** — finished")
    assert {name: first.data.tags[name] for name in ("nbops.star", "team")} == {"nbops.star": "true", "team": "blue"}
    assert second.data.tags["nbops.hidden"] == "true"
    annotate(early, star=False, note="")
    drain()
    assert "nbops.star" not in stored(early).data.tags
    assert stored(early).data.tags["mlflow.note.content"].startswith("**renamed**")


def test_changes_in_mlflows_ui_show_up_here(stored_workspace, writer, drain, stored, client):
    """A rename, a note above our description, a tag, a deletion, and taking it back."""
    run = writer.run("fit")
    drain()
    there = stored(run).info.run_id
    client.update_run(there, name="by ana")
    described = stored(run).data.tags["mlflow.note.content"]
    client.set_tag(there, "mlflow.note.content", f"odd split\n\n{described}")
    client.set_tag(there, "reviewed", "yes")
    assert pull(stored_workspace) == 0
    found = get_run(run)
    assert (found.name, found.note, found.tags["reviewed"]) == ("by ana", "odd split", "yes")
    client.delete_run(there)
    pull(stored_workspace)
    assert list_runs(stored_workspace) == []
    client.restore_run(there)
    pull(stored_workspace)
    assert [item.id for item in list_runs(stored_workspace)] == [run]


def test_change_that_mlflow_does_not_know_yet_is_not_undone_by_a_look(stored_workspace, writer, drain):
    """What a person did here is newer than what MLflow has."""
    run = writer.run("fit")
    drain()
    annotate(run, name="mine")
    pull(stored_workspace)
    assert get_run(run).name == "mine"


def test_delete_is_soft_and_survives_a_replay(stored_workspace, writer, drain, stored):
    """Deleted before it was recorded, or after; restored again."""
    before, after = writer.run("before"), writer.run("after")
    delete_run(before)
    drain()
    delete_run(after)
    drain()
    assert [stored(run).info.lifecycle_stage for run in (before, after)] == ["deleted", "deleted"]
    for path in stored_workspace.root.glob("runs.db*"):
        path.unlink()
    assert list_runs(stored_workspace) == []
    assert {run.id for run in list_runs(stored_workspace, deleted=True)} == {before, after}
    assert restore_run(before).deleted is False
    drain()
    assert stored(before).info.lifecycle_stage == "active"


def test_run_that_a_version_came_from_stays(stored_workspace, writer):
    """Its lineage would lead nowhere."""
    run = writer.run("fit")
    ReadModel(stored_workspace).put("version", "churn/1", {"name": "churn", "version": 1, "run_id": run})
    with pytest.raises(RunNotUsable, match="run fit cannot be deleted: churn v1 came from it"):
        delete_run(run)


def test_change_of_a_run_that_mlflow_has_lost_stops_nothing(stored_workspace, writer, drain, client):
    """The run was removed for good there; after some tries nobody waits any longer."""
    run = writer.run("fit")
    drain()
    store = mlflow.tracking._tracking_service.utils._get_store(stored_workspace.tracking_uri)
    client.delete_run(get_run(run).mlflow_run_id)
    store._hard_delete_run(get_run(run).mlflow_run_id)
    annotate(run, star=True)
    for _ in range(5):
        drain()
    assert pending(stored_workspace) == 0
    assert get_run(run).starred


def test_runs_of_plain_mlflow_are_taken_over(stored_workspace, writer, drain, client):
    """They are listed, found, starred and searched like others; the ledger's are not runs of anybody."""
    mlflow.set_tracking_uri(stored_workspace.tracking_uri)
    mlflow.set_experiment("by hand")
    with mlflow.start_run(run_name="plain") as active:
        mlflow.log_param("depth", 3)
        mlflow.log_metric("auc", 0.7)
    ledger = client.create_experiment("nbops/ledger")
    client.create_run(ledger)
    assert [pull(stored_workspace), pull(stored_workspace)] == [1, 0]
    found = get_run(active.info.run_id[:10])
    assert (found.name, found.origin, found.kind, found.status) == ("plain", "mlflow", "mlflow", "FINISHED")
    assert (found.parameters, found.metrics) == ({"depth": "3"}, {"auc": 0.7})
    assert [run.name for run in list_runs(stored_workspace, query="depth=3")] == ["plain"]
    annotate(found, star=True, note="keep")
    drain()
    assert client.get_run(active.info.run_id).data.tags["mlflow.note.content"] == "keep"
    pull(stored_workspace)
    assert (get_run("plain").starred, get_run("plain").note) == (True, "keep")
    assert len(list_runs(stored_workspace)) == 1


def test_run_that_goes_on_in_mlflow_is_followed(stored_workspace, drain, client):
    """RUNNING at the first look, FINISHED with its metrics at the next."""
    run = client.create_run("0", run_name="elsewhere").info.run_id
    pull(stored_workspace)
    assert get_run(run).status == "RUNNING"
    client.log_metric(run, "auc", 0.9)
    client.set_terminated(run)
    pull(stored_workspace)
    assert (get_run(run).status, get_run(run).metrics) == ("FINISHED", {"auc": 0.9})


def test_wire_holds_the_promised_names(stored_workspace, writer):
    """What `nbops runs --json` and the server send is plain JSON."""
    import json

    wire = json.loads(json.dumps(to_wire(get_run(writer.run("fit")))))
    assert (wire["name"], wire["status"], wire["params"], wire["metrics"]) == (
        "fit", "FINISHED", {"C": 0.5}, {"auc": 0.8},
    )  # fmt: skip
    assert set(wire) >= {"run_id", "snapshots", "mlflow_run_id", "experiment", "notebook", "cell", "count", "pending"}


def test_refusal_is_ours(stored_workspace, drain):
    """MLflow's exceptions do not leave the adapter."""
    from nbops.recording.writing.mlflow_store import MlflowStore

    with pytest.raises(StoreRefused, match="MLflow refused"):
        MlflowStore(stored_workspace).get_run("0" * 32)


def test_lost_journals_come_back_from_mlflow(stored_workspace, writer, drain, stored):
    """Only MLflow is left: the runs keep their ids, values and data; versions that refer to them still do."""
    import shutil

    data = ({"name": "train", "role": "train", "snapshot": "ab" * 32, "rows": 4},)
    run = writer.run("fit", datasets=data)
    drain()
    there = stored(run).info.run_id
    shutil.rmtree(stored_workspace.journals)
    for path in stored_workspace.root.glob("runs.db*"):
        path.unlink()
    assert pull(stored_workspace) == 1
    found = get_run(run[:8])
    assert (found.id, found.mlflow_run_id, found.name, found.kind) == (run, there, "fit", "cell")
    assert (found.metrics, found.notebook, found.count) == ({"auc": 0.8}, "train.ipynb", 3)
    assert found.snapshots[0]["id"] == "ab" * 32


def test_secrets_in_what_people_write_are_masked(writer, monkeypatch):
    """In names, notes and tags, by shape, by name and by value."""
    from nbops.recording.annotate import annotate

    monkeypatch.setenv("NBOPS_RECORDER", "off")
    monkeypatch.setenv("SERVICE_TOKEN", "abcdefgh-12345")
    run = writer.run()
    changed = annotate(
        run, name="with abcdefgh-12345", note="password = 'hunter2222'", tags={"api_key": "x", "owner": "me"},
        workspace=writer.workspace,
    )  # fmt: skip
    assert (changed.name, changed.note) == ("with [masked]", "password = '[masked]'")
    assert (changed.tags["api_key"], changed.tags["owner"]) == ("[masked]", "me")
