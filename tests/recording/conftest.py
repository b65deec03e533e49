"""A session that writes into a workspace with a real MLflow store, and a recorder in this process."""

from __future__ import annotations

import pytest

from journal_writer import Writer


@pytest.fixture
def writer(stored_workspace):
    """A session of a process that lives."""
    session = Writer(stored_workspace)
    yield session
    session.journal.close()


@pytest.fixture
def drain(stored_workspace, monkeypatch):
    """Record everything that waits, in this process."""
    import mlflow

    from nbops.recording.recorder import Recorder

    monkeypatch.setenv("NBOPS_RECORDER", "off")
    yield lambda: Recorder(stored_workspace).drain()
    mlflow.set_tracking_uri(None)


@pytest.fixture
def client(stored_workspace):
    """Plain MLflow on the workspace's store."""
    import mlflow

    return mlflow.MlflowClient(stored_workspace.tracking_uri)


@pytest.fixture
def stored(client, stored_workspace):
    """Return MLflow's run of an nbops run, and make sure that there is just one."""
    from mlflow.entities import ViewType

    def find(run):
        experiments = [item.experiment_id for item in client.search_experiments()]
        found = client.search_runs(experiments, f"tags.`nbops.run` = '{run}'", ViewType.ALL)
        assert len(found) == 1
        return client.get_run(found[0].info.run_id)

    return find
