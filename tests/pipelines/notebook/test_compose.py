"""The notebook around the cells: headings, sections, the project's own formatter, what earlier runs were given."""

from __future__ import annotations

import nbformat
import pytest

from nbops.capture.journal.records import Execution
from nbops.pipelines.notebook.compose import compose
from nbops.pipelines.notebook.format_cells import format_cells
from nbops.pipelines.notebook.notebooks import headings_above
from nbops.recording.run import Run
from nbops.workspace import open_workspace


def markdown(text):
    return nbformat.v4.new_markdown_cell(text)


def code(name):
    return nbformat.v4.new_code_cell("x = 1", id=name)


def written(path, cells):
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_headings_say_where_a_cell_stands(tmp_path):
    """The whole way down to it; not the title, what is fenced, or what only begins with a number sign."""
    cells = [
        markdown("# Title"),
        markdown("## Data\nWords.\n### Load"),
        code("a"),
        code("b"),
        markdown("### Clean\n```\n# no heading\n```\n#nor this"),
        code("c"),
        markdown("## Fit"),
        code("d"),
    ]
    found = headings_above(written(tmp_path / "n.ipynb", cells))
    shown = {cell: [line for _, line in lines] for cell, lines in found.items()}
    assert shown == {
        "a": ["## Data", "### Load"],
        "b": ["## Data", "### Load"],
        "c": ["## Data", "### Clean"],
        "d": ["## Fit"],
    }
    two = written(tmp_path / "two.ipynb", [markdown("# One"), code("a"), markdown("# Two"), code("b")])
    assert [line for lines in headings_above(two).values() for _, line in lines] == ["# One", "# Two"]


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "pyproject.toml").write_text("")
    return open_workspace(tmp_path)


def composed(workspace, cells, parameters=None, **more):
    kept = [
        Execution(session="s", index=place, source=source, cell=cell, success=True)
        for place, (cell, source) in enumerate(cells, 1)
    ]
    run = Run(id="a" * 32, name="r", notebook="n.ipynb", parameters=parameters or {}, execution=len(kept))
    path = workspace.project / "pipelines" / "p.ipynb"
    return compose(run, kept, title="p", path=path, workspace=workspace, **more)


def test_each_section_is_there_once_and_empty_ones_are_not(workspace):
    """A heading over dropped cells only is gone; one whose first cell was dropped stands over the next."""
    cells = [markdown("# T\n\n## Data"), code("dropped"), code("a"), markdown("## Look"), code("gone"),
             markdown("## Fit"), code("b"), code("c")]  # fmt: skip
    written(workspace.project / "n.ipynb", cells)
    done = composed(workspace, [("a", "a = f()"), ("b", "b = g(a)"), ("a", "a = h()"), ("c", "c = b")])
    told = [cell.source for cell in done.notebook.cells if cell.cell_type == "markdown"][1:]
    assert told == ["## Data", "## Fit"]
    nbformat.validate(done.notebook)


def test_the_projects_formatter_formats_the_code_but_not_the_parameters(workspace):
    """Configured and installed it is used; magics, trailing semicolons and what papermill reads are left alone."""
    typed = "%cd  data\nx=f( a )\nplot(x);"
    plain = composed(workspace, [("a", f"a={{'k':1}}\n{typed}")], {"a": 1})
    assert plain.notebook.cells[2].source == typed
    (workspace.project / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    done = composed(workspace, [("a", f"a={{'k':1}}\n{typed}")], {"a": 1})
    assert [cell.source for cell in done.notebook.cells[1:]] == ["a: dict = {'k':1}", "%cd  data\nx = f(a)\nplot(x);"]


@pytest.mark.parametrize("tool", ["ruff", "black"])
def test_a_formatter_that_fails_changes_nothing(tmp_path, tool):
    """Its configuration is broken, or the code is not to its liking."""
    pytest.importorskip(tool)
    (tmp_path / "pyproject.toml").write_text(f"[tool.{tool}]\nline-length = 90\n")
    assert format_cells(["x=1"], tmp_path / "p.ipynb") == ["x = 1"]
    (tmp_path / "pyproject.toml").write_text(f"[tool.{tool}]\nline-length = 'wide'\n")
    assert format_cells(["x=1"], tmp_path / "p.ipynb") == ["x=1"]
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n")
    assert format_cells(["x=1"], tmp_path / "p.ipynb") == ["x=1"]


def test_an_entry_of_a_configuration_makes_the_whole_a_parameter(workspace):
    """Runs record `config.rate`; the code assigns `config`."""
    done = composed(workspace, [("a", "config = {'rate': 0.1}\nuse(config)")], {"config.rate": 0.1})
    assert [item["name"] for item in done.parameters] == ["config"]
    assert done.notebook.metadata["nbops"]["schema"]["properties"]["config"]["type"] == "object"


def test_equal_input_is_an_equal_file(workspace):
    """Nothing in it depends on the time or on the order of a set."""
    cells = [("a", "import os, json\nx = {3, 1, 2}\ny = '[masked]'\nuse(x, y)")]
    first, second = (composed(workspace, cells, {"x": 1}) for _ in range(2))
    assert nbformat.writes(first.notebook) == nbformat.writes(second.notebook)


def test_the_first_cell_says_what_to_type(workspace):
    """The run and its result, what is read, and a command; nothing that differs from one promotion to the next."""
    (workspace.project / "pipelines").mkdir(exist_ok=True)
    source = "trees = 20\nrows = open('rows.csv').read()\nauc = fit(rows, trees)"
    opened = ({"path": "data/rows.csv", "mode": "r"}, {"path": "out.csv", "mode": "w"})
    kept = [Execution(session="s", index=1, source=source, cell="a", success=True, opened=opened)]
    run = Run(id="a" * 32, notebook="n.ipynb", parameters={"trees": 20}, metrics={"auc": 0.650974}, execution=1)
    path = workspace.project / "pipelines" / "p.ipynb"
    made = compose(run, kept, title="p", path=path, workspace=workspace)
    assert made.notebook.cells[0].source == (
        "# p\n\nMade to reproduce run `aaaaaaaa` of `n.ipynb` (auc 0.65097). Reads `data/rows.csv`. "
        "Run it from the project's folder: `papermill pipelines/p.ipynb out.ipynb --cwd . -p trees 20`"
    )
