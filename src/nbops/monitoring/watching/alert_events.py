"""What people did to alerts, written into the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.alerts.record_events import record_events
from nbops.errors import NbopsError

if TYPE_CHECKING:
    from nbops.workspace import Workspace


def alert_events(workspace: Workspace) -> tuple[str, ...]:
    """Write what the ledger does not hold yet, and return why something still waits, in sentences."""
    from nbops.registry.open_registry import open_registry
    from nbops.registry.record import record

    def write(kind: str, subject: str, facts: dict[str, Any]) -> None:
        def body(events: tuple[Any, ...]) -> dict[str, Any] | None:
            return None if any(event.body.get("id") == facts["id"] for event in events) else facts

        record(open_registry(workspace), kind, subject, body)

    try:
        return record_events(workspace, write)
    except (NbopsError, OSError) as error:
        return (f"the ledger does not hold this yet: {error}",)
