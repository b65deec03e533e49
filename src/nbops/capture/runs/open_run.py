"""Begin a run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nbops.capture.journal.records import RunOpened
from nbops.capture.runs.active_run import ActiveRun
from nbops.capture.runs.session import current_session, session_for
from nbops.capture.secrets.redaction import redact, redact_all
from nbops.capture.surroundings.mlflow_presence import user_experiment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbops.workspace import Workspace


def open_run(
    kind: str,
    name: str = "",
    *,
    experiment: str = "",
    parent: str | None = None,
    run: str | None = None,
    workspace: Workspace | None = None,
    parameters: Mapping[str, Any] | None = None,
    source: str = "",
    tags: Mapping[str, str] | None = None,
    **identity: Any,
) -> ActiveRun:
    """Begin a run; its first record is on disk when this returns.

    Args:
        kind: `cell`, `block`, `pipeline` or `drift`.
        name: Empty means that one is made from what changed.
        experiment: Empty means the one that the user set in MLflow, else the session's.
        parent: Id of the run that this one is a child of.
        run: Its id; made where it is not given.
        workspace: Where to record; the current one if omitted.
        parameters: Known already; they are written when the run closes.
        source: Code; secrets are masked.
        tags: More tags.
        identity: Further fields of `RunOpened`: `cell`, `count`, `notebook`, `execution`, `rerun_of`,
            `attach`, `time`.

    Raises:
        JournalError: The disk refuses.
    """
    session = session_for(workspace) if workspace is not None else current_session()
    known, chosen = user_experiment()
    tags = dict(tags or {})
    if not experiment:
        experiment = known or session.settings.experiment
        if chosen and not known:
            tags["nbops.experiment_id"] = chosen
    identity.setdefault("notebook", session.notebook)
    identity.setdefault("time", time.time())
    opened = RunOpened(
        run=run or uuid4().hex,
        session=session.id,
        kind=kind,
        name=redact(name).text if name else "",
        experiment=redact(experiment).text if experiment else "",
        parent=parent,
        source=redact(source).text,
        tags=redact_all(tags),
        **identity,
    )
    session.append(opened)
    active = ActiveRun(opened, session, dict(parameters or {}), source=source)
    session.open_runs.append(active)
    return active
