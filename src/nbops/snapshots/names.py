"""Which snapshots were taken, when and under which name: an append-only log beside the content."""

from __future__ import annotations

import json
import math
import os
import re
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "names.jsonl"
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
    line = encode_taken(taken) + b"\n"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(log_path(folder), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, b"\n" * torn + line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return taken


def log_path(folder: Path) -> Path:
    """Return where the log lies in a snapshots folder."""
    return folder / _FILE


def read_taken(folder: Path) -> list[Taken]:
    """Return what was taken, oldest first; a line that a crash cut short is passed over."""
    try:
        lines = log_path(folder).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [taken for line in lines if (taken := parse_taken(line)) is not None]


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


def is_id(text: str) -> bool:
    """Say whether *text* can be the id of a snapshot."""
    return _ID.fullmatch(text) is not None
