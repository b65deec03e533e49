"""Follows the cells of one shell and writes down each execution."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from nbops.capture.boundary import unharmed
from nbops.capture.cells.end_cell import end_cell
from nbops.capture.cells.memory import Memory, Past
from nbops.capture.cells.naming import cell_key
from nbops.capture.cells.running_cell import RunningCell, begin_cell
from nbops.capture.code.bindings import bindings_of
from nbops.capture.code.cell_code import read_cell
from nbops.capture.code.names import names_of
from nbops.capture.journal.records import KILLED, Execution
from nbops.capture.secrets.redaction import redact
from nbops.capture.surroundings.git import GitListener
from nbops.capture.surroundings.mlflow_presence import user_run

if TYPE_CHECKING:
    from nbops.capture.cells.tracked_cell import TrackedCell
    from nbops.capture.runs.active_run import ActiveRun
    from nbops.capture.runs.session import CaptureSession
    from nbops.capture.track_request import TrackRequest

_UNHURRIED = 60.0  # seconds for the data of a cell that nobody waits for


class CellObserver:
    """Knows which cell of its shell runs, and what earlier ones left.

    Attributes:
        shell: The shell.
        session: Where its records go.
        memory: Facts about earlier cells.
        running: The outermost cell that runs now.
        tracked: What tracking adds to it, if it is tracked.
        pipeline: The run of the pipeline that this kernel executes, if it does.
        index: Executions so far.
        latest: Record of the latest execution.
    """

    def __init__(self, shell: Any, session: CaptureSession) -> None:
        self.shell = shell
        self.session = session
        self.memory = Memory()
        self.git = GitListener(session.workspace.project)
        self.running: RunningCell | None = None
        self.tracked: TrackedCell | None = None
        self.pipeline: Any = None
        self._stack: list[str] = []
        self._inner_error: BaseException | None = None
        self.index = 0
        self.latest: Execution | None = None

    def pre_run_cell(self, info: Any) -> None:
        """Look at the namespace; called by IPython before a cell runs."""
        if self.session.is_forked:
            return
        self._stack.append(info.raw_cell)
        if len(self._stack) > 1:  # run by the cell that already runs, as %%capture does
            if self.tracked is not None:
                self.tracked.listeners.attach()
            return
        self._inner_error = None
        self.tracked = None
        with unharmed("an execution"):
            seconds = self.session.settings.fingerprint_ms / 2000
            timers = frozenset(self.memory.timers)
            self.running = begin_cell(self.shell, info, timers, count=self._count(info), seconds=seconds)
            self.session.cell = {
                "cell": self.running.cell,
                "count": self.running.count,
                "repository": self.git.fresh_facts,
            }
            if self.pipeline is not None:
                self.pipeline.cell_begins(self, info.raw_cell)
            self.running.files.begin()

    def post_run_cell(self, result: Any) -> None:
        """Write the execution down; called by IPython after a cell ran."""
        if self.session.is_forked:
            return
        ended = time.perf_counter()
        error, raw = _error_of(result), result.info.raw_cell if result is not None else None
        if not self._stack or (raw is not None and raw != self._stack[-1]):
            return  # a blank cell, or the one that loaded nbops
        self._stack.pop()
        if self._stack:
            self._inner_error = error or self._inner_error
            return
        running, tracked, self.running, self.tracked = self.running, self.tracked, None, None
        self.session.cell = None
        if running is None:
            return
        running.files.end()
        if tracked is not None:
            tracked.listeners.end()
        self.index += 1
        try:
            end_cell(self, running, tracked, result, error or self._inner_error, ended - running.clock)
        except KeyboardInterrupt:
            if tracked is not None and not tracked.run.closed:
                with unharmed("how a run ended"):
                    from nbops.capture.runs.close_run import close_run

                    close_run(tracked.run, KILLED, warnings=["interrupted while nbops was recording"])
            raise

    def track(self, request: TrackRequest) -> ActiveRun | None:
        """Make the running cell a run: its first record is on disk when this returns."""
        running = self.running
        if running is None or self.tracked is not None:
            return self.tracked.run if self.tracked else None
        running.files.end()
        self.git.refresh()
        with unharmed("a run"):
            # A notebook in which nothing is tracked needs neither these nor what they need.
            from nbops.capture.cells.listeners import CellListeners
            from nbops.capture.cells.tracked_cell import TrackedCell

            run = self._open(running, request) if self.pipeline is None else self.pipeline.run
            seconds = self.session.settings.snapshot_ms / 1000 if self.pipeline is None else _UNHURRIED
            self.tracked = TrackedCell(run, request, CellListeners(self.shell), seconds=seconds)
            with unharmed("the datasets of a cell"):
                self.tracked.read_inputs(running, self.memory, self.shell.user_ns)
        if self.tracked is not None:
            self.tracked.listeners.begin()
        running.clock, running.began = time.perf_counter(), time.time()
        running.files.begin()
        return self.tracked.run if self.tracked else None

    def leave(self) -> None:
        """End what is under way because the shell is no longer followed."""
        if self.tracked is not None:
            self.tracked.listeners.end()
        if self.running is not None:
            self.running.files.end()

    def learn_history(self) -> None:
        """Note the executions before nbops was loaded, of which only the text is known."""
        sources = list(self.shell.history_manager.input_hist_raw) if self.shell.history_manager else []
        for count, source in enumerate(sources):
            if count and source.strip():
                cell = read_cell(source, self.shell)
                self.index += 1
                bound = frozenset(names_of(cell.tree).bound)
                past = Past(self.index, count, None, cell, 0.0, 0.0, bound, frozenset(), success=True)
                self.memory.take(past, bindings_of(cell.tree), self.shell.user_ns)
                self.session.append(
                    Execution(
                        session=self.session.id,
                        index=self.index,
                        count=count,
                        source=redact(source).text,
                        code=redact(cell.code).text,
                        observed=False,
                    ),
                    durable=False,
                )
        loading = bool(sources) and "load_ext nbops" in sources[-1]  # the cell that is running now
        self.session.unseen = self.index - loading

    def _count(self, info: Any) -> int | None:
        history = self.shell.history_manager
        return len(history.input_hist_raw) if history is not None and info.store_history else None

    def _open(self, running: RunningCell, request: TrackRequest) -> ActiveRun:
        from nbops.capture.runs.open_run import open_run

        former = self.memory.former.get(cell_key(running.cell, running.code.source))
        return open_run(
            "cell",
            request.name,
            experiment=request.experiment,
            workspace=self.session.workspace,
            source=running.code.source,
            parent=None,
            cell=running.cell,
            count=running.count,
            execution=self.index + 1,
            rerun_of=former.run if former else None,
            attach=user_run(),
        )


def _error_of(result: Any) -> BaseException | None:
    if result is None:
        return None
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error
