"""Ends that are written down for a kernel that is gone, and lines of descent."""

from __future__ import annotations

import time
from uuid import uuid4

from end_recorder import end_recorder
from nbops.capture.journal.journal import Journal
from nbops.capture.journal.records import KILLED, RunLogged, RunOpened, Session
from nbops.pipelines.running.run import run
from nbops.pipelines.running.settle import settle
from nbops.processes import Owner, this_process
from nbops.recording.flush import flush
from nbops.recording.get_run import get_run
from nbops.recording.to_wire import to_wire


def test_a_reason_that_comes_late_reaches_mlflow(stored_workspace):
    """The recorder saw that the kernel is gone before anybody could say why; the run is written once more, once."""
    import mlflow

    here, session, begun = this_process(), f"20260101T000000-{uuid4().hex[:8]}", uuid4().hex
    journal = Journal(stored_workspace, session)
    gone = Owner(here.host, here.boot, here.pid, here.started - 1)
    journal.append(Session(session=session, owner=gone, time=time.time()))
    journal.append(RunOpened(run=begun, session=session, kind="pipeline", time=time.time(), experiment="tests"))
    journal.append(RunLogged(run=begun, time=time.time(), metrics={"score": 3.0}, parameters={"a": 1.5}))
    journal.close()
    try:
        assert flush(120, workspace=stored_workspace)
        first = get_run(begun, workspace=stored_workspace)
        assert (first.status, first.error, first.pending) == (KILLED, None, False)
        for _ in range(2):  # whoever comes second changes nothing
            error = {"ename": "KernelDied", "evalue": "the kernel died; password='hunter2x9'"}
            settle({"run": begun}, KILLED, stored_workspace, error)
        assert flush(120, workspace=stored_workspace)
        done = get_run(begun, workspace=stored_workspace)
        assert (done.status, done.metrics, done.parameters) == (KILLED, {"score": 3.0}, {"a": 1.5})
        assert done.error["evalue"].startswith("the kernel died")
        assert "hunter2x9" not in str(done)
        assert done.mlflow_run_id == first.mlflow_run_id
        stored = mlflow.MlflowClient(stored_workspace.tracking_uri).get_run(done.mlflow_run_id)
        assert stored.info.status == KILLED
        assert any("the kernel died" in value for value in stored.data.tags.values())
    finally:
        end_recorder(stored_workspace)


def test_a_pipeline_and_what_it_comes_from_share_a_lineage(ground, notebook):
    """The run that was promoted, and each run of its pipeline, carry one id, also as JSON."""
    origin = uuid4().hex
    settle({"run": origin, "name": "explored", "experiment": "lines"}, "FINISHED", ground)
    metadata = {"nbops": {"run": origin, "pipeline": "line", "parameters": []}}
    done = run(notebook("line.ipynb", "a = 1.5", metadata=metadata), workspace=ground)
    source = get_run(origin, workspace=ground)
    assert done.lineage == source.lineage == to_wire(done)["lineage"] == origin
    assert done.tags["nbops.lineage"] == source.tags["nbops.lineage"] == origin
