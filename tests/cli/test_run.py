"""`nbops run` and `nbops cancel` as a shell sees them; what they do is tested beside the pipelines."""

from __future__ import annotations

import json

import nbformat
import pytest

from nbops.recording.folding.read_model import ReadModel
from nbops.recording.list_runs import list_runs


@pytest.mark.parametrize("option", ["--timeout", "--cell-timeout", "--memory"])
def test_a_limit_of_nothing_is_wrong_usage(nbops, option):
    """Code 2, and the option is named."""
    answer = nbops("run", "any.ipynb", option, "0")
    assert answer.exit_code == 2
    assert option in answer.stderr


def test_a_failure_says_where_and_what_to_type(nbops, stored_workspace, journaled):
    """Progress and the sentence on stderr, with paths as seen from here; code 1; an existing file is left alone."""
    path = stored_workspace.project / "bad.ipynb"
    cells = [nbformat.v4.new_code_cell("x = 0"), nbformat.v4.new_code_cell("# half\ny = 1 / x")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    answer = nbops("run", "bad.ipynb", "-o", "bad.ipynb")
    assert answer.exit_code == 1
    assert answer.stderr.startswith("PipelineError: bad.ipynb is the notebook itself, which is never overwritten\n")
    answer = nbops("run", "bad.ipynb", "-o", "out.ipynb", "--timeout", "120")
    assert (answer.exit_code, answer.stdout) == (1, "")
    begun, first, second, told, hint = answer.stderr.splitlines()
    assert begun == "bad: starting the kernel …"
    assert first.startswith("bad: cell 1/2 · x = 0 · 0:")
    assert second.startswith("bad: cell 2/2 · y = 1 / x · 0:")
    assert told == (
        "PipelineFailed: cell 2 of 2, line 2 (`y = 1 / x`) raised ZeroDivisionError: division by zero (see out.ipynb)"
    )
    assert hint.startswith("  try: nbops run --resume ")
    assert nbops("cancel", "last").exit_code == 1


def test_pipelines_are_listed_with_state_parameters_and_last_run(nbops, told, stored_workspace):
    """Without one it says how to get one; what is not proven says why; JSON has it all."""
    assert "nbops promote last" in told("pipelines")
    path = stored_workspace.project / "late.ipynb"
    metadata = {"nbops": {"pipeline": "late", "parameters": []}}
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")], metadata=metadata), path)
    known = {"name": "late", "path": "late.ipynb", "parameters": [{"name": "C", "default": 0.5}], "runs": ["0" * 32]}
    ReadModel(stored_workspace).put("pipeline", "late", known)
    head, row, why = told("pipelines").splitlines()
    assert head.split() == ["pipeline", "state", "parameters", "last", "run"]
    assert row.split() == ["late", "unverified", "C=0.5", "–"]
    assert why == "late is unverified: no verdict is kept in it"
    (item,) = json.loads(nbops("pipelines", "--json").stdout)
    assert (item["name"], item["state"], item["last_run"]) == ("late", "unverified", None)


def test_a_dry_run_checks_parameters_and_starts_nothing(nbops, stored_workspace):
    """A wrong one is wrong usage; a right one shows what would run."""
    path = stored_workspace.project / "typed.ipynb"
    schema = {"nbops": {"parameters": [{"name": "C", "type": "float", "default": 1.0}]}}
    cells = [
        nbformat.v4.new_code_cell("C = 1.0", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("y = C"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=schema), path)
    answer = nbops("run", "typed.ipynb", "-p", "D", "2", "--dry-run")
    assert (answer.exit_code, answer.stdout) == (2, "")
    answer = nbops("run", "typed.ipynb", "-p", "C", "2", "--dry-run")
    assert answer.exit_code == 0, answer.output
    assert "parameters  C=2.0\n" in answer.stdout
    assert answer.stdout.endswith("cell 3 of 3  y = C\nnothing was started\n")
    assert not list_runs(stored_workspace, hidden=True)
