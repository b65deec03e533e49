"""The record of a cell that has run."""

from __future__ import annotations

from typing import Any

from nbops.capture.cells.running_cell import RunningCell
from nbops.capture.journal.records import Execution
from nbops.capture.namespace.changes import Changes
from nbops.capture.namespace.process_state import ProcessState, imported, moved
from nbops.capture.secrets.redaction import redact


def execution_of(
    running: RunningCell,
    changes: Changes,
    process: ProcessState,
    *,
    session: str,
    index: int,
    duration: float,
    error: dict[str, Any] | None,
    run: str | None,
    opened: tuple[dict[str, Any], ...],
) -> Execution:
    """Put together what an execution did.

    Args:
        running: The cell, as it was before.
        changes: What it did to the namespace.
        process: State of the process afterwards.
        session: Id of the session.
        index: Which execution of the session it is, from 1.
        duration: Seconds.
        error: `ename` and `evalue`, if it failed.
        run: Id of the run that it was tracked as.
        opened: The files that it opened, as `Execution` holds them.
    """
    source, code = redact(running.code.source), redact(running.code.code)
    return Execution(
        session=session,
        index=index,
        count=running.count,
        cell=running.cell,
        source=source.text,
        code=code.text,
        time=running.began,
        duration=duration,
        success=error is None,
        error=error,
        run=run,
        defined=changes.defined,
        deleted=changes.deleted,
        changed=changes.changed,
        assumed=changes.assumed,
        opened=opened,
        drew=moved(running.process.generators, process.generators),
        modules=imported(running.process.modules, process.modules),
        settings=moved(running.process.settings, process.settings),
        masked=source.masked,
    )
