"""What is known of each checkpoint: small files beside the blobs, found by the code of the cell."""

from __future__ import annotations

import hashlib
import hmac
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
from nbops.capture.checkpoints.user_key import user_key
from nbops.capture.journal.records import Execution, from_json, to_json
from nbops.pipelines.resuming.parts import Parts
from nbops.workspace import PARTIAL, Workspace, beside

_MOST = 8
_UNCLAIMED = 3600.0
_PRIVATE = 0o600
_PURPOSE = "checkpoints"
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
        """Yield the checkpoints of a cell with that code, the latest first.

        What cannot be read is passed over, and so is what this user did not sign: to read a blob may execute code.
        """
        for place in self._places(code)[:_MOST]:
            with suppress(OSError, ValueError, TypeError, KeyError):
                entry = _entry(self._signed(place))
                if entry.parts.code == code:  # a signed one may have been moved here from another cell
                    yield entry

    def write(self, entry: Entry) -> None:
        """Keep *entry*, whose blob is written.

        Raises:
            OSError: The disk refuses.
        """
        prepare(self.folder)
        held = json.dumps(asdict(entry) | {"execution": to_json(entry.execution)})
        with beside(self._place(entry), mode=_PRIVATE) as file:
            file.write(json.dumps({"entry": held, "signature": _signature(held)}).encode())

    @property
    def obstacle(self) -> str:
        """Why no checkpoint can be written or read; empty where they can."""
        try:
            user_key(_PURPOSE)
            refuse_links(self.folder)
        except OSError as error:
            return str(error)
        return ""

    def _signed(self, place: Path) -> dict[str, Any]:
        """Return what the file at *place* says.

        Raises:
            ValueError: This user did not write it.
            OSError: It cannot be read.
        """
        whole = json.loads(place.read_text(encoding="utf-8"))
        held = str(whole["entry"])
        if not hmac.compare_digest(str(whole["signature"]), _signature(held)):
            raise ValueError("signed by somebody else")
        told: dict[str, Any] = json.loads(held)
        return told

    def touch(self, entry: Entry) -> None:
        """Note that *entry* was used."""
        with suppress(OSError):
            os.utime(self._place(entry))

    def evict(self, quota: int) -> int:
        """Remove those used longest ago until all together hold at most *quota* bytes; return how many.

        Raises:
            OSError: The folder is a link: what lies behind it is not ours to remove. Or the user's key is not there.
        """
        refuse_links(self.folder)
        user_key(_PURPOSE)  # without it all would seem to be somebody else's
        places = self._places("*")
        kept: set[str] = set()
        gone: set[str] = set()
        held, removed = 0, 0
        for place in places:
            size, blob = 0, ""
            with suppress(OSError, ValueError, KeyError, TypeError):
                told = self._signed(place)
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


def _signature(held: str) -> str:
    return hmac.digest(user_key(_PURPOSE), held.encode(), hashlib.sha256).hex()


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
