"""`nbops.explain`: which executions a promotion would keep, and why; nothing is started or written."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import nbops
from nbops.errors import RunNotFound, RunNotUsable
from nbops.pipelines.explain import explain
from nbops.pipelines.slice_run import slice_run
from nbops.recording.get_run import get_run


@pytest.fixture
def explanation(explored):
    """The tracked run of the explored notebook, explained."""
    return explain("best:accuracy", workspace=explored)


def test_every_execution_is_kept_or_dropped_with_its_reason(explanation):
    """In the order in which they ran, up to the target, which comes last."""
    assert [cell.cell for cell in explanation.kept] == ["imports", "frame", "change", "fit"]
    assert [cell.source.partition("\n")[0][:12] for cell in explanation.dropped] == [
        "%load_ext nb",
        "unused = [nu",
        "X.describe()",
    ]
    assert explanation.total == 7
    assert all(cell.reason for cell in (*explanation.kept, *explanation.dropped))
    assert explanation.kept[-1].index == explanation.target


def test_edges_name_lines_and_who_reads(explanation):
    """The change in place is marked in its line, and points at the execution that reads it."""
    change = next(cell for cell in explanation.kept if cell.cell == "change")
    assert change.lines == (1,)
    assert change.readers == (explanation.target,)
    assert {edge.subject for edge in change.edges} == {"X"}


def test_parameters_are_proposed(explanation):
    """What would be a parameter, with its type."""
    found = {entry["name"]: (entry["type"], entry["default"]) for entry in explanation.parameters}
    assert found == {"C": ("float", 0.5), "rows": ("int", 400)}


def test_explaining_writes_nothing(explored, explanation):
    """No notebook, no run, no pipeline appears."""
    before = sorted(path for path in explored.project.rglob("*.ipynb"))
    runs = len(nbops.runs())
    explain(explanation.run, workspace=explored)
    assert sorted(path for path in explored.project.rglob("*.ipynb")) == before
    assert len(nbops.runs()) == runs


def test_it_travels_as_json(explanation):
    """Plain values, with the lines and the readers of each cell."""
    wire = json.loads(json.dumps(explanation.to_wire()))
    assert (wire["run_id"], wire["total"], wire["notebook"]) == (explanation.run, 7, "explore.ipynb")
    assert wire["kept"][0]["lines"]
    assert wire["kept"][0]["edges"][0]["text"].startswith("kept: ")
    assert wire["dropped"][0]["lines"] == []


def test_what_cannot_be_promoted_cannot_be_explained(explored, explanation):
    """The same refusals as `promote`, before anything is read."""
    with pytest.raises(RunNotFound):
        explain("no such run", workspace=explored)
    run = get_run(explanation.run, workspace=explored)
    with pytest.raises(RunNotUsable, match="FAILED") as refused:
        slice_run(replace(run, status="FAILED"), explored)
    assert run.id[:8] in refused.value.hint
    with pytest.raises(RunNotUsable, match="not the run of a cell"):
        slice_run(replace(run, kind="pipeline"), explored)
