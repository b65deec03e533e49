"""What a watch does by itself: where its data come from, when it looks, and who should act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


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
        """Return the plan that *body* stands for; fields of other versions of nbops are passed over."""
        return Plan(**{name: value for name, value in body.items() if name in Plan.__dataclass_fields__})
