"""Which snapshots were taken, when and under which name: an append-only log beside the content."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "names.jsonl"
FRESH = 300.0
"""Seconds after which taking the same snapshot again is written down, so that its time tells what is in use."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One snapshot as it was taken.

    Attributes:
        id: Of the content.
        name: What its taker called it, or None.
        time: When, in seconds since the epoch.
        new_bytes: What storing it added to the disk.
    """

    id: str
    name: str | None
    time: float
    new_bytes: int


def note_taken(folder: Path, snapshot_id: str, name: str | None, new_bytes: int) -> Taken:
    """Write down that a snapshot was taken, unless the name (or, unnamed, the id) stands for it since a moment ago."""
    former = [taken for taken in read_taken(folder) if (taken.name == name if name else taken.id == snapshot_id)]
    fresh = bool(former) and former[-1].time > time.time() - FRESH
    if fresh and former[-1].id == snapshot_id and not new_bytes:
        return Taken(snapshot_id, name, former[-1].time, 0)
    taken = Taken(snapshot_id, name, time.time(), new_bytes)
    line = json.dumps(asdict(taken), separators=(",", ":")).encode() + b"\n"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / _FILE, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, b"\n" * torn + line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return taken


def read_taken(folder: Path) -> list[Taken]:
    """Return what was taken, oldest first; a line that a crash cut short is passed over."""
    try:
        lines = (folder / _FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found: list[Taken] = []
    for line in lines:
        try:
            found.append(Taken(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found
