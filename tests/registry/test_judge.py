"""Judging reads real runs and models, and changes nothing."""

from __future__ import annotations

from nbops.registry.documents import set_drift
from nbops.registry.judge import judge
from nbops.registry.record import read_ledger

_TRAIN, _OTHER = [{"name": "train", "id": "aa" * 32}], [{"name": "train", "id": "bb" * 32}]


def test_sound_version_passes(version):
    """A finished, measured, signed model has no objections and the verdict says what was looked at."""
    version({"auc": 0.8})
    verdict = judge("churn", 1)
    assert verdict
    assert verdict.objections == ()
    assert "its run is FINISHED" in verdict.passed
    assert not verdict.binding


def test_failed_run_and_missing_signature_are_objections(version):
    """Facts come from MLflow, not from what somebody claims."""
    version(status="FAILED", signature=False)
    verdict = judge("churn", "1")
    assert not verdict
    assert verdict.objections == ("its run is FAILED", "the model has no signature")
    assert "should not become 'champion' (advice" in str(verdict)


def test_challenger_is_compared_with_the_holder(store, version):
    """The same metric of both runs, and whether they saw the same data."""
    version({"auc": 0.9}, data=_TRAIN)
    version({"auc": 0.7}, data=_OTHER)
    store.set_alias("churn", "champion", 1)
    verdict = judge("churn", 2)
    assert verdict.objections == ("auc 0.7 is worse than 0.9 of v1, the champion (higher is better)",)
    assert "different data (train)" in verdict.notes[0]
    assert judge("churn", 1), "the holder is not compared with itself"


def test_drift_alert_of_the_version_is_an_objection(stored_workspace, version):
    """A watch's state reaches the gates through the registry."""
    version()
    set_drift("churn", 1, "alert", workspace=stored_workspace)
    assert judge("churn", 1).objections == ("its data have drifted (alert)",)
    set_drift("churn", 1, "ok", workspace=stored_workspace)
    assert judge("churn", 1)


def test_model_whose_files_are_gone_has_no_signature(stored_workspace, version):
    """A lost artifact is an objection, not a crash."""
    import shutil

    version()
    shutil.rmtree(stored_workspace.artifacts)
    assert judge("churn", 1).objections == ("the model has no signature",)


def test_judging_leaves_no_trace(store, version):
    """No event, no alias."""
    version()
    judge("churn", 1)
    assert read_ledger(store).events == ()
    assert store.aliases("churn") == {}
