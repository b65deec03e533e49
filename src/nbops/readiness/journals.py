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
    from pathlib import Path

    from nbops.workspace import Workspace


def set_aside(workspace: Workspace) -> Iterator[Finding]:
    """Say what was set aside as damaged when journals were folded; reads no journal."""
    with suppress(StoreUnavailable):
        ReadModel(workspace).fold()
    damaged = [
        (folder, b"".join(blocks.values())) for folder in journal_folders(workspace) if (blocks := aside(folder))
    ]
    if damaged:
        yield Finding("journals", BROKEN, _told(damaged, workspace))


def journals(workspace: Workspace) -> Iterator[Finding]:
    """Read every journal and say what its damaged records held, as far as that can still be seen."""
    with suppress(StoreUnavailable):  # it sets aside what is damaged; where it cannot, we look all the same
        ReadModel(workspace).fold()
    sessions, records = 0, 0
    damaged: list[tuple[Path, bytes]] = []
    for folder in journal_folders(workspace):
        reading = read_journal(folder)
        sessions, records = sessions + 1, records + len(reading.records)
        blocks = aside(folder) | {f"journal-{at}": content for at, content in reading.lost}
        if blocks:
            damaged.append((folder, b"".join(blocks.values())))
    if damaged:
        yield Finding("journals", BROKEN, _told(damaged, workspace))
    else:
        yield Finding("journals", WELL, f"{records} records of {sessions} sessions, none damaged")


def _told(damaged: list[tuple[Path, bytes]], workspace: Workspace) -> str:
    parts = [
        f"{damage_in_words(content)} in {workspace.relative(folder)} (a copy lies in damaged/ there)"
        for folder, content in damaged
    ]
    return f"damaged records were passed over: {'; '.join(parts)}"
