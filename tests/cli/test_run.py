"""`nbops run` and `nbops cancel` as a shell sees them; what they do is tested beside the pipelines."""

from __future__ import annotations

import nbformat
import pytest


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
    first, second, told, hint = answer.stderr.splitlines()
    assert first.startswith("bad: cell 1/2 · x = 0 · 0:")
    assert second.startswith("bad: cell 2/2 · y = 1 / x · 0:")
    assert told == (
        "PipelineFailed: cell 2, line 2 (`y = 1 / x`) raised ZeroDivisionError: division by zero (see out.ipynb)"
    )
    assert hint.startswith("  try: nbops run --resume ")
    assert nbops("cancel", "last").exit_code == 1
