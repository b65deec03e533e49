"""What a look at predictions answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbops.measures.calibrate import Calibration
from nbops.measures.count_groups import Group
from nbops.measures.disparate_impact import Impact
from nbops.measures.measured import Measured
from nbops.monitoring.judging.report import ALERT, WARN, Side

CLASSIFICATION, REGRESSION, RANKING = "classification", "regression", "ranking"


@dataclass(frozen=True, slots=True)
class Change:
    """One measure, now and on the reference.

    Attributes:
        name: Of the measure.
        value, before: Now, and on the reference.
        low, high: 95 % interval of the difference (MOVER).
        worse: The difference lies on the bad side by more than chance explains, for all measures together.
        surely: Also at a fifth of that level.
    """

    name: str
    value: float
    before: float
    low: float
    high: float
    worse: bool = False
    surely: bool = False

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __str__(self) -> str:
        gap = self.value - self.before
        return (
            f"{self.name} {self.before:.4g} → {self.value:.4g} ({gap:+.4g}; 95 %: {self.low:+.4g} … {self.high:+.4g})"
        )


@dataclass(frozen=True, slots=True)
class SlicePerformance:
    """Rows that share a value of a column, held against all other rows.

    Attributes:
        column, value: Which rows.
        n: Rows with label and prediction.
        measured: Accuracy, or MAE.
        rest: The same of all other rows.
        chance: p-value of being worse than the rest, adjusted for the number of slices (Holm); None if too small.
        small: Why it is too small to judge; empty where it is not.
    """

    column: str
    value: str
    n: int
    measured: Measured
    rest: float | None
    chance: float | None = None
    small: str = ""

    @property
    def worse(self) -> bool:
        """Whether the slice is worse than the rest beyond chance (5 % over all slices)."""
        return self.chance is not None and self.chance < 0.05  # noqa: PLR2004

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain = {name: getattr(self, name) for name in ("column", "value", "n", "rest", "chance", "small", "worse")}
        return {**plain, "measured": self.measured.to_wire()}


@dataclass(frozen=True, slots=True)
class WindowPerformance:
    """One window of time, or of so many rows.

    Attributes:
        start: ISO start, or the number of its first row.
        rows: All rows in it.
        measures: From labels; the first is the one that is drawn.
        estimates: Expected without labels; empty where none were made, or they are void.
        worse: The first measure is worse than the reference's beyond chance, for all windows together.
        disagrees: Labels came, and say otherwise than the estimate.
        note: Too small to judge, or why there is no estimate.
    """

    start: str
    rows: int
    measures: tuple[Measured, ...] = ()
    estimates: tuple[Measured, ...] = ()
    worse: bool = False
    disagrees: bool = False
    note: str = ""

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain = {name: getattr(self, name) for name in ("start", "rows", "worse", "disagrees", "note")}
        return {
            **plain,
            "measures": [one.to_wire() for one in self.measures],
            "estimates": [one.to_wire() for one in self.estimates],
        }


@dataclass(frozen=True, slots=True)
class GroupTable:
    """Groups of one sensitive column.

    Attributes:
        column: Its name.
        groups: By value.
        impact: Smallest selection rate over the largest; None where nothing can be said.
        odds: Equalised-odds difference over groups that are large enough; None for numbers.
    """

    column: str
    groups: tuple[Group, ...]
    impact: Impact | None = None
    odds: float | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        impact = self.impact and {name: getattr(self.impact, name) for name in self.impact.__dataclass_fields__}
        groups = [one.to_wire() for one in self.groups]
        return {"column": self.column, "groups": groups, "impact": impact, "odds": self.odds}


@dataclass(frozen=True, slots=True)
class PerformanceReport:
    """How good predictions were, or are expected to be.

    Attributes:
        state: `ok`; `warn` where it is worse than the reference beyond chance (5 % of healthy data, for all measures
            together), `alert` at 1 %; `unknown` without a reference.
        task: `classification`, `regression` or `ranking`.
        current: What was looked at; `rows` counts those with label and prediction.
        reference: What it was held against.
        estimated: There are no labels: the measures are expectations.
        void: Labels disagreed with the estimates twice in a row: they no longer count.
        measures: With intervals.
        changes: Measures on both sides.
        calibration: Of the positive class's probability.
        slices: The worst first.
        groups: One table a sensitive column.
        windows: Oldest first.
        kpis: As the user gave them, with the reference's value where there is one.
        service: Latency and failures, where the log has them.
        notes: What a person should know before acting.
    """

    state: str
    task: str
    current: Side
    reference: Side | None = None
    estimated: bool = False
    void: bool = False
    measures: tuple[Measured, ...] = ()
    changes: tuple[Change, ...] = ()
    calibration: Calibration | None = field(default=None, repr=False)
    slices: tuple[SlicePerformance, ...] = field(default=(), repr=False)
    groups: tuple[GroupTable, ...] = field(default=(), repr=False)
    windows: tuple[WindowPerformance, ...] = field(default=(), repr=False)
    kpis: tuple[tuple[Measured, float | None], ...] = ()
    service: tuple[Measured, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def worse(self) -> bool:
        """Whether it is worse than the reference beyond chance."""
        return self.state in {WARN, ALERT}

    def __getitem__(self, name: str) -> Measured:
        """Return the measure of that name, such as `report["ROC AUC"]`."""
        return self.by_name[name]

    @property
    def by_name(self) -> Mapping[str, Measured]:
        """Measures by name."""
        return {one.name: one for one in self.measures}

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "state": self.state,
            "worse": self.worse,
            "task": self.task,
            "estimated": self.estimated,
            "void": self.void,
            "current": self.current.to_wire(),
            "reference": self.reference.to_wire() if self.reference else None,
            "measures": [one.to_wire() for one in self.measures],
            "changes": [one.to_wire() for one in self.changes],
            "calibration": self.calibration.to_wire() if self.calibration else None,
            "slices": [one.to_wire() for one in self.slices],
            "groups": [one.to_wire() for one in self.groups],
            "windows": [one.to_wire() for one in self.windows],
            "kpis": [{**one.to_wire(), "before": before} for one, before in self.kpis],
            "service": [one.to_wire() for one in self.service],
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """Return the report as JSON text."""
        return json.dumps(self.to_wire(), ensure_ascii=False, allow_nan=False)

    def __str__(self) -> str:
        from nbops.monitoring.performance.describe import describe

        return describe(self)
