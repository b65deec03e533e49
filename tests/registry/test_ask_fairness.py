"""Fairness gates close on what is certain, warn on what is not, and pass over groups that are too small."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbops.errors import ConfigError
from nbops.registry.ask_fairness import ask_fairness
from nbops.registry.ask_importances import ask_importances
from nbops.registry.policy import Fairness, Importances, read_policy

RULES = Fairness(("sex",))


def _people(n=4000, seed=0):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"sex": random.choice(["f", "m"], n), "age": random.integers(20, 70, n)})
    truth = random.random(n) < 0.5
    fair = np.where(truth, random.beta(4, 2, n), random.beta(2, 4, n))
    return frame, truth, fair


def _closed(answers):
    return [answer.sentence for answer in answers if answer.open is False]


def test_a_fair_model_passes():
    """Nothing closes, alone or beside an equally fair holder; the sentences hold intervals."""
    frame, truth, fair = _people()
    assert _closed(ask_fairness(frame, truth, fair, None, RULES)) == []
    answers = ask_fairness(frame, truth, fair, fair, RULES, ("age",))
    assert _closed(answers) == []
    assert any("95 %" in answer.sentence for answer in answers if answer.open)


def test_four_fifths_closes_on_the_interval_only():
    """Far below four fifths closes; a little below, among few, is only said."""
    frame, truth, fair = _people()
    skewed = np.where(frame.sex == "f", fair - 0.25, fair).clip(0, 1)
    (closed,) = _closed(ask_fairness(frame, truth, skewed, None, RULES))
    assert closed.startswith("fairness over sex: 'f' is selected 0.")
    few = pd.DataFrame({"sex": ["f"] * 60 + ["m"] * 60})
    truth, said = np.tile([True, False], 60), np.array([1.0] * 21 + [0.0] * 39 + [1.0] * 28 + [0.0] * 32)
    answers = ask_fairness(few, truth, said, None, RULES)
    assert _closed(answers) == []
    assert any(answer.open is None and "the interval leaves it open" in answer.sentence for answer in answers)


def test_worse_odds_and_slices_than_the_holder_close():
    """A challenger that errs in one group alone is named by group and slice."""
    frame, truth, fair = _people()
    worse = np.where((frame.sex == "f") & truth & (np.arange(len(truth)) % 3 == 0), 0.1, fair)
    closed = _closed(ask_fairness(frame, truth, worse, fair, Fairness(("sex",), min_ratio=0.1), ("age",)))
    assert any("equalised-odds difference" in one and "worse than the holder" in one for one in closed)
    assert any(one.startswith("where sex = f") for one in closed)


def test_equal_models_seldom_close_the_gate():
    """Of 60 challengers that differ from the holder by chance alone, next to none is refused."""
    refused = 0
    for seed in range(60):
        frame, truth, fair = _people(1500, seed)
        random = np.random.default_rng(seed + 500)
        other = np.where(truth, random.beta(4, 2, len(truth)), random.beta(2, 4, len(truth)))
        refused += bool(_closed(ask_fairness(frame, truth, other, fair, RULES, ("age",))))
    assert refused <= 4


def test_tiny_groups_never_close():
    """Three rows of a group that are all refused are too small to judge."""
    frame, truth, fair = _people()
    frame.loc[:2, "sex"] = "x"
    fair[:3] = 0.0
    answers = ask_fairness(frame, truth, fair, None, RULES)
    assert _closed(answers) == []
    assert any("too small to judge: 'x' (3 rows" in answer.sentence for answer in answers)


def test_numbers_and_many_classes():
    """Numbers get MAE by group and slices against the holder; more than two classes are passed over in words."""
    frame, _, _ = _people()
    truth = np.linspace(0, 10, len(frame))
    mine = truth + np.where(frame.sex == "f", 2.0, 0.5) * np.where(np.arange(len(frame)) % 2, 1, -1)
    answers = ask_fairness(frame, truth, mine, truth + 0.6, RULES)
    assert any("MAE 2" in answer.sentence for answer in answers)
    assert _closed(answers)[0].startswith("where sex = f")
    (only,) = ask_fairness(frame, np.resize(["a", "b", "c"], len(frame)), np.resize(["a"], len(frame)), None, RULES)
    assert (only.open, "two classes" in only.sentence) == (None, True)
    with pytest.raises(ConfigError, match="no column 'race'"):
        ask_fairness(frame, truth, mine, None, Fairness(("race",)))


def test_importances_find_leaks_and_changes():
    """One feature over 80 % closes; a sensitive one at the top and a new order are said."""
    rules = Importances()
    closed = _closed(ask_importances({"target_copy": 0.4, "x": 0.02}, None, rules))
    assert closed == ["target_copy has 95% of all importance, more than 80%: is it known before the label?"]
    mine = {"sex": 0.2, "a": 0.15, "b": 0.05, "c": 0.02}
    answers = ask_importances(mine, {"c": 0.2, "b": 0.15, "a": 0.05, "sex": 0.02}, rules, ("sex",))
    assert _closed(answers) == []
    told = " ".join(answer.sentence for answer in answers if answer.open is None)
    assert "sensitive column sex" in told
    assert "-1.00 (rank correlation), below 0.7" in told
    assert all(answer.open for answer in ask_importances(mine, mine, rules))


def test_the_policy_declares_them(tmp_path):
    """All words of the two tables; unknown ones and wrong types are refused."""
    file = tmp_path / "pyproject.toml"
    file.write_text(
        '[tool.nbops.gates]\nholdout = "rows.parquet"\nlabel = "y"\n'
        'fairness = { sensitive = ["sex"], min_ratio = 0.9 }\nimportances = {}\n'
    )
    policy = read_policy(tmp_path)
    assert policy.fairness == Fairness(("sex",), 0.9)
    assert policy.importances == Importances()
    assert (policy.holdout, policy.label, policy.gates) == ("rows.parquet", "y", ())
    for wrong in ("{ sensitve = ['sex'] }", "{}", "{ sensitive = 'sex' }", "{ sensitive = ['sex'], min_ratio = '1' }"):
        file.write_text(f"[tool.nbops.gates]\nfairness = {wrong}\n")
        with pytest.raises(ConfigError):
            read_policy(tmp_path)
