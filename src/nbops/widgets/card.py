"""What the card under a tracked cell says, taken from a run or from the records that one is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from nbops.readiness.sizes import in_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbops.capture.journal.records import RunClosed, RunOpened
    from nbops.recording.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One run, as much of it as fits under a cell. Two equal runs differ in nothing but id and duration.

    Attributes:
        name: Of the run.
        id: Of the run.
        status: `FINISHED`, `FAILED`, `KILLED` or `RUNNING`.
        duration: Seconds.
        parameters: Name → value.
        origins: Where a parameter came from, if not from the cell itself.
        metrics: Name → number.
        facts: Name → integer from `len` or `.shape`.
        seeds: Name → random seed.
        models: Name → class.
        datasets: `{"name", "rows", "role", "id" or "snapshot"}` of each frame read.
        artifacts: Paths inside the MLflow run.
        files: What the code opened, each in a few words.
        warnings: Sentences of ours.
        warned: Warnings that the code showed, with how often.
        random: Random generators that it drew from, with whether they were seeded.
        printed: Lines of output that were kept.
        masked: Secrets masked in everything that the run holds.
        error: Class and message of the exception.
        empty: Only imports or definitions.
        repeat: Equal to an earlier run.
        pending: Runs that wait for MLflow; 0 while that is nothing to speak of.
    """

    name: str
    status: str
    id: str = ""
    duration: float = 0.0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)
    seeds: Mapping[str, int] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[Mapping[str, Any], ...] = ()
    artifacts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    random: tuple[str, ...] = ()
    printed: int = 0
    masked: int = 0
    error: str = ""
    empty: bool = False
    repeat: bool = False
    pending: int = 0


def card_of_records(opened: RunOpened, closed: RunClosed, *, pending: int = 0) -> Card:
    """Return the card of a run that has just closed."""
    return Card(
        name=opened.name or closed.suggested_name or "run",
        status=closed.status,
        id=opened.run,
        duration=closed.duration,
        parameters=closed.parameters,
        origins=closed.origins,
        metrics=closed.metrics,
        facts=closed.facts,
        seeds=closed.seeds,
        models=_models(closed.models),
        datasets=closed.datasets,
        artifacts=tuple(str(entry.get("path", "")) for entry in closed.artifacts),
        files=files_told(closed.files),
        warnings=closed.warnings,
        warned=_warned(closed.warned),
        random=_random(closed.drew),
        printed=int(closed.output.get("lines", 0)),
        masked=closed.masked,
        error=_error(closed.error),
        empty=closed.empty,
        pending=pending,
    )


def card_of_run(run: Run) -> Card:
    """Return the card of a run that has been recorded."""
    return Card(
        name=run.name or "run",
        status=run.status,
        id=run.id,
        duration=run.duration,
        parameters=run.parameters,
        origins=run.origins,
        metrics=run.metrics,
        facts=run.facts,
        seeds=run.seeds,
        models=_models(run.models),
        datasets=run.snapshots,
        artifacts=run.artifacts,
        files=files_told(run.files),
        warnings=run.warnings,
        warned=_warned(run.warned),
        random=_random(run.drew),
        printed=int(run.output.get("lines", 0)),
        masked=run.masked,
        error=_error(run.error),
        empty=run.empty,
        repeat=bool(run.repeat_of),
    )


def _models(models: tuple[Mapping[str, Any], ...]) -> dict[str, str]:
    return {
        str(entry.get("name")): str(entry.get("estimator") or entry.get("class", "")).rpartition(".")[2]
        for entry in models
    }


def _warned(warned: tuple[Mapping[str, Any], ...]) -> tuple[str, ...]:
    return tuple(
        f"{item.get('category')}: {item.get('message')}" + (f" (×{item['count']})" if item.get("count", 1) > 1 else "")
        for item in warned
    )


def files_told(files: tuple[Mapping[str, Any], ...], *, whole: bool = False) -> tuple[str, ...]:
    """Return path, size and the beginning of the hash of every file that a run opened.

    Args:
        files: As a run has them.
        whole: Also of files outside the project the whole path, which a saved output shall not hold.
    """
    return tuple(_file(item, str(item.get("path")), whole=whole) for item in files)


def _file(item: Mapping[str, Any], path: str, *, whole: bool) -> str:
    name = path if whole or not PurePath(path).is_absolute() else PurePath(path).name
    size = in_bytes(int(item["bytes"])) if item.get("bytes") is not None else ""
    told = [str(item.get("mode") or ""), size, str(item.get("sha256") or "")[:8]]
    return f"{name} ({', '.join(filter(None, told))})" if any(told) else name


def _random(drew: tuple[Mapping[str, Any], ...]) -> tuple[str, ...]:
    return tuple(f"{item.get('generator')}{'' if item.get('seeded') else ' without a seed'}" for item in drew)


def _error(error: Mapping[str, Any] | str | None) -> str:
    if isinstance(error, str) or not error:
        return str(error or "")
    return f"{error.get('ename', 'Exception')}: {error.get('evalue', '')}".rstrip(": ")
