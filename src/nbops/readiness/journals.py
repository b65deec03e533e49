"""The journals: what kernels wrote down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.capture.journal.journal import journal_folders, read_journal
from nbops.readiness.finding import BROKEN, WELL, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbops.workspace import Workspace


def journals(workspace: Workspace) -> Iterator[Finding]:
    """Read every journal and count the lines that fail their checksum."""
    sessions, records, damaged = 0, 0, []
    for folder in journal_folders(workspace):
        reading = read_journal(folder)
        sessions, records = sessions + 1, records + len(reading.records)
        if reading.damaged:
            damaged.append(f"{reading.damaged} in {folder.name}")
    if damaged:
        yield Finding("journals", BROKEN, f"damaged lines were passed over: {', '.join(damaged)}")
    else:
        yield Finding("journals", WELL, f"{records} records of {sessions} sessions, none damaged")
