"""End a run."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbops.capture.foreign import message_of
from nbops.capture.journal.records import FINISHED, RunClosed
from nbops.capture.namespace.values import finite_number
from nbops.capture.secrets.redact_json import redact_json, redact_names
from nbops.capture.secrets.redaction import redact, redact_all, redact_value
from nbops.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbops.capture.runs.active_run import ActiveRun


def close_run(
    run: ActiveRun,
    status: str = FINISHED,
    *,
    parameters: Mapping[str, Any] | None = None,
    metrics: Mapping[str, float] | None = None,
    artifacts: Mapping[str, bytes] | None = None,
    error: BaseException | Mapping[str, Any] | None = None,
    **facts: Any,
) -> RunClosed:
    """End *run*; everything about it is on disk when this returns, and the recorder is on its way.

    Args:
        run: From `open_run`. Closing it again changes nothing.
        status: `FINISHED`, `FAILED` or `KILLED`.
        parameters: Name → JSON value, added to those that the run began with.
        metrics: Name → number; one that is not finite becomes a warning.
        artifacts: Path inside the MLflow run → content.
        error: What ended it.
        facts: Further fields of `RunClosed`: `datasets`, `models`, `tags`, `warnings`, `duration` …

    Raises:
        JournalError: The disk refuses.
    """
    session = run.session
    now = time.time()
    finite = {name: finite_number(value)[0] for name, value in (metrics or {}).items()}
    warnings = [*run.warnings, *facts.pop("warnings", ())]
    warnings += [f"{name} is {(metrics or {})[name]}" for name, value in finite.items() if value is None]
    blobs = [{"path": path, "blob": session.put(content)} for path, content in (artifacts or {}).items()]
    facts.setdefault("duration", max(0.0, now - run.opened.time))
    given = {name: redact_value(name, value) for name, value in (run.parameters | dict(parameters or {})).items()}
    told, masked = error_facts(error, run) if isinstance(error, BaseException) else (dict(error) if error else None, 0)
    masked += facts.pop("masked", 0) + sum(count for _, count in given.values())
    tags = redact_all(facts.pop("tags", None) or {}) | ({"nbops.masked": str(masked)} if masked else {})
    datasets = tuple(redact_json(list(facts.pop("datasets", ())), by_name=False)[0])
    source = redact(run.source).text
    closed = RunClosed(
        run=run.id,
        status=status,
        time=now,
        parameters=redact_names({name: value for name, (value, _) in given.items()}),
        metrics=redact_names({name: value for name, value in finite.items() if value is not None}),
        artifacts=(*facts.pop("artifact_blobs", ()), *blobs),
        warnings=tuple(redact(warning).text for warning in warnings),
        error=told,
        tags=tags,
        datasets=datasets,
        masked=masked,
        source=source if source != run.opened.source else None,
        **facts,
    )
    if run.closed:
        return closed
    run.closed = True
    try:
        session.append(closed)
    finally:
        if run in session.open_runs:
            session.open_runs.remove(run)
    # The journal has what was logged already; whoever shows the run wants to see it too.
    session.run_closed(run.opened, replace(closed, metrics=closed.metrics | run.logged))
    return closed


def error_facts(error: BaseException, run: ActiveRun) -> tuple[dict[str, Any], int]:
    """Return name, message and traceback blob of *error*, secrets masked, and how many those were."""
    import traceback

    clean = redact("".join(traceback.format_exception(error)))
    kept = None
    with suppress(JournalError):  # no room for it; that it failed, and how, stands in the record
        kept = run.session.put(clean.text.encode(errors="replace"))
    facts = {"ename": type(error).__name__, "evalue": redact(message_of(error)).text[:2000], "traceback": kept}
    return facts, clean.masked
