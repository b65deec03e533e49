"""The gates: pure questions, answers in sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbops.registry.gates import Facts, ask
from nbops.registry.policy import Gate, Policy

NONE = Policy()
SOUND = Facts("v2", "FINISHED", signature=True, metrics={"auc": 0.8})


def _objections(candidate, holder=None, policy=NONE):
    return [answer.sentence for answer in ask(candidate, holder, "champion", policy) if answer.open is False]


def _notes(candidate, holder=None, policy=NONE):
    return [answer.sentence for answer in ask(candidate, holder, "champion", policy) if answer.open is None]


def test_sound_version_alone_has_no_objections():
    """FINISHED, signed, measured: nothing to say against it."""
    assert _objections(SOUND) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"status": "FAILED"}, "its run is FAILED"),
        ({"signature": False}, "the model has no signature"),
        ({"metrics": {}}, "no metric was logged"),
        ({"drift": "alert"}, "its data have drifted (alert)"),
    ],
)
def test_each_defect_is_one_objection(change, sentence):
    """Every gate of soundness can close, and says why."""
    assert _objections(replace(SOUND, **change)) == [sentence]


def test_drift_below_alert_is_no_objection():
    """`warn` is worth a look, not a no."""
    assert _objections(replace(SOUND, drift="warn")) == []


def test_missing_metric_closes_its_gate():
    """A metric that nobody logged is an objection, not a pass."""
    assert _objections(SOUND, policy=Policy((Gate("recall", at_least=0.5),))) == ["recall was never logged"]


@pytest.mark.parametrize(
    ("gate", "sentence"),
    [
        (Gate("auc", at_least=0.85), "auc is 0.8, below 0.85"),
        (Gate("auc", at_most=0.5), "auc is 0.8, above 0.5"),
    ],
)
def test_bounds_bind_in_both_directions(gate, sentence):
    """Floors for scores, ceilings for losses."""
    assert _objections(SOUND, policy=Policy((gate,))) == [sentence]


def test_metric_that_is_no_number_closes_its_gate():
    """NaN is below no bound and above none, and still no pass."""
    nan = replace(SOUND, metrics={"auc": float("nan")})
    assert _objections(nan, policy=Policy((Gate("auc", at_least=0.5),))) == ["auc is nan"]


def test_worse_than_the_holder_is_an_objection_and_names_both():
    """The comparison says which metric, both values, against whom and in which direction."""
    champion = replace(SOUND, title="v1", metrics={"auc": 0.9})
    assert _objections(SOUND, champion) == ["auc 0.8 is worse than 0.9 of v1, the champion (higher is better)"]


def test_equal_or_better_is_not():
    """The same model again may take the alias."""
    assert _objections(SOUND, replace(SOUND, title="v1")) == []
    assert _objections(SOUND, replace(SOUND, title="v1", metrics={"auc": 0.7})) == []


def test_losses_are_minimised():
    """Less log loss is better."""
    mine, theirs = (replace(SOUND, metrics={"log_loss": value}) for value in (0.4, 0.3))
    assert _objections(mine, theirs)
    assert not _objections(theirs, mine)


def test_tolerance_forgives_a_little():
    """Within the policy's tolerance a worse version may still pass, beyond it not."""
    champion = replace(SOUND, title="v1", metrics={"auc": 0.805})
    assert not _objections(SOUND, champion, Policy(tolerance=0.01))
    assert _objections(SOUND, champion, Policy(tolerance=0.001))


def test_primary_of_the_policy_decides():
    """A declared primary metric is compared, whatever else is shared."""
    mine = replace(SOUND, metrics={"auc": 0.9, "recall": 0.1})
    champion = replace(SOUND, title="v1", metrics={"auc": 0.8, "recall": 0.2})
    assert _objections(mine, champion) == []
    assert "recall 0.1 is worse" in _objections(mine, champion, Policy(primary="recall"))[0]


def test_nothing_in_common_is_a_note_not_an_objection():
    """What cannot be compared is said, and not counted as worse."""
    champion = replace(SOUND, title="v1", metrics={"rmse": 3.0})
    assert _objections(SOUND, champion) == []
    assert "they share no metric" in _notes(SOUND, champion)[0]


def test_different_data_are_said():
    """Numbers measured on other data are marked, with the frames that differ."""
    mine = replace(SOUND, datasets={"train": "aa", "test": "bb"})
    champion = replace(mine, title="v1", datasets={"train": "aa", "test": "cc"})
    assert "different data (test)" in _notes(mine, champion)[0]
    assert _notes(mine, replace(mine, title="v1")) == []


def test_unknown_data_are_said():
    """Without snapshots nobody can tell whether the data were the same."""
    assert "unknown" in _notes(SOUND, replace(SOUND, title="v1"))[0]
