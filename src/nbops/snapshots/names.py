"""Which snapshots were taken, when and under which name: an append-only log beside the content."""

from __future__ import annotations

import json
import math
import re
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from nbops.workspace import append_line

if TYPE_CHECKING:
    from pathlib import Path

_FILE, _FORGOTTEN = "names.jsonl", "forgotten"
_MARK = b'{"forgotten":'
_ID = re.compile(r"[0-9a-f]{64}")
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
    _append(folder, encode_taken(taken))
    return taken


def note_forgotten(folder: Path, name: str) -> None:
    """Write down that *name* stands for nothing that was taken until now."""
    _append(folder, json.dumps({_FORGOTTEN: name, "time": time.time()}, separators=(",", ":")).encode())


def _append(folder: Path, content: bytes) -> None:
    append_line(log_path(folder), content)


def log_path(folder: Path) -> Path:
    """Return where the log lies in a snapshots folder."""
    return folder / _FILE


def read_taken(folder: Path) -> list[Taken]:
    """Return what was taken, oldest first, nameless where its name was forgotten since.

    A line that a crash cut short is passed over.
    """
    try:
        lines = log_path(folder).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found: list[Taken] = []
    for line in lines:
        if (taken := parse_taken(line)) is not None:
            found.append(taken)
        elif (name := _forgotten(line)) is not None:
            found = [replace(taken, name=None) if taken.name == name else taken for taken in found]
    return found


def encode_taken(taken: Taken) -> bytes:
    """Return one line of the log, without its end."""
    return json.dumps(asdict(taken), separators=(",", ":")).encode()


def parse_taken(line: bytes) -> Taken | None:
    """Return what a line of the log says, or None where it is not whole, or of others and not what it should be."""
    try:
        taken = Taken(**json.loads(line))
        sound = is_id(taken.id) and isinstance(taken.name, str | None) and math.isfinite(taken.time + taken.new_bytes)
    except (ValueError, TypeError):
        return None
    return taken if sound else None


def _forgotten(line: bytes) -> str | None:
    if not line.startswith(_MARK):
        return None
    try:
        name = json.loads(line)[_FORGOTTEN]
    except ValueError:
        return None
    return name if isinstance(name, str) else None


def is_id(text: str) -> bool:
    """Say whether *text* can be the id of a snapshot."""
    return _ID.fullmatch(text) is not None
