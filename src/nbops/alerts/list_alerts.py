"""Which alerts there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.alerts.alert import OPEN, RANK, Alert, awake
from nbops.alerts.book import Book, moment

if TYPE_CHECKING:
    from nbops.workspace import Workspace


def list_alerts(
    workspace: Workspace, *, resolved: bool = False, owner: str | None = None, now: float | None = None
) -> list[Alert]:
    """Return the alerts, open ones first, the most severe and latest on top. Nothing is written.

    Args:
        workspace: Whose.
        resolved: Also those that are over.
        owner: Only theirs.
        now: Seconds since the epoch; default: the present time.
    """
    at = moment(now)
    found = [awake(alert, at) for alert in Book(workspace).all()]
    found = [one for one in found if (resolved or one.active) and owner in {None, one.owner}]
    return sorted(found, key=lambda one: (not one.active, one.state != OPEN, -RANK[one.severity], -one.seen))
