"""Files that are damaged, or were made to do harm."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from nbops.cli import main
from nbops.errors import PipelineError
from nbops.pipelines.notebook.notebooks import read_notebook
from nbops.workspace import ENVIRONMENT

PARAMETERS, METADATA, CELLS = "parameters are damaged", "metadata are damaged", "cells are damaged"


def written(path, ours, tags=("parameters",)):
    """A notebook with that about itself."""
    cell = {"cell_type": "code", "id": "a", "source": "C = 1", "outputs": [], "execution_count": None}
    told = {
        "cells": [cell | {"metadata": {"tags": list(tags) if isinstance(tags, tuple) else tags}}],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "p", "language": "python"}, "nbops": ours},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(told))
    return path


@pytest.mark.parametrize(
    ("ours", "told"),
    [
        ({"parameters": [1, 2]}, PARAMETERS),
        ({"parameters": "abc"}, PARAMETERS),
        ({"parameters": None}, PARAMETERS),
        ({"parameters": [{"type": "int"}]}, PARAMETERS),
        ({"parameters": [{"name": "C", "type": ["int"]}]}, PARAMETERS),
        ({"parameters": [{"name": "C", "type": "int", "choices": 5}]}, PARAMETERS),
        ("x", METADATA),
        ({"run": 7}, METADATA),
        ({"pipeline": {"a": 1}}, METADATA),
        ({"loads": 5}, METADATA),
    ],
)
def test_damage_is_a_sentence(tmp_path, ours, told):
    """It names the file and the part."""
    with pytest.raises(PipelineError, match=f"^h.ipynb is not a pipeline: its {told}$"):
        read_notebook(written(tmp_path / "h.ipynb", ours))


def test_cells_may_be_damaged(tmp_path):
    """Tags that are no list are nothing to look a cell up by."""
    with pytest.raises(PipelineError, match=f"its {CELLS}"):
        read_notebook(written(tmp_path / "h.ipynb", {}, tags=5))


@pytest.mark.parametrize("text", ["[1,2]", "{}", "[" * 100_000, "5", "null", '{"cells": 5, "nbformat": 4}'])
def test_what_is_no_notebook_is_said_so(tmp_path, text):
    """Whatever JSON it is, or how deep."""
    path = tmp_path / "k.ipynb"
    path.write_text(text)
    with pytest.raises(PipelineError, match=r"k\.ipynb is not a (notebook|pipeline): "):
        read_notebook(path)


@pytest.mark.parametrize("command", ["run", "verify"])
@pytest.mark.parametrize("ours", [{"parameters": [1, 2]}, {"parameters": [{"name": "C", "choices": 5}]}, "x"])
def test_commands_say_it_too(stored_workspace, monkeypatch, command, ours):
    """One line, no traceback."""
    monkeypatch.setenv(ENVIRONMENT, str(stored_workspace.root))
    path = written(stored_workspace.project / "h.ipynb", ours)
    done = CliRunner().invoke(main, [command, str(path)])
    assert done.exit_code not in {0, None}
    assert "is not a pipeline: its " in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
