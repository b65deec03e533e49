"""The journals: what kernels wrote down."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from nbops.capture.journal.damage import aside, damage_in_words
from nbops.capture.journal.journal import journal_folders, read_journal
from nbops.errors import StoreUnavailable
from nbops.readiness.finding import BROKEN, WELL, Finding
from nbops.recording.folding.read_model import ReadModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbops.workspace import Workspace


def journals(workspace: Workspace) -> Iterator[Finding]:
    """Read every journal and say what its damaged records held, as far as that can still be seen."""
    with suppress(StoreUnavailable):  # it sets aside what is damaged; where it cannot, we look all the same
        ReadModel(workspace).fold()
    sessions, records, damaged = 0, 0, []
    for folder in journal_folders(workspace):
        reading = read_journal(folder)
        sessions, records = sessions + 1, records + len(reading.records)
        blocks = aside(folder) | {f"journal-{at}": content for at, content in reading.lost}
        if blocks:
            where = workspace.relative(folder)
            damaged.append(f"{damage_in_words(b''.join(blocks.values()))} in {where} (a copy lies in damaged/ there)")
    if damaged:
        yield Finding("journals", BROKEN, f"damaged records were passed over: {'; '.join(damaged)}")
    else:
        yield Finding("journals", WELL, f"{records} records of {sessions} sessions, none damaged")
