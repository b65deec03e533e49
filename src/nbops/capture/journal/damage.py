"""Damaged parts of a journal: set aside, so that somebody can look, and told in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from nbops.workspace import write_file

_FOLDER = "damaged"
_KIND, _RUN = re.compile(rb'"type":"([a-z]+)"'), re.compile(rb'"run":"([0-9a-f]{32})"')
_WORDS = {
    "session": "which process wrote it",
    "execution": "an execution",
    "opened": "how run {run} began",
    "logged": "values that run {run} logged",
    "closed": "how run {run} ended",
}


def set_aside(folder: Path, name: str, blocks: Sequence[tuple[int, bytes]]) -> None:
    """Copy damaged blocks (`first byte, content`) of the file *name* in *folder* beside it; once, and if there is room.

    The file itself stays as it is: nobody but its writer changes it.
    """
    for at, content in blocks:
        path = folder / _FOLDER / f"{name}-{at}"
        if not path.exists():
            with suppress(OSError):
                write_file(path, content)


def aside(folder: Path) -> dict[str, bytes]:
    """Return what was set aside in *folder*: `FILE-FIRST_BYTE` → content."""
    found = sorted((folder / _FOLDER).glob("*-*")) if (folder / _FOLDER).is_dir() else []
    return {path.name: path.read_bytes() for path in found if path.is_file()}


def damage_in_words(content: bytes) -> str:
    """Say what a damaged block held, as far as it can still be read."""
    told: Counter[str] = Counter()
    for line in content.splitlines():
        kind, run = _KIND.search(line), _RUN.search(line)
        words = _WORDS.get(kind[1].decode(), "") if kind else ""
        if words and ("{run}" not in words or run):
            told[words.format(run=run[1].decode()[:8] if run else "")] += 1
        else:
            told["something unreadable"] += 1
    return ", ".join(f"{words} (×{count})" if count > 1 else words for words, count in told.items())
