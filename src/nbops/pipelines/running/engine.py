"""papermill engine `nbops`: nbclient's, plus a kernel that loads nbops and one run for the whole notebook.

papermill loads this module itself, through its entry point, while it is being imported: nobody else may import it.
"""

from __future__ import annotations

import json
import os
from ast import literal_eval
from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import Empty
from typing import TYPE_CHECKING, Any

from jupyter_core.utils import run_sync
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine

from nbops.pipelines.running.private_kernel import private_sockets

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from nbops.pipelines.resuming.reuse import Reuse

_LOAD = "--InteractiveShellApp.extra_extensions=nbops"
_FINISH = "__import__('nbops.capture.cells.pipeline_mode', fromlist=['finish']).finish"
_ANSWER = "__import__('nbops.capture.checkpoints.answer', fromlist=['answer']).answer"
_LOOK = 1.0


class _Client(PapermillNotebookClient):  # type: ignore[misc] # papermill is untyped
    """Executes cells as papermill does, and tells the kernel's nbops how it ended before the kernel goes."""

    def __init__(
        self,
        nb_man: Any,
        kernel_environment: Mapping[str, str],
        on_cell: Callable[[int, int], None] | None,
        reuse: Reuse | None = None,
        **options: Any,
    ) -> None:
        super().__init__(nb_man, extra_arguments=[_LOAD], **options)
        self._environment = dict(kernel_environment)
        self._on_cell = on_cell
        self._reuse = reuse

    def execute(self, **options: Any) -> Any:
        with private_sockets(self.create_kernel_manager()):
            return super().execute(env=os.environ | self._environment, **options)

    def execute_cell(self, cell: NotebookNode, cell_index: int, **options: Any) -> Any:
        # As JupyterLab does: what the kernel captures knows its cell.
        self.kc.session.metadata["cellId"] = cell.get("id", "")
        if self._on_cell is not None:
            self._on_cell(cell_index, len(self.nb.cells))
        if self._reuse is None:
            return super().execute_cell(cell, cell_index, **options)
        if self._reuse.skips(cell, self._ask):
            return cell
        done = super().execute_cell(cell, cell_index, **options)
        self._reuse.ran(cell, self._ask)
        return done

    def papermill_execute_cells(self) -> None:
        try:
            super().papermill_execute_cells()
        finally:
            failed = any(output.output_type == "error" for cell in self.nb.cells for output in cell.get("outputs", ()))
            with suppress(DeadKernelError, RuntimeError):  # told by whoever was executing; a kernel without nbops
                run_sync(self._evaluate)(f"{_FINISH}({'FAILED' if failed else 'FINISHED'!r})")

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask the kernel's checkpoints; neither the notebook nor what the kernel captures sees it."""
        told = run_sync(self._evaluate)(f"{_ANSWER}({json.dumps(question)!r})")
        answer: dict[str, Any] = json.loads(literal_eval(told))
        return answer

    async def _evaluate(self, expression: str) -> str:
        wanted = self.kc.execute("", silent=True, store_history=False, user_expressions={"answer": expression})
        while True:
            try:
                reply = await self.kc.get_shell_msg(timeout=_LOOK)
            except Empty:
                if not await self.km.is_alive():
                    raise DeadKernelError("the kernel died") from None
                continue
            if reply["parent_header"].get("msg_id") == wanted:
                told = reply["content"].get("user_expressions", {}).get("answer", {})
                if told.get("status") != "ok":
                    raise RuntimeError(f"{told.get('ename', 'no answer')}: {told.get('evalue', '')}")
                return str(told["data"]["text/plain"])


class NbopsEngine(NBClientEngine):  # type: ignore[misc] # papermill is untyped
    """Registered with papermill as `nbops` by entry point; `papermill IN OUT --engine nbops` works too."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        kernel_environment: Mapping[str, str] | None = None,
        on_cell: Callable[[int, int], None] | None = None,
        reuse: Reuse | None = None,
        input_path: str | None = None,  # noqa: ARG003 # papermill hands it over
        **options: Any,
    ) -> Any:
        """Run the notebook's cells in a fresh kernel."""
        return _Client(
            nb_man,
            kernel_environment or {},
            on_cell,
            reuse,
            kernel_name=kernel_name,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
            startup_timeout=start_timeout,
            timeout=execution_timeout,
            **options,
        ).execute()
