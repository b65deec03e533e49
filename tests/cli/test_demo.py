"""`nbops demo` runs a notebook headless, says what its cells told, and does not run it twice for nothing."""

from __future__ import annotations

import nbformat
import pytest
from click.testing import CliRunner

from nbops.cli import main
from nbops.cli.lab import lab_command
from nbops.cli.tour import find_tour
from nbops.workspace import ENVIRONMENT, Workspace


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """Write a small notebook into a project of its own and return its path."""

    def write(*sources: str):
        path = tmp_path / "project" / "small.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources]), path)
        monkeypatch.setenv(ENVIRONMENT, str(path.parent / ".nbops"))
        monkeypatch.chdir(path.parent)
        return path

    return write


_TELLING = (
    "print('noise')\nprint('▸ first line')",
    (
        "from IPython.display import display\n"
        "display({'text/plain': 'shown'}, raw=True, metadata={'nbops-demo': 'second line'})\n"
        "display({'text/plain': '▸ third line'}, raw=True, metadata={'nbops-demo': True})"
    ),
    "open('ran', 'a').write('x')",
)


def test_lines_that_cells_tell_are_said_in_order(notebook):
    """Printed lines with the mark and displays with the metadata; noise stays in the notebook."""
    path = notebook(*_TELLING)
    answer = CliRunner().invoke(main, ["demo", "--notebook", str(path)])
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.splitlines()[:3] == ["▸ first line", "▸ second line", "▸ third line"]
    assert answer.stdout.splitlines()[-1] == "▸ see it in JupyterLab: make lab"
    executed = nbformat.read(path.parent / ".nbops" / "outputs" / "small.ipynb", as_version=4)
    assert all(cell.execution_count for cell in executed.cells)
    assert not any(cell.execution_count for cell in nbformat.read(path, as_version=4).cells)


def test_second_time_nothing_runs_until_something_changed(notebook):
    """The same lines in seconds; a changed notebook, or --again, runs it."""
    path = notebook(*_TELLING)
    runs = path.parent / "ran"
    first = CliRunner().invoke(main, ["demo", "--notebook", str(path)]).stdout
    assert CliRunner().invoke(main, ["demo", "--notebook", str(path)]).stdout == first
    assert runs.read_text() == "x"
    CliRunner().invoke(main, ["demo", "--notebook", str(path), "--again"])
    assert runs.read_text() == "xx"
    notebook(*_TELLING, "1 + 1")
    CliRunner().invoke(main, ["demo", "--notebook", str(path)])
    assert runs.read_text() == "xxx"


def test_failing_cell_fails_the_demo_and_is_named(notebook):
    """Exit code 1, which cell, what it raised, where to look; the next time it runs again."""
    path = notebook("1 + 1", "raise ValueError('no flights')", "open('ran', 'a').write('x')")
    for _ in range(2):
        answer = CliRunner().invoke(main, ["demo", "--notebook", str(path)])
        assert answer.exit_code == 1
        assert (
            "PipelineFailed: cell 2 of 3 raised ValueError: no flights (see .nbops/outputs/small.ipynb)"
            in answer.stderr
        )
    assert not (path.parent / "ran").exists()


def test_lab_opens_the_tour_in_its_workspace():
    """The command names the notebook relative to the folder that JupyterLab browses."""
    command = lab_command(find_tour(), ("--no-browser",))
    assert command[1:] == ["-m", "jupyterlab", "--no-browser", "--", "tour.ipynb"]


def test_kernel_stands_in_the_named_workspace(notebook, tmp_path):
    """What the notebook records lands where the caller's workspace is."""
    path = notebook("from nbops.workspace import find_workspace\nprint('▸', find_workspace().root)")
    answer = CliRunner().invoke(main, ["demo", "--notebook", str(path)])
    assert answer.stdout.splitlines()[0] == f"▸ {Workspace(tmp_path / 'project' / '.nbops').root}"
