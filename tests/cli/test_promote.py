"""`nbops promote` and `nbops run` on a real kernel's run."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbclient import NotebookClient

_CELLS = (
    "%load_ext nbops",
    "from sklearn.linear_model import LogisticRegression",
    "x = [[float(n)] for n in range(20)]\ny = [int(n > 9) for n in range(20)]",
    "unused = 1",
    "%%track\nC = 0.5\nmodel = LogisticRegression(C=C).fit(x, y)\naccuracy = model.score(x, y)",
)


@pytest.fixture
def tracked(stored_workspace, journaled):
    """Run a notebook with one tracked cell in a real kernel; `journaled` ends the recorder afterwards."""
    cells = [nbformat.v4.new_code_cell(source) for source in _CELLS]
    NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=120).execute()


def test_promoted_pipeline_is_verified_and_runs_with_other_parameters(tracked, told, nbops, stored_workspace):
    """From a tracked cell to a run of its pipeline, in four commands; the first only looks."""
    seen = nbops("promote", "--explain")
    assert seen.exit_code == 0, seen.output
    assert "defines `x` in line 1, which [5] " in seen.stdout
    assert "nothing kept reads `unused`: unused = 1" in seen.stdout
    assert "\x1b" not in seen.stdout
    explained = told("promote", "--explain", "--json")
    assert [cell["source"] for cell in explained["dropped"]][-1] == "unused = 1"
    assert nbops("promote", "--explain", "--to", "late.ipynb").exit_code == 2
    assert not list(stored_workspace.project.rglob("*.ipynb"))
    answer = nbops("promote", "last", "--to", "late.ipynb", "--json")
    assert answer.exit_code == 0, answer.output
    wire = json.loads(answer.stdout)
    assert wire["verified"] is True
    assert "accuracy" in wire["verdict"]
    assert [cell["source"] for cell in wire["dropped"]][-1] == "unused = 1"
    assert all(cell["reason"] for cell in [*wire["kept"], *wire["dropped"]])
    assert (stored_workspace.project / "late.ipynb").is_file()
    run = told("run", "late.ipynb", "-p", "C", "0.3", "--json")
    assert (run["status"], run["kind"], run["params"]["C"]) == ("FINISHED", "pipeline", 0.3)
    wrong = nbops("run", "late.ipynb", "-p", "D", "1")
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith("ParameterError: ")


def test_unknown_pipeline(nbops):
    """Code 1 and a sentence."""
    answer = nbops("run", "nosuch.ipynb")
    assert answer.exit_code == 1
    assert answer.stderr.startswith("PipelineNotFound: ")
