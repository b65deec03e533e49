"""Where a cell comes from: VS Code, plain IPython, papermill."""

from __future__ import annotations

import pytest

from nbops.capture.runs.session import current_session


def test_vs_code_tells_the_notebook(cells, project):
    """The path is the one relative to the project, the cell's id that part of VS Code's URI which is no path."""
    notebook = project / "work" / "fit model.ipynb"
    cells.shell.user_ns["__vsc_ipynb_file__"] = str(notebook)
    try:
        cell = f"vscode-notebook-cell:{notebook}#W2sZmlsZQ%3D%3D"
        first = cells.track("C = 1", cell_id=cell)
        cells.track("C = 2", cell_id=cell)
    finally:
        del cells.shell.user_ns["__vsc_ipynb_file__"]
    assert {record.notebook for record in cells.opened} == {"work/fit model.ipynb"}
    assert {record.cell for record in cells.opened} == {"W2sZmlsZQ%3D%3D"}
    assert [record.rerun_of for record in cells.opened] == [None, first.run]
    assert [item.frontend for item in cells.records if item.type == "session"][-1] == "vscode"
    assert str(project) not in cells.journal_text().replace(current_session().tracking_uri, "")


def test_jupyter_tells_the_notebook(cells, project, monkeypatch):
    """The server's variable names it; a console's name is none."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(project / "a" / "b.ipynb"))
    cells.track("k = 1")
    assert cells.opened[-1].notebook == "a/b.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", "3f2c-console")
    cells.track("k = 1")
    assert cells.opened[-1].notebook is None


def test_outside_of_the_project_the_whole_path_is_told(cells, tmp_path, monkeypatch):
    """A notebook that lies elsewhere is named so that it can be found."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "elsewhere" / "x.ipynb"))
    cells.track("k = 1")
    assert cells.opened[-1].notebook == str(tmp_path / "elsewhere" / "x.ipynb")


@pytest.mark.parametrize(
    ("again", "linked"), [("C = 0.9\nacc = C / 2", True), ("# tuned\nC = 0.9\nacc = C / 2", True), ("other = 1", False)]
)
def test_without_a_cell_id_the_source_links_reruns(cells, again, linked):
    """In plain IPython the same lines with other values are the same cell."""
    first = cells.track("C = 0.5\nacc = C / 2")
    cells.track(again)
    assert cells.opened[-1].cell is None
    assert (cells.opened[-1].rerun_of == first.run) == linked
    assert cells.executions[-1].cell is None
