"""Watches one run from outside its kernel: beats, holds limits, hears of cancellation, and leaves no process behind."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbops.capture.boundary import unharmed
from nbops.capture.cells.pipeline_mode import ENDING
from nbops.capture.journal.records import FAILED, FINISHED, KILLED, RUNNING
from nbops.capture.surroundings.frontend import PIPELINE_SPEC
from nbops.errors import NbopsError
from nbops.pipelines.running import ending as endings
from nbops.pipelines.running.ending import Ending
from nbops.pipelines.running.guarding import end_guard, start_guard
from nbops.pipelines.running.heartbeat import CANCELLING, FOLDER_PREFIX, Heartbeat, Running, wish_file
from nbops.pipelines.running.limits import Limits
from nbops.pipelines.running.process_tree import ProcessTree
from nbops.pipelines.running.settle import settle
from nbops.processes import process_named
from nbops.recording.get_run import get_run
from nbops.recording.process.start import wake
from nbops.workspace import ENVIRONMENT, Workspace

GRACE = 5.0
_LOOK, _BEAT, _WEIGH, _MEET = 0.1, 1.0, 0.5, 2.0

Hearing = Callable[[Running], None]


class Supervision:
    """One run under way, from before its kernel starts until after it is gone.

    Attributes:
        spec: What the kernel is told of its run (see capture/cells/pipeline_mode.py).
        ending: What stopped the run before its last cell; None while nothing has.
        is_finished: The kernel has written down how its run ended, and nothing can stop it any more.
    """

    def __init__(
        self,
        spec: Mapping[str, Any],
        first: Running,
        workspace: Workspace,
        limits: Limits | None = None,
        environment: Mapping[str, str] | None = None,
        hear: Hearing | None = None,
    ) -> None:
        self.spec = dict(spec)
        self.ending: Ending | None = None
        self.workspace = workspace
        self._limits = limits or Limits()
        self._hear = hear
        self._more = dict(environment or {})
        self._folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
        self._heartbeat = Heartbeat(workspace, replace(first, mark=f"{PIPELINE_SPEC}={self._folder / 'spec.json'}"))
        (self._folder / "spec.json").write_text(json.dumps(self.spec), encoding="utf-8")
        self._tree = ProcessTree(None, self.now.mark)
        self._guard: int | None = None
        self._over = threading.Event()
        self._stopping = threading.Lock()
        self._begun = time.monotonic()
        self._cell_begun: float | None = None
        self.is_finished = False
        self._kill_at: float | None = None
        self._last: dict[str, float] = {}
        self._is_recorded = False
        self._thread = threading.Thread(target=self._watch, name="nbops-supervision", daemon=True)

    @property
    def environment(self) -> dict[str, str]:
        """What the kernel's environment needs."""
        return self._more | {PIPELINE_SPEC: str(self._folder / "spec.json"), ENVIRONMENT: str(self.workspace.root)}

    @property
    def now(self) -> Running:
        """How far the run has got."""
        return self._heartbeat.now

    def begin(self) -> None:
        """Begin to watch; once begun this changes nothing."""
        if self._thread.ident is None:
            self._heartbeat.say()
            self._thread.start()

    def hold(self, seconds: float, what: str) -> None:
        """Wait for *seconds* before the run begins, unless it is cancelled meanwhile; *what* says what begins then."""
        if not seconds:
            return
        self._heartbeat.say(title=f"{what} begins in {seconds:.0f} s")
        self.begin()
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.ending is None:
            time.sleep(_LOOK)
        self._begun = time.monotonic()

    def kernel_started(self, pid: int | None) -> None:
        """Guard the process *pid*, which executes the run."""
        if not pid:
            return
        kernel = process_named(pid)
        self._tree = ProcessTree(kernel, self.now.mark)
        with suppress(OSError):
            self._guard = start_guard(kernel.pid, kernel.started, self.now.mark)
        self._heartbeat.say(kernel=kernel)
        if self._kill_at is not None:  # stopped while it was starting
            self._tree.kill()

    def cell_begins(self, index: int, cells: int, title: str) -> None:
        """Hear that a cell begins."""
        self._heartbeat.say(cell=index, cells=cells, title=title)
        self._cell_begun = time.monotonic()
        self._tell()

    def cell_ended(self) -> None:
        """Hear that it has ended, one way or another."""
        self._cell_begun = None
        if self.ending is not None:
            self._tree.members()  # while the kernel lives, whose children they are can be told

    def kernel_died(self, code: int | None, told: str = "") -> None:
        """Hear that the kernel is gone, perhaps because it was killed here."""
        with self._stopping:
            if self.ending is None:
                self.ending = endings.kernel_died(self.now.place, code, told)

    def finished(self) -> None:
        """Hear that the kernel has written down how its run ended: what had come too late to be in it is forgotten."""
        with self._stopping:
            if self.ending is not None and self._status() in {FINISHED, FAILED}:
                self.ending = None
            self.is_finished = self.ending is None

    def run_recorded(self) -> None:
        """Hear from the kernel that the end of the run is on disk."""
        self._is_recorded = self.ending is None

    def cancel(self) -> None:
        """Stop the run because a person wants it, and return when the cell has ended or been killed.

        A second Ctrl-C while the cell cleans up kills at once.
        """
        self._stop(endings.cancelled(self.now.place))
        try:
            while self._kill_at is not None and time.monotonic() < self._kill_at and not self._is_closed():
                time.sleep(_LOOK)
        except KeyboardInterrupt:
            pass
        self._tree.kill()

    def end(self, error: Mapping[str, str] | None = None) -> None:
        """See to it that nothing runs any more and that the run's record has an end, should its kernel not have said.

        Args:
            error: `{"ename", "evalue"}` of what a cell raised.
        """
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()
        status = FAILED if error else FINISHED
        if self.ending is not None:
            status, error = KILLED, self.ending.to_error()
            self._tree.kill()
        if self._guard is not None:
            end_guard(self._guard)
        with unharmed("how a pipeline ended"):
            if self._is_recorded and self.ending is None:
                wake(self.workspace)
            else:
                settle({"started": self.now.started} | self.spec, status, self.workspace, error)
        self._heartbeat.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _watch(self) -> None:
        while not self._over.wait(_LOOK):
            with unharmed("how far a pipeline has got"):
                self._look()

    def _look(self) -> None:
        if self._is_due("beat", _BEAT):
            self._heartbeat.say()
            self._tell()
        if self.ending is not None:
            if self._kill_at is not None and time.monotonic() >= self._kill_at:
                self._tree.kill()
            return
        now, place, limits = time.monotonic(), self.now.place, self._limits
        begun = self._cell_begun
        if wish_file(self.workspace, self.now.run).exists():
            self._stop(endings.cancelled(place))
        elif limits.cell_timeout and begun is not None and now - begun > limits.cell_timeout:
            self._stop(endings.cell_timeout(place, limits.cell_timeout))
        elif limits.timeout and now - self._begun > limits.timeout:
            self._stop(endings.run_timeout(place, limits.timeout))
        elif limits.memory and self._is_due("weigh", _WEIGH):
            held = self._tree.resident(int(limits.memory * 1e6))
            if held > limits.memory * 1e6:
                self._stop(endings.memory_exceeded(place, limits.memory, held))
        elif self._is_due("meet", _MEET):
            self._tree.members()  # so that children are known when the kernel dies before them

    def _stop(self, ending: Ending) -> None:
        """Let the cell be interrupted, and killed when its time is over; who calls does not wait."""
        with self._stopping:
            if self.ending is not None or self.is_finished:
                return
            self.ending = ending
            with suppress(OSError):
                (self._folder / ENDING).write_text(json.dumps(ending.to_error()), encoding="utf-8")
            self._kill_at = time.monotonic() + (GRACE if ending.patient and self._cell_begun is not None else 0.0)
        self._heartbeat.say(state=CANCELLING)
        self._tree.members()
        if ending.patient and self._cell_begun is not None:
            self._tree.interrupt()
        else:
            self._tree.kill()

    def _is_closed(self) -> bool:
        """Say whether the kernel has written down how its run ended, so that it need not be waited for."""
        return self._status() != RUNNING

    def _status(self) -> str:
        try:
            return get_run(str(self.spec["run"]), workspace=self.workspace).status
        except NbopsError:
            return RUNNING

    def _is_due(self, what: str, seconds: float) -> bool:
        now = time.monotonic()
        if now - self._last.get(what, 0.0) < seconds:
            return False
        self._last[what] = now
        return True

    def _tell(self) -> None:
        if self._hear is not None:
            self._hear(self.now)
