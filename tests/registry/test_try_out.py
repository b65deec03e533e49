"""Declared gates of fairness and importances ask real predictions of real versions."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from nbops.errors import GateClosed
from nbops.registry.assign import assign
from nbops.registry.importances import importances
from nbops.registry.judge import judge

_GATES = (
    '[tool.nbops.gates]\nholdout = "rows.parquet"\nlabel = "y"\nfairness = { sensitive = ["sex"] }\nimportances = {}\n'
)


@pytest.fixture
def rows(stored_workspace):
    """Rows of two groups, kept as the project's holdout."""
    random = np.random.default_rng(0)
    sex = random.integers(0, 2, 1200).astype(float)
    frame = pd.DataFrame({"x": random.normal(size=1200), "z": random.normal(size=1200), "sex": sex})
    frame["y"] = (frame.x + frame.z + random.normal(size=1200) > 0).astype(int)
    frame.to_parquet(stored_workspace.project / "rows.parquet")
    return frame


@pytest.fixture
def fitted(store, stored_workspace, rows):
    """Register a model of these columns and return its number."""

    def fit(columns, target=None):
        import mlflow
        from mlflow.models import infer_signature

        model = LogisticRegression().fit(rows[columns], rows.y if target is None else target)
        mlflow.set_tracking_uri(stored_workspace.tracking_uri)
        if mlflow.get_experiment_by_name("tests") is None:
            mlflow.create_experiment("tests", artifact_location=stored_workspace.artifacts.as_uri())
        mlflow.set_experiment("tests")
        with mlflow.start_run():
            mlflow.log_metric("auc", 0.8)
            signed = infer_signature(rows[columns], model.predict(rows[columns]))
            made = mlflow.sklearn.log_model(model, name="model", pip_requirements=["scikit-learn"], signature=signed)
        mlflow.set_tracking_uri(None)
        return store.create_version("loans", made.model_id, {}, "")

    return fit


def test_an_unfair_version_may_not_be_assigned(stored_workspace, rows, fitted, store):
    """One that decides by sex is refused by `assign` itself, and beside a fair holder by name."""
    (stored_workspace.project / "pyproject.toml").write_text(_GATES)
    unfair, fair = fitted(["x", "sex"], rows.sex.astype(int)), fitted(["x", "z"])
    with pytest.raises(GateClosed) as closed:
        assign("loans", unfair, "champion")
    told = " ".join(closed.value.objections)
    assert "fairness over sex: '0.0' is selected 0.000 times" in told
    assert "of all importance, more than 80%" in told, "a single feature says it all"
    store.set_alias("loans", "champion", fair)
    verdict = judge("loans", unfair, on=rows, label="y")
    assert any("on the same 1,200 rows" in one for one in (*verdict.objections, *verdict.notes))
    assert any("where sex = " in one or "equalised-odds" in one for one in verdict.objections)


def test_without_rows_a_declared_gate_is_closed(stored_workspace, rows, fitted):
    """What nobody measured is not fair; nor is a holdout that is gone a pass."""
    (stored_workspace.project / "pyproject.toml").write_text('[tool.nbops.gates]\nfairness = { sensitive = ["sex"] }\n')
    verdict = judge("loans", fitted(["x"]))
    assert verdict.binding
    assert verdict.objections[0].startswith("fairness: no rows to measure on")


def test_importances_are_kept_with_the_version(stored_workspace, rows, fitted, store):
    """The largest first, as an artifact of the version's run."""
    number = fitted(["x", "z", "sex"])
    found = importances("loans", number, on=rows, label="y")
    assert list(found)[2] == "sex"
    import mlflow

    run = store.version("loans", number).mlflow_run_id
    client = mlflow.MlflowClient(stored_workspace.tracking_uri)
    kept = json.loads(open(client.download_artifacts(run, f"importances/v{number}.json")).read())  # noqa: SIM115, PTH123
    assert kept["importances"] == pytest.approx(found)
    assert (kept["metric"], kept["repeats"]) == ("auc", 5)
