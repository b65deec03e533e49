"""What a comparison answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.monitoring.judging.separate import Separation
    from nbops.profiles.profile import Profile

OK, WARN, ALERT, UNKNOWN = "ok", "warn", "alert", "unknown"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two datasets.

    Attributes:
        name: What it is called.
        rows: How many rows it has.
        start: ISO date of its first row, where it has times.
        end: ISO date of its last row.
        windows: How many windows of time were judged, 0 without times.
    """

    name: str
    rows: int
    start: str | None = None
    end: str | None = None
    windows: int = 0

    def __str__(self) -> str:
        dates = "" if self.start is None else f", {' to '.join(dict.fromkeys([self.start, self.end or self.start]))}"
        return f"{self.name} ({self.rows:,} rows{dates})"

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"name": self.name, "rows": self.rows, "from": self.start, "to": self.end, "windows": self.windows}


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """How one column moved.

    Attributes:
        name: Label of the column.
        kind: As in its profile.
        role: `feature`, `prediction`, `label`, `performance` or `time`.
        drifted: The statistic is beyond the threshold, or the finding alone says so.
        measure: What the statistic measures; the one that lies farthest out of all that suit the column.
        statistic: Its value; None where the column cannot be judged.
        threshold: The value that healthy data exceed in at most alpha of all datasets, for all columns together; None
            where the reference has too few windows for so small an alpha.
        sentence: What happened, with numbers.
        finding: `dropped`, `added`, `retyped`, `all missing`, `was empty`, `constant`, `duplicate`, `follows time`.
        limit: Where the threshold comes from: `reference windows`, `independent rows` (provisional), or `yours`.
        statistics: Name → value, to explain with, such as `PSI` or `missing now`; none of them decides.
    """

    name: str
    kind: str
    role: str
    drifted: bool
    measure: str = ""
    statistic: float | None = None
    threshold: float | None = None
    sentence: str = ""
    finding: str | None = None
    limit: str = ""
    statistics: Mapping[str, float] = field(default_factory=dict, repr=False)

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        body = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return body | {"statistics": dict(self.statistics)}


@dataclass(frozen=True, slots=True)
class WindowDrift:
    """How one window of the current data lies.

    Attributes:
        start: ISO start of the window.
        rows: Rows in it.
        score: Its farthest column; 1 is the limit that one in twenty healthy windows exceeds.
        exceeded: The score is beyond 1.
        columns: Columns beyond the limit of the window or of the roll-up, farthest first.
        state: `ok`, `warn` (beyond the limit, or the last of a roll-up beyond its own), `alert` (the second in a row,
            the third of five, or far beyond) or `unknown` (too few rows to judge).
        rolled: Windows of the roll-up that ends here, 0 where none does.
        together: Its farthest column, 1 being the roll-up's limit; None where none ends here.
    """

    start: str
    rows: int
    score: float
    exceeded: bool
    columns: tuple[str, ...] = ()
    state: str = OK
    rolled: int = 0
    together: float | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "start": self.start, "rows": self.rows, "score": round(self.score, 3), "exceeded": self.exceeded,
            "columns": list(self.columns), "state": self.state, "rolled": self.rolled,
            "together": None if self.together is None else round(self.together, 3),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """One question that was put to the data.

    Attributes:
        name: `all windows together`, `windows beyond the limit`, `one window` or `independent rows`.
        family: `features`, `outcomes` (predictions, labels, performance) or `all columns`.
        chance: How often healthy data look at least like this.
        level: Chance at or under which the state is `warn`.
        observed: Windows beyond the limit, where they are counted.
        expected: Most windows beyond the limit that as many independent healthy ones would show.
        windows: How many were counted.
    """

    name: str
    family: str
    chance: float
    level: float
    observed: int | None = None
    expected: int | None = None
    windows: int | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class DriftReport:
    """A current dataset held against a reference.

    Attributes:
        state: `ok`, `warn`, `alert` or `unknown`.
        reference: What was the measure.
        current: What was measured.
        columns: Column by label, in the reference's order.
        alpha: Share of healthy datasets that may reach `warn`.
        provisional: The reference has too few windows to calibrate on, so rows were assumed to be independent.
        method: How the limits were made, in one sentence.
        questions: What was asked of the data, and how often healthy data would answer so.
        windows: Windows of the current data, oldest first.
        notes: What a person should know before acting: swapped dates, short windows, unjudged columns.
        label: What a watch calls the current data.
        promise: Which share of healthy data reaches `warn` and `alert`, and on what condition.
        separation: What a classifier said that was to tell the two sides apart, where it was asked.
        profiles: Of the reference and of the current data, to draw both; None in a report that was read again.
    """

    state: str
    reference: Side
    current: Side
    columns: Mapping[str, ColumnDrift] = field(repr=False)
    alpha: float = 0.05
    provisional: bool = False
    method: str = ""
    questions: tuple[Question, ...] = field(default=(), repr=False)
    windows: tuple[WindowDrift, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()
    label: str | None = None
    promise: str = ""
    separation: Separation | None = None
    profiles: tuple[Profile, Profile] | None = field(default=None, repr=False, compare=False)

    @property
    def drifted(self) -> bool:
        """Whether the state is `warn` or `alert`."""
        return self.state in {WARN, ALERT}

    @property
    def moved(self) -> dict[str, tuple[str, ...]]:
        """Names of the drifted columns by role: did features, predictions, labels or performance move?"""
        roles = {column.role for column in self.columns.values()}
        return {
            role: tuple(column.name for column in self.columns.values() if column.drifted and column.role == role)
            for role in ("feature", "prediction", "label", "performance")
            if role in roles
        }

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "label": self.label,
            "state": self.state,
            "drifted": self.drifted,
            "provisional": self.provisional,
            "alpha": self.alpha,
            "method": self.method,
            "promise": self.promise,
            "reference": self.reference.to_wire(),
            "current": self.current.to_wire(),
            "moved": {role: list(names) for role, names in self.moved.items()},
            "columns": [column.to_wire() for column in self.columns.values()],
            "questions": [question.to_wire() for question in self.questions],
            "windows": [window.to_wire() for window in self.windows],
            "notes": list(self.notes),
            **({"separation": self.separation.to_wire()} if self.separation is not None else {}),
        }

    def to_json(self) -> str:
        """Return the report as JSON text."""
        return json.dumps(self.to_wire(), ensure_ascii=False, allow_nan=False)

    def __str__(self) -> str:
        from nbops.monitoring.judging.describe import describe

        return describe(self)
