"""What a watch does by itself: where its data come from, when it looks, and who should act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from nbops.alerts.alert import LATEST


@dataclass(frozen=True, slots=True)
class Plan:
    """The standing part of a watch.

    Attributes:
        name: Of the watch.
        model: As it was named: `NAME@alias` follows the alias, `NAME` the champion (else the newest version), `NAME/3`
            stays.
        source: Path or pattern (relative to the project), `snapshot:NAME`, or a database's address, in which
            `${NAME}` stands for a variable of the environment.
        query: Path of the SQL file, for a database.
        every: `1d`, `6h`, or five cron fields in local time; empty means only when asked.
        owner: Who should act.
        runbook: Where it is written what to do.
        late_after: Seconds after which data count as late, or None.
        after: Observations in a row before a message goes out, or None for the default.
        alpha: Share of healthy datasets that may reach `warn`.
        paused: Looks only when asked by name.
        created: When it was added, in seconds since the epoch.
        by: Who added it.
    """

    name: str
    model: str
    source: str
    query: str = ""
    every: str = ""
    owner: str = ""
    runbook: str = ""
    late_after: float | None = None
    after: int | None = None
    alpha: float = 0.05
    paused: bool = False
    created: float = 0.0
    by: str = ""

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @staticmethod
    def from_wire(body: Mapping[str, Any]) -> Plan:
        """Return the plan that *body* stands for; fields of other versions of nbops are passed over.

        Raises:
            TypeError: It is no plan: one file that was damaged must not stop those who look at all of them.
        """
        plan = Plan(**{name: value for name, value in body.items() if name in Plan.__dataclass_fields__})
        texts = (plan.name, plan.model, plan.source, plan.query, plan.every, plan.owner, plan.runbook, plan.by)
        numbers = (plan.late_after or 0, plan.after or 0, plan.alpha, plan.created)
        if not all(isinstance(one, str) for one in texts) or not all(isinstance(one, int | float) for one in numbers):
            raise TypeError("a field of the plan has the wrong type")
        if not 0 <= plan.created <= LATEST:
            raise TypeError("the plan was added at no time there is")
        return plan
