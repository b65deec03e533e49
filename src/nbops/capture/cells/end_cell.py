"""Write down an execution whose code has run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbops.capture.boundary import unharmed
from nbops.capture.cells.ended import Ended
from nbops.capture.cells.execution_of import execution_of
from nbops.capture.cells.memory import Past
from nbops.capture.foreign import message_of
from nbops.capture.namespace.changes import compare_after
from nbops.capture.namespace.process_state import process_state
from nbops.capture.secrets.redaction import learn_secret, redact
from nbops.capture.secrets.sources import secrets_among
from nbops.capture.surroundings.files import identify_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbops.capture.cells.observer import CellObserver
    from nbops.capture.cells.running_cell import RunningCell
    from nbops.capture.cells.tracked_cell import TrackedCell

_INCOMPLETE = "nbops failed while it recorded this run; what is missing was not kept"
_LONGEST_MESSAGE = 2000


def end_cell(
    observer: CellObserver,
    running: RunningCell,
    tracked: TrackedCell | None,
    result: Any,
    error: BaseException | None,
    duration: float,
) -> None:
    """Write an execution down, and close its run; each part on its own, so that one that fails costs only itself.

    Args:
        observer: Who follows the shell; this execution is counted already.
        running: The cell, as it was before its code ran.
        tracked: What tracking added to it.
        result: IPython's; None where the cell was interrupted.
        error: What ended it.
        duration: Seconds.
    """
    value = result.result if result is not None else None
    ended = Ended(duration, value, error, told=result is not None, process=running.process)
    ended = _look(observer, running, ended)
    with unharmed("an execution"):
        record = execution_of(
            running,
            ended.changes,
            ended.process,
            session=observer.session.id,
            index=observer.index,
            duration=duration,
            error=_error(ended),
            run=tracked.run.id if tracked else None,
            opened=ended.opened,
        )
        observer.latest = record
        observer.session.append(record, durable=False)
    if tracked is not None:
        _end_run(observer, running, tracked, ended)
    if observer.pipeline is not None and not ended.complete:
        observer.pipeline.cell_failed(error)
    with unharmed("what later cells need to know of an execution"):
        observer.memory.take(_past(observer, running, tracked, ended), running.bindings, observer.shell.user_ns)


def _look(observer: CellObserver, running: RunningCell, ended: Ended) -> Ended:
    """Look at what the cell left behind."""
    session, namespace = observer.session, observer.shell.user_ns
    opened: tuple[dict[str, Any], ...] = ()
    with unharmed("which values of an execution are secrets"):
        _learn_secrets(running, namespace)
    with unharmed("the state of the process after an execution"):
        ended = replace(ended, process=process_state())
    with unharmed("what an execution changed"):
        bound = running.names.bound if ended.complete else ()
        seconds = session.settings.fingerprint_ms / 2000
        ended = replace(ended, changes=compare_after(running.before, namespace, bound, seconds))
    with unharmed("the files that an execution opened"):
        found = running.files.files(running.code.tree, namespace, running.touched, running.began)
        modes = {session.workspace.relative(path): mode for path, mode in found.items()}
        opened = identify_files(modes, session.workspace.project)
    return replace(ended, opened=opened)


def _learn_secrets(running: RunningCell, namespace: Mapping[str, Any]) -> None:
    """Remember the secrets that a cell got hold of while it ran, so that they are masked from now on."""
    bound = {item.name: item.node for item in running.bindings}
    for text, sure in secrets_among(bound, running.code.code, namespace):
        learn_secret(text, sure=sure)


def _error(ended: Ended) -> dict[str, Any] | None:
    """Return name and message of what ended the cell, secrets masked; the name alone where masking fails."""
    if ended.complete:
        return None
    if ended.error is None:
        return {"ename": "KeyboardInterrupt", "evalue": ""}
    told = {"ename": type(ended.error).__name__, "evalue": ""}
    with unharmed("the message of an execution's error"):
        told["evalue"] = redact(message_of(ended.error)).text[:_LONGEST_MESSAGE]
    return told


def _end_run(observer: CellObserver, running: RunningCell, tracked: TrackedCell, ended: Ended) -> None:
    """Close the run, with less in it where something fails."""
    with unharmed("a run"):
        from nbops.capture.cells.finish_run import finish_run

        finish_run(observer, running, tracked, ended)
    if observer.pipeline is None and not tracked.run.closed:
        with unharmed("how a run ended"):
            from nbops.capture.runs.close_run import close_run

            close_run(tracked.run, ended.status, duration=ended.duration, warnings=[_INCOMPLETE])


def _past(observer: CellObserver, running: RunningCell, tracked: TrackedCell | None, ended: Ended) -> Past:
    return Past(
        observer.index,
        running.count,
        running.cell,
        running.code,
        running.began,
        ended.duration,
        frozenset(ended.changes.defined),
        frozenset(ended.changes.changed + ended.changes.assumed),
        success=ended.complete,
        run=tracked.run.id if tracked else None,
    )
