"""Hand what people did to alerts over to the ledger; what it does not take now waits for the next time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbops.alerts.book import Book
from nbops.errors import NbopsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbops.workspace import Workspace


def record_events(workspace: Workspace, record: Callable[[str, str, dict[str, Any]], None]) -> tuple[str, ...]:
    """Call *record* with kind, subject and facts of each event that the ledger does not hold yet, oldest first.

    Returns:
        Why some still wait, in sentences; empty when none does.
    """
    book = Book(workspace)
    for path in sorted(book.unrecorded.glob("*.json")):
        try:
            event = json.loads(path.read_bytes())
            subject = str(event.pop("subject", event.get("key", "")))
            record(f"alert {event.pop('kind')}", subject, event)
        except NbopsError as error:
            return (f"the ledger does not hold this yet, it is tried again with the next change: {error}",)
        except (OSError, ValueError, TypeError):
            continue  # another process was faster, or the file is damaged
        path.unlink(missing_ok=True)
    return ()
