"""Slices of notebooks that Hypothesis makes up print what the whole log printed."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings

from nbops.slicing.slice_executions import slice_executions
from slicing.modes import blind, full, touched
from slicing.notebooks import notebooks
from slicing.recorder import new_shell, record, run

_BOUNDED = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def again(cells):
    shell = new_shell()
    printed = ""
    for source in cells:
        printed = run(shell, source)
    return printed


def check(mode, cells):
    """Run the slice and hold its last output against that of all *cells*."""
    executions, printed = record(cells)
    assume(mode is not blind or all(item.success for item in executions))  # which the text alone does not tell
    slice_ = slice_executions(mode(executions), len(executions))
    kept = tuple(item.execution.source for item in slice_.kept)
    if len(kept) < len(cells):
        assert again(kept) == printed
    return kept


@settings(_BOUNDED, max_examples=25)
@given(notebooks())
def test_slice_of_any_notebook_prints_the_same(cells):
    """With everything that was seen, the slice prints the same, and cells that only know each other are never kept."""
    assert not [cell for cell in check(full, cells) if "bait" in cell]


@settings(_BOUNDED, max_examples=5)
@given(notebooks())
def test_slice_of_any_text_prints_the_same(cells):
    """The text alone is enough to print the same."""
    check(blind, cells)


@settings(_BOUNDED, max_examples=5)
@given(notebooks())
def test_slice_without_aliases_seen_prints_the_same(cells):
    """Changes seen only under the names that a cell mentions are enough to print the same."""
    check(touched, cells)
