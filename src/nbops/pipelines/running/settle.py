"""Write down how a run ended whose kernel cannot say so any more, or never could."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

from nbops.capture.journal.journal import Journal
from nbops.capture.journal.records import KILLED, RUNNING, RunClosed, RunOpened, Session
from nbops.capture.secrets.redact_json import redact_names
from nbops.capture.secrets.redaction import redact, redact_all, redact_value
from nbops.capture.surroundings.mlflow_presence import user_tracking_uri
from nbops.errors import JournalError, RunNotFound
from nbops.processes import this_process
from nbops.recording.get_run import get_run
from nbops.recording.process.start import wake
from nbops.recording.run import Run
from nbops.settings import usable_settings
from nbops.workspace import Workspace, prepare_workspace


def settle(spec: Mapping[str, Any], status: str, workspace: Workspace, error: Mapping[str, str] | None = None) -> None:
    """See to it that the run of *spec* has an end on record; one that its kernel has ended is left alone.

    Only for runs whose kernel is gone, or has nothing more to write: a journal has one writer.

    Args:
        spec: `{"run", "name", "experiment", "parameters", "notebook", "tags", "started"}`; all but the first may lack.
        status: `FINISHED`, `FAILED` or `KILLED`.
        workspace: Where the run is recorded.
        error: `{"ename", "evalue"}` of what ended it; secrets are masked.
    """
    told = {"ename": error["ename"], "evalue": redact(error["evalue"]).text, "traceback": None} if error else None
    try:
        known: Run | None = get_run(str(spec["run"]), workspace=workspace)
    except RunNotFound:
        known = None
    with suppress(JournalError, OSError):  # no room for it: that the run is KILLED is known without
        if known is None:
            _write_whole(spec, status, workspace, told)
        elif known.session and (known.status == RUNNING or (known.status == KILLED and known.error is None)):
            now = time.time()
            journal = Journal(workspace, known.session)
            duration = max(0.0, now - known.started)
            journal.append(RunClosed(run=known.id, status=status, time=now, duration=duration, error=told))
            journal.close()
        wake(workspace)


def _write_whole(spec: Mapping[str, Any], status: str, workspace: Workspace, error: dict[str, Any] | None) -> None:
    """Write a run that no kernel has begun, as a session of its own."""
    from nbops.addresses import storable

    prepare_workspace(workspace)
    now = time.time()
    started = float(spec.get("started") or now)
    session = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime(now))}-{uuid4().hex[:8]}"
    uri = user_tracking_uri() or usable_settings(workspace.project).tracking_uri or workspace.tracking_uri
    given = {name: redact_value(name, value)[0] for name, value in dict(spec.get("parameters") or {}).items()}
    notebook = spec.get("notebook") or None
    journal = Journal(workspace, session)
    journal.append(
        Session(
            session=session,
            owner=this_process(),
            time=now,
            frontend="papermill",
            notebook=notebook,
            tracking_uri=storable(uri),
        ),
        durable=False,
    )
    journal.append(
        RunOpened(
            run=str(spec["run"]),
            session=session,
            kind="pipeline",
            time=started,
            name=redact(str(spec.get("name") or "")).text,
            experiment=redact(str(spec.get("experiment") or "")).text,
            notebook=notebook,
            tags=redact_all(spec.get("tags") or {}),
        ),
        durable=False,
    )
    parameters = redact_names(given)
    duration = max(0.0, now - started)
    journal.append(
        RunClosed(run=str(spec["run"]), status=status, time=now, duration=duration, parameters=parameters, error=error)
    )
    journal.close()
