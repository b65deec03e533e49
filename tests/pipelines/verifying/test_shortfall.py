"""Slices that fall short, and results that no slice can give again."""

from __future__ import annotations

import pytest

from nbops.capture.journal.records import Execution
from nbops.pipelines.verifying.widenings import widenings
from nbops.slicing.effects import read_effects
from nbops.slicing.slice_executions import slice_executions


def test_a_process_that_wrote_a_file_belongs_to_the_slice(promoted):
    """Nobody saw the file being written; the table says that programs may write, so that the slice alone holds."""
    promotion = promoted("remade")
    assert promotion.verified, promotion.verdict
    assert promotion.verdict.startswith("level 5 equal")
    assert any('write("5")' in cell.source for cell in promotion.kept)


@pytest.mark.slow
def test_a_state_that_nobody_can_see_needs_every_cell(promoted):
    """A C-level setting that the table does not know is found by running everything."""
    promotion = promoted("hidden")
    assert promotion.verified, promotion.verdict
    told = "with every cell kept, because the slice alone fell short (patience 7 → 0)"
    assert promotion.verdict.startswith(told)
    assert promotion.dropped == ()


def test_chance_is_named(promoted):
    """Both numbers, and the cell that drew without a seed; whether the spread covers it is chance itself."""
    promotion = promoted("noisy")
    assert "`noise` differs between two runs of the same cells: " in promotion.verdict
    assert "no seed is set before [10], which draws from NumPy's random numbers" in promotion.verdict
    assert "[2]" not in promotion.verdict
    assert promotion.verified == promotion.verdict.startswith("within spread")


def test_a_model_alone_is_compared_by_its_predictions(promoted):
    """An unseeded forest is held against another by what both predict; they differ, and chance is named for it."""
    promotion = promoted("forest")
    assert not promotion.verified
    assert "the predictions of trees differ between two runs of the same cells (predict" in promotion.verdict
    assert "no seed is set before [9]" in promotion.verdict
    assert [one.what for one in promotion.comparisons if not one.equal] == ["predictions of trees"]


def test_equal_models_prove_a_run_without_metrics(promoted):
    """The bytes are the same, so nothing has to be predicted."""
    promotion = promoted("fitted")
    assert promotion.verified
    assert promotion.verdict.startswith("same model, same data (X, y)")


def test_nothing_to_compare_proves_nothing(promoted):
    """A run without any result is not verified, though it runs."""
    promotion = promoted("words")
    assert not promotion.verified
    assert promotion.verdict.startswith("the run holds nothing to compare")


def _cell(index, code, **facts):
    return Execution(session="s", index=index, count=index, source=code, code=code, **facts)


@pytest.fixture
def log():
    """A log whose third cell changes an object where no comparison saw it, and whose fourth writes a file."""
    return [
        _cell(1, "import thing", defined=("thing",)),
        _cell(2, "box = thing.make()", defined=("box",)),
        _cell(3, "box.poke(1)"),
        _cell(4, "open('a.txt', 'w').write('1')", opened=({"path": "a.txt", "mode": "w"},)),
        _cell(5, "unrelated = 1", defined=("unrelated",)),
        _cell(6, "result = box.total()", defined=("result",)),
    ]


def test_steps_grow_from_effects_to_text_to_everything(log):
    """Each holds the one before and says how many cells it adds."""
    effects = read_effects()
    kept = [item.execution for item in slice_executions(log, 6, effects=effects).kept]
    assert [one.index for one in kept] == [1, 2, 6]
    steps = list(widenings(log, 6, kept, effects))
    assert [(step.step, step.added, [one.index for one in step.kept]) for step in steps] == [
        ("effects", 1, [1, 2, 4, 6]),
        ("conservative", 1, [1, 2, 3, 4, 6]),
        ("whole log", 1, [1, 2, 3, 4, 5, 6]),
    ]


def test_steps_that_add_nothing_are_passed_over(log):
    """Where everything is kept already there is nothing to try."""
    assert list(widenings(log, 6, log, read_effects())) == []
