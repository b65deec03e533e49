"""Look once whether there are new data for a watch, and how they are."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nbops.alerts.resolve import settle
from nbops.errors import JournalError, NbopsError, NotFound, StoreError
from nbops.monitoring.judging.report import UNKNOWN
from nbops.monitoring.watching.observe import note_unknown, observe
from nbops.monitoring.watching.outcome import JUDGED, LATE, NOTHING_NEW, TROUBLE, Outcome
from nbops.monitoring.watching.plans import alone, keep_seen, read_plan, read_seen
from nbops.monitoring.watching.source import Batch, new_parts, read_batch
from nbops.monitoring.watching.tell_alerts import key, tell_trouble
from nbops.monitoring.watching.watch import Watch, continued, watch

if TYPE_CHECKING:
    from nbops.monitoring.watching.plan import Plan
    from nbops.monitoring.watching.seen import Seen
    from nbops.workspace import Workspace

_HOUR, _DAY = 3600, 86400


def check(
    name: str, *, data: Any = None, label: str | None = None, workspace: Workspace, now: float | None = None
) -> Outcome:
    """Look at the source of the watch *name*, judge what is new, and keep what was found.

    Data that are not there, late, unreadable or that share nothing with the reference make the state `unknown` and
    raise an alert; without new data nothing is counted. Messages are not sent here.

    Args:
        name: Of the watch.
        data: Judge these instead of the source; what the watch has seen stays as it is.
        label: What to call them; by default their dates, else the present time.
        workspace: Whose.
        now: Seconds since the epoch; default: the present time.

    Raises:
        WatchNotFound: There is no such watch.
        WatchBusy: Another process checks it right now.
        JournalError: The disk refuses.
    """
    plan = read_plan(workspace, name)
    at = time.time() if now is None else now
    with alone(workspace, name, f"the watch {name!r} is being checked by another process"):
        seen = read_seen(workspace, name)
        try:
            outcome, after = _look(plan, seen, data, label, workspace, at)
        except JournalError:
            raise
        except Exception as error:  # noqa: BLE001 # readers of data raise what they like; no data must look like `ok`
            outcome, after = _trouble(plan, seen, _told(error), TROUBLE, workspace, at)
        if data is None:
            keep_seen(workspace, name, replace(after, checked=at, sentence=outcome.sentence))
    return outcome


def _look(
    plan: Plan, seen: Seen, data: Any, label: str | None, workspace: Workspace, now: float
) -> tuple[Outcome, Seen]:
    former = continued(plan.name, workspace)
    batch = Batch(data, {}) if data is not None else read_batch(plan, former.reference, seen, workspace, now)
    after = replace(seen, parts=dict(batch.parts), until=batch.until, earlier=batch.earlier, waiting=batch.waiting)
    late = _late(plan, batch, now) if data is None else ""
    if batch.frame is None:
        if late:
            return _trouble(plan, after, late, LATE, workspace, now)
        if seen.trouble:
            settle(key(plan.name, "data"), workspace=workspace, note="the data are there again")
        return _nothing_new(plan, seen, batch, workspace), replace(after, trouble="")
    standing, notes = _standing(plan, former)
    report = observe(standing, batch.frame, label, alpha=plan.alpha)
    fresh = new_parts(batch.parts, seen.parts)
    after = replace(after, label=str(report.label), fresh=fresh, since=seen.until)
    told = (*report.notes, *batch.notes, *notes, *([late] if late else []))
    report = replace(report, notes=told)
    if late:  # what came is judged, and yet something is missing
        tell_trouble(plan, late, f"{LATE} {now}", workspace=workspace)
    elif data is None:
        settle(key(plan.name, "data"), workspace=workspace, note="the data can be judged again")
    moved = [name for names in report.moved.values() for name in names]
    sentence = f"{report.label}: {report.state}" + (f" ({', '.join(moved[:5])} moved)" if moved else "")
    return Outcome(plan.name, JUDGED, report.state, sentence, report.label, report, told), replace(after, trouble=late)


def _standing(plan: Plan, former: Watch) -> tuple[Watch, tuple[str, ...]]:
    """Return the watch as it is now: of the version that its alias points to, if the registry can be asked."""
    try:
        now = watch(plan.model, name=plan.name, workspace=former.workspace)
    except (StoreError, NotFound) as error:
        return former, (f"the registry cannot be asked, so this counts for version {former.version}: {error}",)
    if now.version != former.version:
        told = (
            f"{plan.model} was version {former.version} and is version {now.version} now; the reference is the former's"
        )
        return now, (told,)
    return now, ()


def _nothing_new(plan: Plan, seen: Seen, batch: Batch, workspace: Workspace) -> Outcome:
    from nbops.recording.folding.read_model import ReadModel

    body = ReadModel(workspace).get("watch", plan.name) or {}
    state, label = str(body.get("state", UNKNOWN)), body.get("label")
    if seen.trouble and label:  # the trouble is over, the last report holds again
        report = ReadModel(workspace).get("report", f"{plan.name}/{label}") or {}
        state = str(report.get("state", state))
        note_unknown(continued(plan.name, workspace), "", state=state)
    sentence = f"nothing new since {label}" if label else "no data that could be judged yet"
    return Outcome(plan.name, NOTHING_NEW, state, sentence, label, notes=batch.notes)


def _trouble(
    plan: Plan, seen: Seen, sentence: str, found: str, workspace: Workspace, now: float
) -> tuple[Outcome, Seen]:
    notes = []
    try:
        unsaid = note_unknown(
            continued(plan.name, workspace), sentence, record=_cause(seen.trouble) != _cause(sentence)
        )
        notes += [unsaid] if unsaid else []
        tell_trouble(plan, sentence, f"{found} {now}", workspace=workspace)
    except (NbopsError, OSError) as error:
        notes.append(f"this could not be kept: {error}")
    return Outcome(plan.name, found, UNKNOWN, sentence, notes=tuple(notes)), replace(seen, trouble=sentence)


def _late(plan: Plan, batch: Batch, now: float) -> str:
    if plan.late_after is None or batch.newest is None:
        return ""
    # Nobody knows which zone the data's own clock is in: the reading that makes them younger counts.
    offset = min(0, time.localtime(now).tm_gmtoff) if batch.own_clock else 0
    age = now + offset - batch.newest
    if age <= plan.late_after:
        return ""
    newest = datetime.fromtimestamp(batch.newest, UTC if batch.own_clock else None).strftime("%Y-%m-%d %H:%M")
    return f"the data are late: the newest are of {newest}, {_length(age)} ago, more than {_length(plan.late_after)}"


def _told(error: Exception) -> str:
    if isinstance(error, NbopsError):
        return str(error)
    from nbops.capture.secrets.redaction import redact

    lines = str(error).splitlines() or [""]
    return redact(f"the data cannot be judged: {type(error).__name__}: {lines[0][:200]}").text


def _length(seconds: float) -> str:
    if seconds >= 2 * _DAY:
        return f"{seconds / _DAY:.0f} days"
    return f"{seconds / _HOUR:.0f} h" if seconds >= 2 * _HOUR else f"{seconds / 60:.0f} min"


def _cause(sentence: str) -> str:
    return sentence.partition(":")[0]
