"""From a run in the journal to a version in MLflow's registry."""

from __future__ import annotations

import json

import mlflow
import numpy as np
import pytest

from nbops.errors import NameRefused, RunNotFound, RunNotUsable
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.get_run import get_run
from nbops.recording.sync import sync
from nbops.registry.judge import judge
from nbops.registry.list_models import list_models
from nbops.registry.open_registry import open_registry
from nbops.registry.record import read_ledger
from nbops.registry.register import register

_DATA = ({"name": "train", "role": "train", "snapshot": "ab" * 32, "digest": "ab" * 32, "rows": 4, "columns": {}},)


def test_run_becomes_a_version_with_its_lineage(stored_workspace, journaled, monkeypatch):
    """A run that is only in the journal is brought to MLflow, registered, and can be traced back."""
    monkeypatch.setenv("NBOPS_ACTOR", "ana")
    run = journaled("logreg C=0.5", datasets=_DATA)
    version = register("last", "churn")
    assert (version.name, version.version, version.run_id, version.by) == ("churn", 1, run, "ana")
    assert version.mlflow_run_id == get_run(run).mlflow_run_id
    assert version.metrics == {"auc": 0.8}
    assert json.loads(version.tags["nbops.data"])[0]["id"] == "ab" * 32
    assert version.tags["nbops.notebook"] == "a.ipynb"
    assert len(version.tags["nbops.code_sha"]) == 64
    event = read_ledger(open_registry(stored_workspace)).events[0]
    assert (event.kind, event.body["version"], event.body["run"]) == ("register", 1, run)
    assert ReadModel(stored_workspace).get("version", "churn/1")["metrics"] == {"auc": 0.8}
    assert judge("churn", 1)
    mlflow.set_tracking_uri(stored_workspace.tracking_uri)
    try:
        import pandas as pd

        assert len(mlflow.pyfunc.load_model("models:/churn/1").predict(pd.DataFrame({"x": np.array([0.0, 3.0])}))) == 2
    finally:
        mlflow.set_tracking_uri(None)


def test_same_model_again_is_the_version_that_it_is(journaled):
    """Running the cell with %register twice makes no second version; the next run does."""
    first = journaled()
    assert register(first, "churn").version == 1
    again = register(get_run(first), "churn")
    assert again.version == 1
    assert "already is churn v1" in again.notes[-1]
    assert register(journaled(), "churn").version == 2
    assert [len(model.versions) for model in list_models()] == [2]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"status": "FAILED"}, "is FAILED, not FINISHED"),
        ({"status": "KILLED"}, "is KILLED, not FINISHED"),
        ({"closed": False}, "is RUNNING, not FINISHED"),
        ({"model": False}, "logged no model"),
    ],
)
def test_run_that_cannot_serve_is_refused_and_the_last_good_one_is_named(journaled, options, sentence):
    """The sentence says what is wrong and which run to take instead."""
    good = journaled("good")
    journaled("bad", **options)
    with pytest.raises(RunNotUsable, match=rf"run bad \(\w+\) {sentence}.*good \({good[:8]}\)"):
        register("bad", "churn")


def test_nothing_to_take_instead_is_said(journaled):
    """Before the first good run there is none to name."""
    journaled("bad", status="FAILED")
    with pytest.raises(RunNotUsable, match="no FINISHED run has a model yet"):
        register("last", "churn")


def test_several_models_have_to_be_told_apart(journaled):
    """Nobody guesses which of two models was meant."""
    run = journaled()
    from nbops.recording.run import Run

    two = tuple({"name": name, "uri": f"models:/m-{digit * 32}"} for name, digit in (("a", "a"), ("b", "b")))
    made = Run(id=run, name="two", status="FINISHED", mlflow_run_id="0" * 32, models=two)
    with pytest.raises(RunNotUsable, match="logged 2 models: a, b; say which"):
        register(made, "churn")
    with pytest.raises(RunNotUsable, match="has no model 'c'; it has a, b"):
        register(made, "churn", model="c")


def test_name_that_is_also_a_run_is_the_name_and_says_so(journaled):
    """`%register X` means the NAME."""
    other = journaled("churn")
    journaled("fit")
    version = register("last", "churn")
    assert version.name == "churn"
    assert f"'churn' is also a run ({other[:8]})" in version.notes[0]
    assert "registered was fit" in version.notes[0]


def test_run_of_plain_mlflow_can_be_registered(stored_workspace, logged):
    """What somebody logged without nbops becomes a version like any other."""
    run_id, model_id = logged({"auc": 0.6})
    sync(stored_workspace)
    version = register(run_id[:10], "foreign")
    assert (version.model_id, version.mlflow_run_id) == (model_id, run_id)


@pytest.mark.parametrize("name", ["a/b", "", "x:1"])
def test_names_that_mlflow_does_not_take(journaled, name):
    """Refused before anything is written."""
    journaled()
    with pytest.raises(NameRefused):
        register("last", name)


def test_unknown_run(journaled):
    """A reference that nobody answers to."""
    journaled()
    with pytest.raises(RunNotFound):
        register("nosuchrun", "churn")


def test_the_best_run_without_a_model_names_the_best_that_has_one(stored_workspace, journaled):
    """`best:METRIC` may find a run that was only measured; the hint says which to register instead."""
    journaled("weak", metrics={"auc": 0.5})
    good = journaled("good", metrics={"auc": 0.7})
    journaled("best", model=False, metrics={"auc": 0.9})
    with pytest.raises(RunNotUsable, match="the best that did is good") as caught:
        register("best:auc", "churn")
    assert caught.value.hint.startswith(f"%register {good[:8]} NAME")
