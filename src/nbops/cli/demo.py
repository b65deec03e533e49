"""`nbops demo`: the tour, headless, with a progress bar and a dozen lines at the end."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbops.cli.story import tell_story
from nbops.cli.tour import clear_demo, enter_demo, file_hash, find_tour, tour_workspace
from nbops.errors import PipelineFailed
from nbops.pipelines.running.private_kernel import private_sockets
from nbops.workspace import ENVIRONMENT, Workspace, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

MARK, METADATA = "▸ ", "nbops-demo"
_STAMP = "tour.sha256"
_SOURCES = {".py", ".sql"}
_PATIENCE = 1800


@click.command()
@click.option("--again", is_flag=True, help="Run the tour even when nothing has changed since it last ran.")
@click.option("--notebook", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Another notebook.")
def demo(again: bool, notebook: Path | None) -> None:
    """Run the tour on real data and say what happened; seconds when nothing has changed since the last time."""
    path = (notebook or find_tour()).absolute()
    workspace = tour_workspace(path) if notebook else enter_demo(path)
    output = (workspace.outputs if notebook else workspace.project) / path.name
    stamp = workspace.outputs / _STAMP
    digest = content_hash(path)
    known, _, written = stamp.read_text().partition(" ") if stamp.is_file() else ("", "", "")
    if not again and output.is_file() and known == digest:
        executed = _read(output)
    else:
        if not notebook:
            clear_demo(path, written)
            workspace = enter_demo(path)
            write_file(output, path.read_bytes())
        executed = execute(path, output, workspace, path.parent if notebook else workspace.project)
        _drain(workspace)
        write_file(stamp, f"{digest} {file_hash(output)}".encode())
    for line in told_lines(executed):
        click.echo(line)
    for line in tell_story(workspace):
        click.echo(MARK + line)
    click.echo(f"{MARK}everything that ran, with its outputs: {_shown(output)}")
    click.echo(f"{MARK}see it in JupyterLab: make lab")


def content_hash(notebook: Path) -> str:
    """Return a hash of the notebook and of the installed package, which together decide what the tour says."""
    package = Path(__file__).parents[1]
    sources = sorted(
        path for path in package.rglob("*") if path.suffix in _SOURCES and "labextension" not in path.parts
    )
    state = hashlib.sha256(notebook.read_bytes())
    for path in sources:
        state.update(f"{path.relative_to(package).as_posix()}\0".encode() + path.read_bytes())
    return state.hexdigest()


def execute(path: Path, output: Path, workspace: Workspace, folder: Path) -> NotebookNode:
    """Execute the notebook in a fresh kernel that stands in *folder*, write the outcome to *output*, return it.

    Raises:
        PipelineFailed: A cell raised; *output* holds what was executed until there.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = _read(path)
    # The kernel has to know the file that people will open, so that a run leads back to its cell.
    shown = str(output if output.parent == folder else path)
    environment = os.environ | {ENVIRONMENT: str(workspace.root), "JPY_SESSION_NAME": shown}
    total = sum(cell.cell_type == "code" for cell in notebook.cells)
    begun, position = time.monotonic(), 0
    with click.progressbar(length=total, label="running the tour", file=sys.stderr, show_eta=False) as bar:

        def seen(cell: NotebookNode, cell_index: int) -> None:
            nonlocal position
            position = cell_index
            # As JupyterLab does: a run has to know its cell.
            if client.kc is not None:
                client.kc.session.metadata["cellId"] = cell.get("id", "")
            bar.update(0)

        def done(cell: NotebookNode, **_: Any) -> None:
            if cell.cell_type == "code":
                bar.update(1)

        client = NotebookClient(
            notebook,
            timeout=_PATIENCE,
            resources={"metadata": {"path": str(folder)}},
            on_cell_execute=seen,
            on_cell_executed=done,
        )
        client.create_kernel_manager()
        try:
            with private_sockets(client.km):
                client.execute(env=environment)
        except CellExecutionError as error:
            count = sum(cell.cell_type == "code" for cell in notebook.cells[: position + 1])
            number = f"cell {count} of {total}"
            raise PipelineFailed(position, error.ename, error.evalue, _shown(output), number=number) from error
        finally:
            write_file(output, str(nbformat.writes(notebook)).encode())  # type: ignore[no-untyped-call]
    click.echo(f"{total} cells in {time.monotonic() - begun:.0f} s", err=True)
    return notebook


def told_lines(notebook: NotebookNode) -> Iterator[str]:
    """Yield what the cells told the reader of the demo: output marked `nbops-demo`, printed lines that begin with ▸."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream" and output.name == "stdout":
                yield from (line for line in output.text.splitlines() if line.startswith(MARK))
            elif METADATA in output.get("metadata", {}):
                told = output.metadata[METADATA]
                text = told if isinstance(told, str) else output.get("data", {}).get("text/plain", "")
                yield from (
                    line if line.startswith(MARK) else MARK + line for line in text.splitlines() if line.strip()
                )


def _read(path: Path) -> NotebookNode:
    import nbformat

    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def _drain(workspace: Workspace) -> None:
    from nbops.recording.flush import flush

    flush(300.0, workspace=workspace)


def _shown(path: Path) -> str:
    return os.path.relpath(path)
