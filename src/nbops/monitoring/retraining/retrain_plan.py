"""When a watch lets its model be trained anew, and how far that may go without a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

DRIFT, PERFORMANCE, NEW_DATA, TIME, PERSON = "drift", "performance", "new-data", "time", "person"
TRIGGERS = (PERFORMANCE, DRIFT, NEW_DATA, TIME)
NEW, ALL = "new", "all"
MONTH = 30 * 86400.0
_WEEK = 7 * 86400.0


@dataclass(frozen=True, slots=True)
class RetrainPlan:
    """The part of a watch that retrains.

    Attributes:
        watch: Its name.
        pipeline: Name or path of the notebook that trains.
        parameter: Of the pipeline, which says where the data lie.
        on: Triggers: `drift`, `performance`, `new-data`, `time`.
        each: Seconds between two retrainings by `time`.
        rows: `new`: those of the last judged window; `all`: everything up to its end.
        cooldown: Seconds after a retraining in which none follows.
        most: Retrainings within `span`.
        span: Seconds.
        stop_after: Challengers refused, or runs failed, in a row after which a person must look.
        assign: Point `champion` at a version whose gates are open, where the project declares gates for it.
        created: When it was set, in seconds since the epoch.
        by: Who set it.
    """

    watch: str
    pipeline: str
    parameter: str
    on: tuple[str, ...] = (PERFORMANCE, DRIFT)
    each: float = MONTH
    rows: str = NEW
    cooldown: float = _WEEK
    most: int = 3
    span: float = MONTH
    stop_after: int = 3
    assign: bool = False
    created: float = 0.0
    by: str = ""

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @staticmethod
    def from_wire(body: Mapping[str, Any]) -> RetrainPlan:
        """Return the plan that *body* stands for; fields of other versions of nbops are passed over."""
        known = {name: value for name, value in body.items() if name in RetrainPlan.__dataclass_fields__}
        return RetrainPlan(**{**known, "on": tuple(known.get("on", ()))})
