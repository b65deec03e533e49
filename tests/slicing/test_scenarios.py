"""Slices of the scenarios, run again in a fresh shell, print what the whole log printed."""

from __future__ import annotations

import dataclasses
import os

import pytest

from nbops.slicing.slice_executions import slice_executions
from nbops.workspace import ENVIRONMENT
from slicing.recorder import new_shell, record, run
from slicing.scenarios import APPENDIX_A, FURTHER, Scenario


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """Each scenario stands in an empty directory, with its own environment."""
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    monkeypatch.setenv("NBOPS_QUIET", "1")
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.delenv("NBOPS_SCENARIO", raising=False)


def again(kept, tmp_path):
    """Run what was kept in a fresh shell and directory; return what the last printed."""
    for name in ("out.txt", "part.txt", "log.txt", "w.txt"):
        (tmp_path / name).unlink(missing_ok=True)
    os.chdir(tmp_path)
    os.environ.pop("NBOPS_SCENARIO", None)
    import math

    vars(math).pop("tau2", None)
    shell = new_shell()
    printed = ""
    for item in kept:
        printed = run(shell, item.execution.source)
    return printed


@pytest.mark.parametrize("scenario", [*APPENDIX_A, *FURTHER], ids=lambda item: item.name)
def test_slice_prints_the_same_without_the_bait(scenario: Scenario, tmp_path):
    """Running only what was kept prints the same last output, and nothing unrelated was kept."""
    executions, printed = record(scenario.cells)
    assert printed.strip()
    slice_ = slice_executions(executions, len(executions))
    assert again(slice_.kept, tmp_path) == printed
    needless = [item.execution.source for item in slice_.kept if "bait" in item.execution.source]
    assert not needless
    assert all(item.reasons for item in slice_.kept)


@pytest.mark.parametrize("scenario", [*APPENDIX_A, *FURTHER], ids=lambda item: item.name)
def test_slice_is_sound_where_only_touched_names_were_compared(scenario: Scenario, tmp_path):
    """Aliases and views that the changing cell does not mention are followed by text."""
    executions, printed = record(scenario.cells)
    touched = [
        dataclasses.replace(item, changed=tuple(name for name in item.changed if name in item.source), assumed=())
        for item in executions
    ]
    assert again(slice_executions(touched, len(touched)).kept, tmp_path) == printed


@pytest.mark.parametrize("scenario", APPENDIX_A, ids=lambda item: item.name)
def test_slice_of_text_alone_prints_the_same(scenario: Scenario, tmp_path):
    """For executions of which only the text is known, more is kept, but the output is still the same."""
    executions, printed = record(scenario.cells)
    blind = [
        dataclasses.replace(
            item,
            observed=False,
            defined=(),
            deleted=(),
            changed=(),
            assumed=(),
            opened=(),
            drew=(),
            settings=(),
            modules=(),
        )
        for item in executions
    ]
    slice_ = slice_executions(blind, len(blind))
    assert again(slice_.kept, tmp_path) == printed
    assert any("before nbops was loaded" in caution for caution in slice_.cautions)
