"""What the card under a tracked cell says, taken from a run or from the records that one is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbops.capture.journal.records import RunClosed, RunOpened
    from nbops.recording.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One run, as much of it as fits under a cell. Holds nothing that differs between two equal runs but durations.

    Attributes:
        name: Of the run.
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
    duration: float = 0.0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)
    seeds: Mapping[str, int] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[Mapping[str, Any], ...] = ()
    artifacts: tuple[str, ...] = ()
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
        duration=closed.duration,
        parameters=closed.parameters,
        origins=closed.origins,
        metrics=closed.metrics,
        facts=closed.facts,
        seeds=closed.seeds,
        models=_models(closed.models),
        datasets=closed.datasets,
        artifacts=tuple(str(entry.get("path", "")) for entry in closed.artifacts),
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
        duration=run.duration,
        parameters=run.parameters,
        origins=run.origins,
        metrics=run.metrics,
        facts=run.facts,
        seeds=run.seeds,
        models=_models(run.models),
        datasets=run.snapshots,
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


def _random(drew: tuple[Mapping[str, Any], ...]) -> tuple[str, ...]:
    return tuple(f"{item.get('generator')}{'' if item.get('seeded') else ' without a seed'}" for item in drew)


def _error(error: Mapping[str, Any] | str | None) -> str:
    if isinstance(error, str) or not error:
        return str(error or "")
    return f"{error.get('ename', 'Exception')}: {error.get('evalue', '')}".rstrip(": ")
