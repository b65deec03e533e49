"""A registry with one model, and a watch with a plan."""

from __future__ import annotations

import pytest

from nbops.monitoring.watching.add_watch import add_watch


@pytest.fixture
def registered(stored_workspace, monkeypatch):
    """Two versions of `late-flights`, the first of them champion; no recorder is started."""
    from mlflow import MlflowClient

    monkeypatch.setenv("NBOPS_RECORDER", "off")
    client = MlflowClient(stored_workspace.tracking_uri, stored_workspace.tracking_uri)
    client.create_registered_model("late-flights")
    for _ in range(2):
        client.create_model_version("late-flights", source=str(stored_workspace.artifacts / "model"))
    client.set_registered_model_alias("late-flights", "champion", "1")
    return stored_workspace


@pytest.fixture
def add(registered, reference):
    """Add the watch `orders` on a source, relative to the project."""

    def make(source, **plan):
        plan = {"model": "late-flights@champion", "reference": reference, "owner": "risk", **plan}
        return add_watch("orders", source=source, workspace=registered, **plan)

    return make
