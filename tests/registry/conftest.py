"""Real runs with real models in a real MLflow store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from nbops.registry.open_registry import open_registry

if TYPE_CHECKING:
    from nbops.registry.mlflow_registry import MlflowRegistry


@pytest.fixture
def store(stored_workspace) -> MlflowRegistry:
    """The registry of an empty store."""
    return open_registry(stored_workspace)


@pytest.fixture
def logged(stored_workspace):
    """Log a run with a model straight into MLflow and return (run id, model id)."""

    def log(metrics=None, *, status="FINISHED", signature=True, data=None):
        import mlflow
        from mlflow.models import infer_signature

        rows = np.arange(12.0).reshape(6, 2)
        model = LogisticRegression().fit(rows, [0, 1, 0, 1, 0, 1])
        mlflow.set_tracking_uri(stored_workspace.tracking_uri)
        if mlflow.get_experiment_by_name("tests") is None:
            mlflow.create_experiment("tests", artifact_location=stored_workspace.artifacts.as_uri())
        mlflow.set_experiment("tests")
        with mlflow.start_run() as run:
            mlflow.log_metrics(metrics or {})
            if data:
                mlflow.set_tag("nbops.data", json.dumps(data))
            signed = infer_signature(rows, model.predict(rows)) if signature else None
            made = mlflow.sklearn.log_model(model, name="model", pip_requirements=["scikit-learn"], signature=signed)
        if status != "FINISHED":
            mlflow.MlflowClient().set_terminated(run.info.run_id, status)
        return run.info.run_id, made.model_id

    yield log
    import mlflow

    mlflow.set_tracking_uri(None)


@pytest.fixture
def version(store, logged):
    """Register a version of `churn` with the given metrics and return its number."""

    def make(metrics=None, **options):
        _, model_id = logged({"auc": 0.8} if metrics is None else metrics, **options)
        return store.create_version("churn", model_id, {}, "")

    return make


@pytest.fixture(autouse=True)
def _main_can_be_spawned(monkeypatch):
    """An IPython shell that ran in this process leaves a `__main__` without `__spec__`, which multiprocessing needs."""
    import sys

    monkeypatch.setattr(
        sys.modules["__main__"], "__spec__", getattr(sys.modules["__main__"], "__spec__", None), raising=False
    )
