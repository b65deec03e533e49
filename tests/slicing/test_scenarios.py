"""Slices of the scenarios, run again in a fresh shell, print what the whole log printed."""

from __future__ import annotations

import os

import pytest

from nbops.slicing.slice_executions import slice_executions
from slicing.apart import record_apart, run_apart
from slicing.modes import blind, full, touched
from slicing.more_scenarios import LANGUAGE, OBJECTS, OUTSIDE, SESSION
from slicing.recorder import new_shell, record, run
from slicing.scenarios import APPENDIX_A, FURTHER, Scenario

# By numbers of cells, or through another door to the namespace: knowledge ends, everything before is kept.
HIDING = {"out_by_number", "underscore_number", "input_history", "main_module", "sys_modules_main",
          "exec_of_a_variable", "eval_of_a_variable", "compile_and_exec", "run_magic_interactive"}  # fmt: skip

EVERY = pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["few", "every"])


@pytest.fixture
def again(tmp_path):
    """Run cells in a fresh shell and directory of this process; return what the last printed."""

    def rerun(cells):
        for name in ("out.txt", "part.txt", "log.txt", "w.txt"):
            (tmp_path / name).unlink(missing_ok=True)
        os.chdir(tmp_path)
        os.environ.pop("NBOPS_SCENARIO", None)
        import math

        vars(math).pop("tau2", None)
        shell = new_shell()
        printed = ""
        for source in cells:
            printed = run(shell, source)
        return printed

    return rerun


def check(scenario: Scenario, executions, printed, rerun, *, every):
    """Hold the slices of all three kinds of log against the whole log.

    Unless *every* one is to run, a slice that keeps whatever an earlier right one keeps, and more, does not run.
    """
    assert printed.strip()
    results = {scenario.cells: printed}
    right: list[set[int]] = []
    for mode in (full, touched, blind):
        slice_ = slice_executions(mode(executions), len(executions))
        cells = tuple(item.execution.source for item in slice_.kept)
        places = {item.execution.index for item in slice_.kept}
        if cells not in results and (every or not any(known <= places for known in right)):
            results[cells] = rerun(cells)
        assert results.get(cells, printed) == printed, f"{mode.__name__}: {cells}"
        right.append(places)
        assert all(item.reasons for item in slice_.kept)
        if mode is full and scenario.name in HIDING:
            assert any("hides what it reads" in caution for caution in slice_.cautions)
        elif mode is full:
            assert not [cell for cell in cells if "bait" in cell]
        if mode is blind:
            assert any("before nbops was loaded" in caution for caution in slice_.cautions)


@EVERY
@pytest.mark.parametrize("scenario", [*APPENDIX_A, *FURTHER, *OBJECTS, *LANGUAGE], ids=lambda item: item.name)
def test_slice_prints_the_same_without_the_bait(scenario: Scenario, again, every):
    """Only what was kept prints the same last output, whatever is known of the log; with all facts, no bait stays."""
    executions, printed = record(scenario.cells)
    check(scenario, executions, printed, again, every=every)


@EVERY
@pytest.mark.parametrize("scenario", [*OUTSIDE, *SESSION], ids=lambda item: item.name)
def test_slice_prints_the_same_in_a_process_of_its_own(scenario: Scenario, every):
    """The same for notebooks that change their process, run again where nothing of it is left."""
    executions, printed = record_apart(scenario.cells)
    check(scenario, executions, printed, run_apart, every=every)
