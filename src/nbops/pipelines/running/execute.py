"""Execute a notebook with papermill; its errors become ours here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import PipelineCancelled, PipelineError, PipelineFailed, PipelineKilled
from nbops.pipelines.running.ending import CANCELLED
from nbops.pipelines.running.failing_line import failing_line
from nbops.pipelines.running.output_file import check_written
from nbops.pipelines.running.supervision import Supervision

if TYPE_CHECKING:
    from nbformat import NotebookNode


def execute(notebook: NotebookNode, output: Path, folder: Path, supervision: Supervision,
            on_cell: Callable[..., None] | None = None, **options: Any) -> None:  # fmt: skip
    """Execute *notebook* in a fresh kernel and keep the outcome at *output*, also when a cell fails.

    Args:
        notebook: With its parameters injected.
        output: Written as it runs, each time whole, secrets masked.
        folder: Where the code runs.
        supervision: Of the run; begun and ended here.
        on_cell: Called with index, number of cells and first line before each cell.
        options: More for the engine.

    Raises:
        PipelineFailed: A cell raised.
        PipelineKilled: The run went over a limit, or its kernel died.
        PipelineCancelled: A person stopped it from elsewhere.
        PipelineError: Its kernel is not installed, or the executed notebook cannot be written.
    """
    import papermill
    from jupyter_client.kernelspec import NoSuchKernel
    from papermill.exceptions import PapermillExecutionError

    _make_folder(output.parent, supervision)
    try:
        papermill.execute_notebook(
            notebook,
            str(output),
            engine_name="nbops",
            kernel_name=None,
            progress_bar=False,
            cwd=str(folder),
            supervision=supervision,
            on_cell=on_cell,
            **options,
        )
    except PapermillExecutionError as error:
        ending = supervision.ending
        if ending is not None and ending.ename == CANCELLED:
            raise PipelineCancelled(ending.sentence, str(output)) from error
        if ending is not None:
            raise PipelineKilled(error.cell_index, ending.ename, ending.sentence, str(output)) from error
        line, code = failing_line(error.source, error.traceback)
        number = supervision.now.number
        raise PipelineFailed(error.cell_index, error.ename, error.evalue, str(output), line, code, number) from error
    except NoSuchKernel as error:
        raise PipelineError(
            f"the notebook wants the kernel {error.name!r}, which is not installed here",
            hint=f"python -m ipykernel install --user --name {error.name}",
        ) from error
    check_written(str(output))  # papermill writes it once more in the end


def _make_folder(folder: Path, supervision: Supervision) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        told = f"there is no place for the executed notebook: {folder.name}: {error.strerror or type(error).__name__}"
        supervision.end({"ename": type(error).__name__, "evalue": told})
        raise PipelineError(told, hint="-o another file") from error
