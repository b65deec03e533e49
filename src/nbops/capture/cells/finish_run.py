"""Close the run of a tracked cell with everything that is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.capture.boundary import unharmed
from nbops.capture.cells.naming import Former, cell_key, fingerprint_of, suggest_name
from nbops.capture.cells.tracked_cell import draws_in, gather_cell, surroundings
from nbops.capture.runs.close_run import close_run
from nbops.capture.secrets.redaction import redact, redact_value
from nbops.capture.surroundings.files import describe_files

if TYPE_CHECKING:
    from nbops.capture.cells.ended import Ended
    from nbops.capture.cells.observer import CellObserver
    from nbops.capture.cells.running_cell import RunningCell
    from nbops.capture.cells.tracked_cell import TrackedCell
    from nbops.capture.findings.gather import Gathered


def finish_run(observer: CellObserver, running: RunningCell, tracked: TrackedCell, ended: Ended) -> None:
    """Close the run of a tracked cell; where a pipeline runs, hand it what the cell turned out to be.

    Args:
        observer: Who follows the shell.
        running: The cell, as it was before its code ran.
        tracked: What tracking added to it.
        ended: What it left behind.

    Raises:
        JournalError: The disk refuses.
    """
    namespace, memory = observer.shell.user_ns, observer.memory
    with unharmed("the datasets of a cell"):
        tracked.read_made(running, memory, namespace)
    gathered = gather_cell(tracked, running, ended.changes, memory, namespace, ended.value, complete=ended.complete)
    around = surroundings(tracked, running, namespace, observer.git, ended.value)
    around["files"] = describe_files(ended.opened, observer.session.workspace.project)
    around.setdefault("environment", {})
    masked = _mask(gathered, running) + observer.git.state(0.0).masked
    if observer.pipeline is not None:
        observer.pipeline.cell_ends(gathered, tracked, around)
        return
    key = cell_key(running.cell, running.code.source)
    former = memory.former.get(key) or next(reversed(memory.former.values()), None)
    seen = tracked.listeners.facts(observer.session)
    seen["masked"] += masked
    with unharmed("which random generators a cell drew from"):
        began = tracked.begun_run is not None
        seen["drew"] = draws_in(running, ended.changes, ended.process, memory.seeded, namespace, began_run=began)
    close_run(
        tracked.run,
        ended.status,
        duration=ended.duration,
        error=ended.error,
        datasets=tuple(tracked.datasets),
        empty=running.code.empty,
        suggested_name=suggest_name(gathered.models, gathered.parameters, former, gathered.metrics),
        attach=tracked.begun_run,
        fingerprint=_fingerprint(running, tracked, gathered, ended.status),
        **_fields(gathered, tracked),
        **around,
        **seen,
    )
    memory.former[key] = Former(tracked.run.id, dict(gathered.parameters))


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
