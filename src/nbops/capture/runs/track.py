"""Make a block of code a run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from nbops.capture.boundary import unharmed
from nbops.capture.journal.records import FAILED, FINISHED, KILLED, RunOpened
from nbops.capture.namespace.values import json_value
from nbops.capture.runs.active_run import ActiveRun
from nbops.capture.runs.close_run import close_run
from nbops.capture.runs.open_run import open_run
from nbops.capture.runs.session import current_session


@contextmanager
def track(name: str | None = None, **parameters: Any) -> Iterator[ActiveRun]:
    """Record the block as a run, a child of the run that is open, if any.

    `with nbops.track("base", C=C) as run: run.log(accuracy=…)`

    Args:
        name: Run name.
        parameters: What the block was given.
    """
    session = current_session()
    parent = session.open_runs[-1] if session.open_runs else None
    cell = session.cell or {}
    given = {key: json_value(value) for key, value in parameters.items()}
    run = None
    with unharmed("a tracked block"):
        run = open_run(
            "block",
            name or "",
            experiment=parent.opened.experiment if parent else "",
            parent=parent.id if parent else None,
            parameters=given,
            cell=cell.get("cell"),
            count=cell.get("count"),
            workspace=session.workspace,
        )
    if run is None:
        opened = RunOpened(run=uuid4().hex, session=session.id, kind="block", time=time.time(), name=name or "")
        yield ActiveRun(opened, session, given)
        return
    try:
        yield run
    except BaseException as error:
        with unharmed("how a tracked block ended"):
            close_run(run, FAILED if isinstance(error, Exception) else KILLED, error=error)
        raise
    with unharmed("how a tracked block ended"):
        close_run(run, FINISHED)
