"""What is known of each checkpoint: small files beside the blobs, found by the code of the cell."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nbops.capture.checkpoints.blobs import DIGEST, FOLDER, prepare
from nbops.capture.checkpoints.refuse_links import is_plain_file, refuse_links
from nbops.capture.journal.records import Execution, from_json, to_json
from nbops.pipelines.resuming.parts import Parts
from nbops.workspace import PARTIAL, Workspace, beside

_MOST = 8
_UNCLAIMED = 3600.0
_PRIVATE = 0o600
_HASH = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One checkpoint.

    Attributes:
        run: Run that wrote it.
        parts: What the cell's result depended on.
        execution: What the cell did.
        deeds: What it did outside the namespace.
        tokens: Name → what stands for its value.
        blob: Hash of what it left behind.
        bytes: Size of that.
        names: Names saved; *entered* are those of them that were there before.
        generators: Random generators that it moved or set.
        outputs: What it showed.
    """

    run: str
    parts: Parts
    execution: Execution
    deeds: tuple[str, ...] = ()
    tokens: dict[str, str] = field(default_factory=dict)
    blob: str
    bytes: int
    names: tuple[str, ...] = ()
    entered: tuple[str, ...] = ()
    generators: tuple[str, ...] = ()
    outputs: list[Any] = field(default_factory=list)


class Entries:
    """The checkpoints of a workspace.

    Attributes:
        folder: Where they lie.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.folder = workspace.root / FOLDER

    def of_code(self, code: str) -> Iterator[Entry]:
        """Yield the checkpoints of a cell with that code, the latest first; what cannot be read is passed over."""
        for place in self._places(code)[:_MOST]:
            with suppress(OSError, ValueError, TypeError, KeyError):
                yield _entry(json.loads(place.read_text(encoding="utf-8")))

    def write(self, entry: Entry) -> None:
        """Keep *entry*, whose blob is written.

        Raises:
            OSError: The disk refuses.
        """
        prepare(self.folder)
        told = asdict(entry) | {"execution": to_json(entry.execution)}
        with beside(self._place(entry), mode=_PRIVATE) as file:
            file.write(json.dumps(told).encode())

    def touch(self, entry: Entry) -> None:
        """Note that *entry* was used."""
        with suppress(OSError):
            os.utime(self._place(entry))

    def evict(self, quota: int) -> int:
        """Remove those used longest ago until all together hold at most *quota* bytes; return how many.

        Raises:
            OSError: The folder is a link: what lies behind it is not ours to remove.
        """
        refuse_links(self.folder)
        places = self._places("*")
        kept: set[str] = set()
        gone: set[str] = set()
        held, removed = 0, 0
        for place in places:
            size, blob = 0, ""
            with suppress(OSError, ValueError, KeyError, TypeError):
                told = json.loads(place.read_text(encoding="utf-8"))
                blob, size = (
                    str(told["blob"]),
                    place.stat().st_size + (0 if told["blob"] in kept else int(told["bytes"])),
                )
            if not DIGEST.fullmatch(blob) or held + size > quota:
                place.unlink(missing_ok=True)
                gone.add(blob)
                removed += 1
            else:
                held += size
                kept.add(blob)
        self._sweep(kept, gone)
        return removed

    def _sweep(self, kept: set[str], gone: set[str]) -> None:
        """Remove blobs that no entry names any more; one that none has named yet may wait for its entry."""
        late = time.time() - _UNCLAIMED
        for path in (self.folder / "blobs").glob("*"):
            partial = path.name.startswith(PARTIAL)
            if not is_plain_file(path) or not (partial or DIGEST.fullmatch(path.name)):
                continue
            with suppress(OSError):
                if path.name not in kept and (path.name in gone or path.lstat().st_mtime < late):
                    path.unlink()
        for folder in self._folders("*"):
            for path in folder.glob(f"{PARTIAL}*"):
                with suppress(OSError):
                    if is_plain_file(path) and path.lstat().st_mtime < late:
                        path.unlink()

    def _folders(self, code: str) -> list[Path]:
        """Return the folders of entries whose name is *code* (`*`: any hash), links left out."""
        try:
            refuse_links(self.folder)
        except OSError:
            return []
        found = (self.folder / "entries").glob(code)
        return [path for path in found if _HASH.fullmatch(path.name) and path.is_dir() and not path.is_symlink()]

    def _places(self, code: str) -> list[Path]:
        """Return the files of the entries of cells with that code, the latest first."""
        found = [path for folder in self._folders(code) for path in folder.glob("*.json")]
        return sorted((path for path in found if _HASH.fullmatch(path.stem) and is_plain_file(path)), key=_age)

    def _place(self, entry: Entry) -> Path:
        return self.folder / "entries" / entry.parts.code / f"{entry.parts.key}.json"


def _entry(told: dict[str, Any]) -> Entry:
    execution = from_json(told["execution"])
    if not isinstance(execution, Execution):
        raise TypeError("no execution")
    lists = {name: tuple(told[name]) for name in ("deeds", "names", "entered", "generators")}
    return Entry(**told | {"execution": execution, "parts": Parts(**told["parts"])} | lists)


def _age(path: Path) -> float:
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0
