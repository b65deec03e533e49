"""The parameters of a pipeline, as its notebook declares them now."""

from __future__ import annotations

import nbformat
import pytest

from nbops.capture.journal.records import Execution
from nbops.errors import PipelineError
from nbops.pipelines.notebook.compose import compose
from nbops.pipelines.notebook.read_schema import read_schema
from nbops.pipelines.notebook.schema_of import schema_of
from nbops.recording.run import Run
from nbops.workspace import open_workspace

CODE = (
    "from pathlib import Path\nimport datetime as dt\nday = dt.date(2024, 2, 29)\nplace = Path('x.csv')\n"
    "depth: int | None = None\nC: float = 0.5  # 0..1\nkey = '[masked]'\nuse(day, place, depth, C, key)"
)


@pytest.fixture
def notebook(tmp_path):
    """A pipeline with one parameter of every sort."""
    (tmp_path / "pyproject.toml").write_text("")
    run = Run(id="a" * 32, name="r", execution=1, parameters={"C": 0.5, "depth": None})
    kept = [Execution(session="s", index=1, source=CODE)]
    workspace, path = open_workspace(tmp_path), tmp_path / "p.ipynb"
    return compose(run, kept, title="p", path=path, workspace=workspace, parameters=["day", "place"]).notebook


def edited(notebook, old, new):
    """Replace text in the parameters cell, as a person would."""
    cell = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    assert old in cell.source
    cell.source = cell.source.replace(old, new)
    return {item["name"]: item for item in read_schema(notebook)}


def test_an_edit_elsewhere_in_the_cell_changes_nothing_of_the_others(notebook):
    """What the cell says is what the metadata said: types, None, dates, paths, ranges, secrets."""
    before = {item["name"]: item for item in notebook.metadata["nbops"]["parameters"]}
    after = edited(notebook, "C: float = 0.5", "extra = 3\nC: float = 0.75")
    assert after.pop("extra") == {"name": "extra", "type": "int", "default": 3, "kind": "value"}
    assert after.pop("C") == dict(before.pop("C")) | {"default": 0.75}
    assert after == {name: dict(item) for name, item in before.items()}
    assert {name: item["type"] for name, item in after.items()} == {
        "day": "date", "place": "Path", "depth": "int", "key": "str",
    }  # fmt: skip


def test_what_was_taken_out_is_no_parameter_any_more(notebook):
    """And what became a computation keeps what was known of it."""
    after = edited(notebook, "C: float = 0.5  # 0..1", "")
    assert "C" not in after
    assert edited(notebook, "place = Path('x.csv')", "place = find()")["place"]["type"] == "Path"


def test_a_notebook_of_somebody_else_takes_anything(tmp_path):
    """It has no schema, and says so."""
    path = tmp_path / "mine.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), path)
    assert read_schema(nbformat.read(path, as_version=4)) is None
    with pytest.raises(PipelineError, match="mine"):
        schema_of(path)
