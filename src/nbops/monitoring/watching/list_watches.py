"""Which watches there are, how they stand, and when they look next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.errors import ConfigError
from nbops.monitoring.judging.report import UNKNOWN
from nbops.monitoring.watching.due import next_due
from nbops.monitoring.watching.plan import Plan
from nbops.monitoring.watching.plans import read_plans, read_seen

if TYPE_CHECKING:
    from nbops.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Watched:
    """One watch as lists show it.

    Attributes:
        plan: What it does by itself; without a source where it was made in Python and is only told what to look at.
        state: `ok`, `warn`, `alert` or `unknown`.
        version: Number of the version that it watches.
        label: Of its last report, or None.
        checked: When it last looked, or None.
        due: When it looks next, or None.
        sentence: What the last look found.
        reference: What current data are held against, in words.
    """

    plan: Plan
    state: str = UNKNOWN
    version: int | None = None
    label: str | None = None
    checked: float | None = None
    due: float | None = None
    sentence: str = ""
    reference: str = ""

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        rest = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "plan"}
        return self.plan.to_wire() | rest


def list_watches(workspace: Workspace) -> list[Watched]:
    """Return all watches by name, also those made in Python. Nothing is written."""
    from nbops.recording.folding.read_model import ReadModel

    if not workspace.root.is_dir():
        return []
    bodies = {str(body.get("name") or body.get("watch")): body for body in ReadModel(workspace).list("watch")}
    plans = {plan.name: plan for plan in read_plans(workspace)}
    for name in bodies.keys() - plans.keys():
        plans[name] = Plan(name, str(bodies[name].get("model", "")), "")
    return [_watched(plans[name], bodies.get(name, {}), workspace) for name in sorted(plans)]


def due_watches(workspace: Workspace, now: float) -> list[str]:
    """Name the watches that are due."""
    return [one.plan.name for one in list_watches(workspace) if one.due is not None and one.due <= now]


def _watched(plan: Plan, body: dict[str, Any], workspace: Workspace) -> Watched:
    seen = read_seen(workspace, plan.name)
    try:
        due, wrong = next_due(plan, seen.checked), ""
    except ConfigError as error:
        due, wrong = None, str(error)
    version = body.get("version")
    return Watched(
        plan,
        str(body.get("state", UNKNOWN)),
        None if version is None else int(version),
        body.get("label"),
        seen.checked or body.get("updated"),
        due,
        wrong or seen.sentence,
        _reference(body.get("reference") or {}),
    )


def _reference(side: dict[str, Any]) -> str:
    days = " to ".join(dict.fromkeys(str(side[end])[:10] for end in ("from", "to") if side.get(end)))
    name = side.get("name") or "unnamed"
    return f"{name} ({side['rows']:,} rows{', ' if days else ''}{days})" if side.get("rows") else ""
