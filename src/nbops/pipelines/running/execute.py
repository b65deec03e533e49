"""Execute a notebook with papermill; its errors become ours here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.errors import PipelineFailed

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from nbops.pipelines.resuming.reuse import Reuse


def execute(notebook: NotebookNode, output: Path, folder: Path, environment: Mapping[str, str],
            on_cell: Callable[[int, int], None] | None = None, reuse: Reuse | None = None) -> None:  # fmt: skip
    """Execute *notebook* in a fresh kernel and keep the outcome at *output*, also when a cell fails.

    Args:
        notebook: With its parameters injected.
        output: Written as it runs.
        folder: Where the code runs.
        environment: Added to the kernel's environment.
        on_cell: Called with index and number of cells before each cell.
        reuse: Decides which cells need not run.

    Raises:
        PipelineFailed: A cell raised.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        papermill.execute_notebook(
            notebook,
            str(output),
            engine_name="nbops",
            kernel_name=None,
            progress_bar=False,
            cwd=str(folder),
            kernel_environment=dict(environment),
            on_cell=on_cell,
            reuse=reuse,
        )
    except PapermillExecutionError as error:
        raise PipelineFailed(error.cell_index, error.ename, error.evalue, str(output)) from error
