"""papermill engine `nbops`: nbclient's, plus a kernel that loads nbops, one run for the whole notebook, and a watch.

papermill loads this module itself, through its entry point, while it is being imported: nobody else may import it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.iorw import LocalHandler, papermill_io, write_ipynb

from nbops.errors import PipelineError
from nbops.pipelines.running.clean_notebook import CleanNotebook
from nbops.pipelines.running.client import Client, error_in
from nbops.pipelines.running.drain_at_exit import drain_at_exit
from nbops.pipelines.running.limits import Limits
from nbops.pipelines.running.output_file import check_written, claim
from nbops.pipelines.running.supervise_plain import supervise_plain

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from nbops.pipelines.resuming.reuse import Reuse
    from nbops.pipelines.running.supervision import Supervision

_BRIEF = 1.0
_OUTPUTS = {"iopub_timeout": 600, "raise_on_iopub_timeout": False}
"""Seconds for outputs that are still on their way when a cell has ended; papermill fails after 4."""


class _Execution(NotebookExecutionManager):  # type: ignore[misc] # papermill is untyped
    """papermill's state of an execution; what it saves is clean and whole."""

    def __init__(self, nb: NotebookNode, output_path: str | None, **options: Any) -> None:
        super().__init__(nb, output_path=output_path, **options)
        self.nb: NotebookNode = nb
        self._clean = CleanNotebook()
        self._skips = False

    def cell_start(self, cell: NotebookNode, cell_index: int | None = None, **changed: Any) -> None:
        """Mark the cell; of many short ones only the ends are worth a file each."""
        self._skips = (self.now() - self.last_save_time).total_seconds() < _BRIEF
        try:
            super().cell_start(cell, cell_index, **changed)
        finally:
            self._skips = False

    def save(self, **changed: Any) -> None:
        """Write the notebook down."""
        self.nb = changed.get("nb") or self.nb
        if self._skips:
            return
        if self.output_path:
            write_ipynb(self.clean(), self.output_path)
        self.last_save_time = self.now()

    def clean(self) -> NotebookNode:
        """Return the notebook as it may be kept."""
        return self._clean.of(self.nb)


class NbopsEngine(NBClientEngine):  # type: ignore[misc] # papermill is untyped
    """Registered with papermill as `nbops` by entry point; `papermill IN OUT --engine nbops` works too."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: Any = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        supervision: Supervision | None = None,
        input_path: str | None = None,
        **options: Any,
    ) -> NotebookNode:
        """Execute *nb* as one run, and return it as it may be kept.

        Args:
            nb: With its parameters injected.
            kernel_name: Of an installed kernel.
            output_path: Written as it runs.
            progress_bar: papermill's own.
            log_output: papermill's.
            autosave_cell_every: Seconds between saves within one cell.
            supervision: Of a run of ours; a notebook that comes without one gets a run of its own.
            input_path: Where the notebook lies.
            options: papermill's and nbclient's own; also `memory`, in megabytes. `execution_timeout` is for each cell.

        Raises:
            PipelineError: The notebook would be overwritten, or what came of a run that ended well not written.
        """
        output = _claimed(output_path)
        cell_timeout = options.pop("execution_timeout", None) or options.pop("timeout", None)
        limits = Limits(cell_timeout, options.pop("run_timeout", None), options.pop("memory", None))
        watch = supervision
        if watch is None:
            source = _local(input_path)
            if source is not None and output is not None and source.resolve() == output.resolve():
                raise PipelineError(f"{source.name} would be overwritten by its output", hint="another output path")
            watch = supervise_plain(nb, source, output, limits)
        else:
            nb.metadata.papermill["parameters"] = watch.spec["parameters"]
        execution = _Execution(
            nb, output_path, progress_bar=progress_bar, log_output=log_output, autosave_cell_every=autosave_cell_every
        )
        broken: dict[str, str] | None = None
        try:
            execution.notebook_start()
            watch.begin()
            cls.execute_managed_notebook(execution, kernel_name, log_output=log_output, supervision=watch, **options)
        except BaseException as error:
            broken = {"ename": type(error).__name__, "evalue": str(error)}
            if isinstance(error, KeyboardInterrupt) and watch.ending is None:
                watch.cancel()
            raise
        finally:
            try:
                execution.cleanup_pbar()
                execution.notebook_complete()
            finally:
                watch.end(broken or error_in(execution.nb))
            if supervision is None:
                drain_at_exit(watch.workspace)
        if watch.ending is None and error_in(execution.nb) is None:  # else papermill says what happened
            check_written(output_path)
        return execution.clean()

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        supervision: Supervision | None = None,
        on_cell: Callable[..., None] | None = None,
        reuse: Reuse | None = None,
        kernel: str = "warm",
        **options: Any,
    ) -> Any:
        """Run the notebook's cells in a fresh kernel; `kernel="cold"` forks none."""
        assert supervision is not None
        return Client(
            nb_man,
            supervision,
            on_cell,
            reuse,
            kernel,
            kernel_name=kernel_name,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
            startup_timeout=start_timeout,
            **_OUTPUTS | options,
        ).run()

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """Return the kernel that the notebook wants; Python's where it does not say."""
        return str(name or nb.metadata.get("kernelspec", {}).get("name") or "python3")

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """Return the language of the notebook; Python where it does not say."""
        told = nb.metadata.get("language_info", {}).get("name") or nb.metadata.get("kernelspec", {}).get("language")
        return str(language or told or "python")


def _local(path: Any) -> Path | None:
    """Return the file that *path* means to papermill, which may have changed the directory since; None elsewhere."""
    if not isinstance(path, str) or path == "-":
        return None
    handler = papermill_io.get_handler(path)
    if not hasattr(handler, "cwd"):
        return None
    home = handler.cwd(None)
    handler.cwd(home)
    return Path(home or Path.cwd(), path)


def _claimed(path: Any) -> Path | None:
    """Have papermill write *path* whole, if it is a file here, and return that file."""
    place = _local(path)
    if place is not None:
        handler = papermill_io.get_handler(path)
        if isinstance(handler, LocalHandler) and not place.parent.is_dir():
            raise PipelineError(f"there is no folder {place.parent} for the executed notebook")
        claim(path, place, handler, papermill_io.register)
    return place
