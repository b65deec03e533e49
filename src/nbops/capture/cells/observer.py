"""Follows the cells of one shell and writes down each execution."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from nbops.capture.boundary import unharmed
from nbops.capture.cells.execution_of import execution_of
from nbops.capture.cells.memory import Memory, Past
from nbops.capture.cells.naming import Former, cell_key, fingerprint_of, suggest_name
from nbops.capture.cells.running_cell import RunningCell, begin_cell
from nbops.capture.cells.tracked_cell import TrackedCell, draws_in, gather_cell, learn_secrets, surroundings
from nbops.capture.cells.watches import CellWatches
from nbops.capture.code.bindings import bindings_of
from nbops.capture.code.cell_code import read_cell
from nbops.capture.code.names import names_of
from nbops.capture.journal.records import FAILED, FINISHED, KILLED, Execution
from nbops.capture.namespace.changes import Changes, compare_after
from nbops.capture.namespace.process_state import process_state
from nbops.capture.runs.close_run import close_run
from nbops.capture.runs.open_run import open_run
from nbops.capture.secrets.redaction import redact, redact_value
from nbops.capture.surroundings.files import describe_files
from nbops.capture.surroundings.git import GitWatch
from nbops.capture.surroundings.mlflow_presence import user_run

if TYPE_CHECKING:
    from nbops.capture.findings.gather import Gathered
    from nbops.capture.namespace.process_state import ProcessState
    from nbops.capture.runs.active_run import ActiveRun
    from nbops.capture.runs.session import CaptureSession
    from nbops.capture.track_request import TrackRequest

_INCOMPLETE = "nbops failed while it recorded this run; what is missing was not kept"
_UNHURRIED = 60.0  # seconds for the data of a cell that nobody waits for
_INTERRUPTIONS = (KeyboardInterrupt, asyncio.CancelledError)


class CellObserver:
    """Knows which cell of its shell runs, and what earlier ones left.

    Attributes:
        shell: The shell.
        session: Where its records go.
        memory: Facts about earlier cells.
        running: The outermost cell that runs now.
        tracked: What tracking adds to it, if it is tracked.
    """

    def __init__(self, shell: Any, session: CaptureSession) -> None:
        self.shell = shell
        self.session = session
        self.memory = Memory()
        self.git = GitWatch(session.workspace.project)
        self.running: RunningCell | None = None
        self.tracked: TrackedCell | None = None
        self.pipeline: Any = None
        self._stack: list[str] = []
        self._inner_error: BaseException | None = None
        self._index = 0

    def pre_run_cell(self, info: Any) -> None:
        """Look at the namespace; called by IPython before a cell runs."""
        self._stack.append(info.raw_cell)
        if len(self._stack) > 1:  # run by the cell that already runs, as %%capture does
            if self.tracked is not None:
                self.tracked.watches.attach()
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
            tracked.watches.end()
        try:
            self._end(running, tracked, result, error or self._inner_error, ended - running.clock)
        except KeyboardInterrupt:
            if tracked is not None and not tracked.run.closed:
                with unharmed("how a run ended"):
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
            run = self._open(running, request) if self.pipeline is None else self.pipeline.run
            seconds = self.session.settings.snapshot_ms / 1000 if self.pipeline is None else _UNHURRIED
            self.tracked = TrackedCell(run, request, CellWatches(self.shell), seconds=seconds)
            with unharmed("the datasets of a cell"):
                self.tracked.read_inputs(running, self.memory, self.shell.user_ns)
        if self.tracked is not None:
            self.tracked.watches.begin()
        running.clock, running.began = time.perf_counter(), time.time()
        running.files.begin()
        return self.tracked.run if self.tracked else None

    def leave(self) -> None:
        """End what is under way because the shell is no longer followed."""
        if self.tracked is not None:
            self.tracked.watches.end()
        if self.running is not None:
            self.running.files.end()

    def learn_history(self) -> None:
        """Note the executions before nbops was loaded, of which only the text is known."""
        sources = list(self.shell.history_manager.input_hist_raw) if self.shell.history_manager else []
        for count, source in enumerate(sources):
            if count and source.strip():
                cell = read_cell(source, self.shell)
                self._index += 1
                bound = frozenset(names_of(cell.tree).bound)
                past = Past(self._index, count, None, cell, 0.0, 0.0, bound, frozenset(), success=True)
                self.memory.take(past, bindings_of(cell.tree), self.shell.user_ns)
                self.session.append(
                    Execution(
                        session=self.session.id,
                        index=self._index,
                        count=count,
                        source=redact(source).text,
                        code=redact(cell.code).text,
                        observed=False,
                    ),
                    durable=False,
                )
        loading = bool(sources) and "load_ext nbops" in sources[-1]  # the cell that is running now
        self.session.unseen = self._index - loading

    def _count(self, info: Any) -> int | None:
        history = self.shell.history_manager
        return len(history.input_hist_raw) if history is not None and info.store_history else None

    def _open(self, running: RunningCell, request: TrackRequest) -> ActiveRun:
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
            execution=self._index + 1,
            rerun_of=former.run if former else None,
            attach=user_run(),
        )

    def _end(
        self,
        running: RunningCell,
        tracked: TrackedCell | None,
        result: Any,
        error: BaseException | None,
        duration: float,
    ) -> None:
        namespace = self.shell.user_ns
        interrupted = result is None or isinstance(error, _INTERRUPTIONS)
        failed = error is not None or interrupted
        self._index += 1
        changes = Changes()
        told: dict[str, Any] | None = None
        opened: dict[str, str] = {}
        process = running.process
        with unharmed("which values of an execution are secrets"):
            learn_secrets(running.bindings, running.code.code, namespace)
        with unharmed("the state of the process after an execution"):
            process = process_state()
        with unharmed("what an execution changed"):
            seconds = self.session.settings.fingerprint_ms / 2000
            changes = compare_after(running.before, namespace, () if failed else running.names.bound, seconds)
        with unharmed("the files that an execution opened"):
            told = _told(error) if failed else None
            found = running.files.files(running.code.tree, namespace, running.touched, running.began)
            opened = {self.session.workspace.relative(path): mode for path, mode in found.items()}
        with unharmed("an execution"):
            self.session.append(
                execution_of(
                    running,
                    changes,
                    process,
                    session=self.session.id,
                    index=self._index,
                    duration=duration,
                    error=told,
                    run=tracked.run.id if tracked else None,
                    opened=opened,
                ),
                durable=False,
            )
        if tracked is not None:
            with unharmed("a run"):
                self._finish(running, tracked, changes, process, result, error, duration, opened)
            if self.pipeline is None and not tracked.run.closed:
                with unharmed("how a run ended"):
                    status = _status(error, interrupted=interrupted)
                    close_run(tracked.run, status, duration=duration, warnings=[_INCOMPLETE])
        if self.pipeline is not None and failed:
            self.pipeline.cell_failed(error)
        with unharmed("what later cells need to know of an execution"):
            past = Past(
                self._index,
                running.count,
                running.cell,
                running.code,
                running.began,
                duration,
                frozenset(changes.defined),
                frozenset(changes.changed + changes.assumed),
                success=not failed,
                run=tracked.run.id if tracked else None,
            )
            self.memory.take(past, running.bindings, namespace)

    def _finish(
        self,
        running: RunningCell,
        tracked: TrackedCell,
        changes: Changes,
        process: ProcessState,
        result: Any,
        error: BaseException | None,
        duration: float,
        opened: dict[str, str],
    ) -> None:
        namespace = self.shell.user_ns
        interrupted = result is None or isinstance(error, _INTERRUPTIONS)
        value = result.result if result is not None else None
        with unharmed("the datasets of a cell"):
            tracked.read_made(running, self.memory, namespace)
        complete = error is None and not interrupted
        gathered = gather_cell(tracked, running, changes, self.memory, namespace, value, complete=complete)
        around = surroundings(tracked, running, namespace, self.git, value)
        around["files"] = describe_files(opened, self.session.workspace.project)
        around.setdefault("environment", {})
        masked = _mask(gathered, running) + self.git.state(0.0).masked
        if self.pipeline is not None:
            self.pipeline.cell_ends(gathered, tracked, around)
            return
        key = cell_key(running.cell, running.code.source)
        former = self.memory.former.get(key) or next(reversed(self.memory.former.values()), None)
        name = suggest_name(gathered.models, gathered.parameters, former, gathered.metrics)
        status = _status(error, interrupted=interrupted)
        seen = tracked.watches.facts(self.session)
        seen["masked"] += masked
        with unharmed("which random generators a cell drew from"):
            began = tracked.begun_run is not None
            seen["drew"] = draws_in(running, changes, process, self.memory.seeded, namespace, began_run=began)
        close_run(
            tracked.run,
            status,
            duration=duration,
            error=error,
            datasets=tuple(tracked.datasets),
            empty=running.code.empty,
            suggested_name=name,
            attach=tracked.begun_run,
            fingerprint=_fingerprint(running, tracked, gathered, status),
            **_fields(gathered, tracked),
            **around,
            **seen,
        )
        self.memory.former[key] = Former(tracked.run.id, dict(gathered.parameters))


def _mask(gathered: Gathered, running: RunningCell) -> int:
    """Mask secrets in the parameters, and count them with those of the code."""
    cleaned = {name: redact_value(name, value) for name, value in gathered.parameters.items()}
    gathered.parameters = {name: value for name, (value, _) in cleaned.items()}
    return redact(running.code.source).masked + sum(masked for _, masked in cleaned.values())


def _fields(gathered: Gathered, tracked: TrackedCell) -> dict[str, Any]:
    return {
        "parameters": gathered.parameters,
        "origins": gathered.origins,
        "metrics": gathered.metrics,
        "facts": gathered.facts,
        "seeds": gathered.seeds,
        "models": tuple(gathered.models),
        "warnings": (*tracked.warnings, *gathered.warnings),
        "tags": gathered.tags,
    }


def _fingerprint(running: RunningCell, tracked: TrackedCell, gathered: Gathered, status: str) -> str:
    return fingerprint_of(
        running.code.digest,
        parameters=gathered.parameters,
        seeds=gathered.seeds,
        datasets=[(entry["name"], entry["snapshot"] or entry.get("copy"), entry["rows"]) for entry in tracked.datasets],
        metrics=gathered.metrics,
        facts=gathered.facts,
        models=[(model["name"], model["class"]) for model in gathered.models],
        status=status,
    )


def _error_of(result: Any) -> BaseException | None:
    if result is None:
        return None
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error


def _status(error: BaseException | None, *, interrupted: bool) -> str:
    return KILLED if interrupted else FAILED if error is not None else FINISHED


def _told(error: BaseException | None) -> dict[str, Any]:
    if error is None:
        return {"ename": "KeyboardInterrupt", "evalue": ""}
    try:
        message = str(error)
    except Exception as broken:  # noqa: BLE001 # a user's __str__ may raise
        message = f"<no message: {type(broken).__name__}>"
    return {"ename": type(error).__name__, "evalue": redact(message).text[:2000]}
