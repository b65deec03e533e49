"""One retraining, or why there was none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

NONE, HELD, BROKEN, BEGUN, FAILED, REFUSED, STANDS, WAITS, ASSIGNED = (
    "none", "held back", "broken data", "begun", "failed", "refused", "stands", "waits for approval", "assigned",
)  # fmt: skip
TRAINED = {BEGUN, FAILED, REFUSED, STANDS, WAITS, ASSIGNED}
"""Outcomes that cost a run; `begun` is one whose process died."""


@dataclass(frozen=True, slots=True)
class Retraining:
    """What became of it. True where a version stands that a person may look at.

    Attributes:
        watch: Its name.
        outcome: `none` (no trigger), `held back` (a guard), `broken data`, `begun`, `failed`, `refused` (gates object),
            `stands` (as challenger), `waits for approval` (the same, but assigning was asked for and the project's
            policy leaves it to a person), or `assigned` (is champion).
        sentence: Why, in words.
        trigger: What fired; empty for none.
        label: Of the report that it answers.
        window: Fingerprint of the data that were new in it.
        data: Where the data lie, as the pipeline was told.
        run: Id, or empty.
        model: Name.
        version: Number of the new version, or None.
        objections: Of the gates, or broken rules of the contract.
        notes: What a person should know besides.
        time: When it began, in seconds since the epoch.
    """

    watch: str
    outcome: str
    sentence: str
    trigger: str = ""
    label: str = ""
    window: str = ""
    data: str = ""
    run: str = ""
    model: str = ""
    version: int | None = None
    objections: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    time: float = 0.0

    def __bool__(self) -> bool:
        return self.outcome in {STANDS, WAITS, ASSIGNED}

    def __str__(self) -> str:
        head = f"{self.watch}: {self.outcome}: {self.sentence}"
        lines = [f"  ✗ {line}" for line in self.objections]
        return "\n".join([head, *lines, *(f"  · {line}" for line in self.notes)])

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @staticmethod
    def from_wire(body: Mapping[str, Any]) -> Retraining:
        """Return the retraining that *body* stands for; fields of other versions of nbops are passed over."""
        known = {name: value for name, value in body.items() if name in Retraining.__dataclass_fields__}
        lists = {name: tuple(known.get(name, ())) for name in ("objections", "notes")}
        return Retraining(**{**known, **lists})
