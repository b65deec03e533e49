"""Executes the cells of one notebook as papermill does, under supervision. Loaded by papermill's engine only."""

from __future__ import annotations

import ast
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_core.utils import run_sync
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import ensure_async, run_hook
from papermill.clientwrap import PapermillNotebookClient

from nbops.capture.journal.records import FAILED, FINISHED, KILLED
from nbops.capture.secrets.redaction import learn_secret
from nbops.pipelines.running.cell_title import cell_title
from nbops.pipelines.running.private_kernel import private_sockets
from nbops.pipelines.running.ready import ready, sockets_there
from nbops.pipelines.running.shorten import LONGEST_TEXT, shorten
from nbops.pipelines.running.warm.attach import attach
from nbops.pipelines.running.warm.forked import Forked

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from nbops.pipelines.resuming.reuse import Reuse
    from nbops.pipelines.running.supervision import Supervision

_LOAD = "--InteractiveShellApp.extra_extensions=nbops"
_MODE = "nbops.capture.cells.pipeline_mode"
_FINISH = f"__import__({_MODE!r}, fromlist=['finish']).finish({{status!r}})"
_MET = f"__import__({_MODE!r}, fromlist=['met']).met()"
_ANSWER = "__import__('nbops.capture.checkpoints.answer', fromlist=['answer']).answer({question!r})"
_START_PATIENCE, _FINISH_PATIENCE, _MEET_PATIENCE, _KEEP_PATIENCE = 60.0, 130.0, 5.0, 600.0


class _Stopped(Exception):
    """The run was stopped, and the cell ended in time."""


class Client(PapermillNotebookClient):  # type: ignore[misc] # papermill is untyped
    """Tells supervision and the kernel's nbops what comes and how it ended.

    Args:
        nb_man: papermill's state of the execution.
        supervision: Of the run.
        on_cell: Called with index, number of cells and title before each.
        reuse: Decides which cells need not run.
        kernel: `warm` or `cold`.
        options: nbclient's.
    """

    def __init__(
        self,
        nb_man: Any,
        supervision: Supervision,
        on_cell: Callable[..., None] | None,
        reuse: Reuse | None = None,
        kernel: str = "warm",
        **options: Any,
    ) -> None:
        self._ours = is_ipykernel(options.get("kernel_name"))
        super().__init__(nb_man, extra_arguments=[_LOAD] if self._ours else [], **options)
        self._supervision = supervision
        self._on_cell = on_cell
        self._reuse = reuse if self._ours else None
        self._kernel = kernel
        self._at: int | None = None
        self._language: dict[str, Any] = {}
        self._leaves = False

    def run(self) -> Any:
        """Execute every cell; whatever stops that stands in the notebook, as the error of the cell where it was."""
        watch = self._supervision
        try:
            self.execute()
        except _Stopped:
            pass
        except Exception as error:
            if isinstance(error, RuntimeError) and not watch.now.cells:
                watch.kernel_died(None, str(error))
            # A cancellation that came too late has killed a kernel whose run was over: it takes nothing away.
            if watch.ending is None and not (watch.is_finished and isinstance(error, DeadKernelError)):
                raise
        finally:
            self._mark()
        return self.nb

    def execute(self, **options: Any) -> Any:
        """Start a kernel that is told of its run, and execute the cells in it."""
        manager = self.create_kernel_manager()
        attach(manager, self.nb, self._supervision, self._kernel)
        options["env"] = os.environ | self._supervision.environment
        with private_sockets(manager):
            if sys.platform == "win32":  # papermill prepares the event loop there
                return super().execute(**options)
            self.reset_execution_trackers()
            with self.setup_kernel(**options):
                self.papermill_execute_cells()
                self.nb.metadata["language_info"] = self._language  # papermill asks once more
                self.set_widgets_metadata()
        return self.nb

    def start_new_kernel(self, **options: Any) -> None:
        """Start the kernel and have it guarded."""
        super().start_new_kernel(**options)
        self._supervision.kernel_started(getattr(self.km.provisioner, "pid", None))

    async def _start_client(self) -> Any:
        try:
            patience = float(self.startup_timeout or _START_PATIENCE)
            await sockets_there(self.km, patience)
            self.kc = self.km.client()
            self.kc.start_channels()
            self._language = (await ready(self.kc, patience))["language_info"]
        except Exception:
            await self._async_cleanup_kernel()
            raise
        self.kc.allow_stdin = False
        await run_hook(self.on_notebook_start, notebook=self.nb)
        return self.kc

    start_new_kernel_client = run_sync(_start_client)

    async def _async_cleanup_kernel(self) -> None:
        """Let the kernel end, and return when it has; one that has done its work needs no interrupt before."""
        if self._leaves and self.km is not None and isinstance(getattr(self.km.provisioner, "process", None), Forked):
            self._leaves = False  # whoever comes here meanwhile does not wait for it
            self.km.shutting_down = True
            self.km.stop_restarter()
            await ensure_async(self.km.request_shutdown())
        await super()._async_cleanup_kernel()

    _cleanup_kernel = run_sync(_async_cleanup_kernel)

    def papermill_execute_cells(self) -> None:
        """Execute the cells, up to the first that fails, and let the kernel write down how its run ended."""
        watch = self._supervision
        try:
            super().papermill_execute_cells()
        except DeadKernelError:
            watch.kernel_died(run_sync(self.km.provisioner.poll)() if self.km.provisioner else None)
            raise
        except _Stopped:
            self._finish(KILLED)
            raise
        self._finish(KILLED if watch.ending else FAILED if error_in(self.nb) else FINISHED)
        watch.finished()

    def execute_cell(self, cell: NotebookNode, cell_index: int, **options: Any) -> Any:
        """Execute one cell, and say so before and after."""
        if cell.cell_type != "code" or not cell.source.strip():
            return super().execute_cell(cell, cell_index, **options)
        # As JupyterLab does: what the kernel captures knows its cell.
        self.kc.session.metadata["cellId"] = cell.get("id", "")
        watch, title = self._supervision, cell_title(cell.source)
        # As `In [n]` counts beside it: what a person sees of a cell, in JupyterLab as in every sentence of ours.
        code = [at for at, one in enumerate(self.nb.cells) if one.cell_type == "code" and one.source.strip()]
        self._at, number, cells = cell_index, code.index(cell_index), len(code)
        watch.cell_begins(number, cells, title)
        if self._on_cell is not None:
            self._on_cell(number, cells, title)
        try:
            if self._reuse is not None and self._reuse.skips(cell, self._checkpoints):
                return cell
            done = super().execute_cell(cell, cell_index, **options)
        except KeyboardInterrupt:
            watch.cancel()
            raise
        except CellExecutionError:
            watch.cell_ended()
            self._meet_secrets(cell)
            raise
        finally:
            watch.cell_ended()
        self._meet_secrets(cell)
        if watch.ending is not None:
            raise _Stopped
        if self._reuse is not None:
            self._reuse.ran(cell, self._checkpoints)
        return done

    def process_message(self, *arguments: Any, **options: Any) -> Any:
        """Take in what the kernel says of a cell."""
        output = super().process_message(*arguments, **options)
        # Printed text is added to an output that is there already: it must not grow for hours.
        if output and output.get("output_type") == "stream":
            outputs = arguments[1].outputs
            if outputs and len(outputs[-1].get("text", "")) > 2 * LONGEST_TEXT:
                outputs[-1]["text"] = shorten(outputs[-1])["text"]
        return output

    def _finish(self, status: str) -> None:
        """Let the kernel write down how its run ended."""
        if self._ours:
            reply = self._ask("", _FINISH_PATIENCE, done=_FINISH.format(status=status))
            told = reply.get("user_expressions", {}).get("done", {}).get("data", {}).get("text/plain")
            self._leaves = True
            if told == "True":
                self._supervision.run_recorded()

    def _meet_secrets(self, cell: NotebookNode) -> None:
        """Learn which secrets the kernel has met, before what it printed is written down."""
        if not (self._ours and cell.get("outputs")):
            return
        reply = self._ask("", _MEET_PATIENCE, met=_MET)
        told = reply.get("user_expressions", {}).get("met", {}).get("data", {}).get("text/plain", "''")
        with suppress(ValueError, SyntaxError):
            for secret in json.loads(ast.literal_eval(told) or "[]"):
                learn_secret(str(secret), sure=True)

    def _checkpoints(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask the kernel's checkpoints; neither the notebook nor what the kernel captures sees it."""
        reply = self._ask("", _KEEP_PATIENCE, answer=_ANSWER.format(question=json.dumps(question)))
        told = reply.get("user_expressions", {}).get("answer", {})
        if told.get("status") != "ok":
            raise RuntimeError(f"{told.get('ename', 'no answer')}: {told.get('evalue', '')}")
        answer: dict[str, Any] = json.loads(ast.literal_eval(told["data"]["text/plain"]))
        return answer

    def _ask(self, code: str, patience: float, **expressions: str) -> dict[str, Any]:
        return run_sync(self._asked)(code, patience, expressions)

    async def _asked(self, code: str, patience: float, expressions: dict[str, str]) -> dict[str, Any]:
        """Return the kernel's reply to *code*, which leaves no trace in it; empty where none comes."""
        wanted = self.kc.execute(code, silent=True, store_history=False, user_expressions=expressions)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                reply = await self.kc.get_shell_msg(timeout=1.0)
            except Empty:
                if not await self.kc.is_alive():
                    break
                continue
            if reply["parent_header"].get("msg_id") == wanted:
                return dict(reply["content"])
        return {}

    def _mark(self) -> None:
        """Write what stopped the run into the cell where it was, before whatever the cell itself says of it."""
        ending, cells = self._supervision.ending, self.nb.cells
        if ending is None or not cells:
            return
        code = [cell for cell in cells if cell.cell_type == "code"]
        cell = cells[self._at] if self._at is not None else code[0] if code else None
        if cell is None or "outputs" not in cell:
            return
        error = {"output_type": "error", "ename": ending.ename, "evalue": ending.sentence}
        place = next((at for at, one in enumerate(cell.outputs) if one.output_type == "error"), len(cell.outputs))
        made = type(cell)(error | {"traceback": [f"{ending.ename}: {ending.sentence}"]})
        cell.outputs.insert(place, made)
        self.nb_man.cell_exception(cell)


def error_in(notebook: NotebookNode) -> dict[str, str] | None:
    """Return name and message of the first error in *notebook*, as papermill counts them; None where there is none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            is_exit = output.get("ename") == "SystemExit" and output.get("evalue") in {"", "0"}
            if output.output_type == "error" and not is_exit:
                return {"ename": str(output.ename), "evalue": str(output.evalue)}
    return None


def is_ipykernel(name: Any) -> bool:
    """Say whether the kernel called *name* is IPython's, which can load nbops."""
    try:
        spec = KernelSpecManager().get_kernel_spec(str(name))
    except KeyError:  # NoSuchKernel; starting it will say so
        return False
    return any("ipykernel" in part for part in spec.argv)
