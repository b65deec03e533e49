"""What stands compressed inside bytes, so that secrets can be looked for in it, too."""

from __future__ import annotations

import base64
import binascii
import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any

_STEP, _SEEN, _OVERLAP = 1_000_000, 8_000_000, 65_536
_MOST = 32_000_000
_DEEPEST = 3
_MAGICS = {
    b"\x1f\x8b\x08": "gzip", b"1AY&SY": "bz2", b"\xfd7zXZ\x00": "xz", b"PK\x03\x04": "zip",
    b"\x28\xb5\x2f\xfd": "closed", b"\x04\x22\x4d\x18": "closed", b"PAR1\x15": "closed",
    b"H4sI": "base64", b"QlpoO": "base64", b"/Td6WFo": "base64", b"UEsDB": "base64", b"gASV": "base64",
    b"gAWV": "base64", b"eJw": "base64", b"eJx": "base64", b"eJy": "base64", b"eJz": "base64", b"KLUv": "base64",
}  # fmt: skip
# zlib's two bytes are too common to be looked for everywhere: only where a value begins, in a pickle or by itself.
_ZLIB = (b"\x78\x9c", b"\x78\x01", b"\x78\x5e", b"\x78\xda")
_OPCODES = ((2, b"C"), (5, b"B"), (9, b"\x8e"), (9, b"\x96"))
_MANY = 50_000
_BEFORE = {"bz2": 4}  # `BZh9` stands before what is looked for
_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]+={0,2}")


class Unreadable(Exception):  # never leaves this room
    """Bytes are compressed in a way, or to an extent, that nobody can look into here."""


def look_inside(content: Any, look: Callable[[bytes], None]) -> None:
    """Call *look* with everything that stands compressed in *content*: gzip, zlib, bz2, xz, zip, also in base64.

    Parts that are passed to *look* overlap, so that nothing is cut in two unseen. What looks compressed and is not
    costs a few microseconds.

    Args:
        content: Bytes or a memoryview of them.
        look: Raises where it does not like what it sees.

    Raises:
        Unreadable: It is Zstandard, LZ4 or Parquet, encrypted, or more than 32 MB when it is unpacked.
    """
    _Look(look).into(content, 0)


class _Look:
    def __init__(self, look: Callable[[bytes], None]) -> None:
        self._look, self._left = look, _MOST

    def into(self, content: Any, depth: int) -> None:
        view = memoryview(content)
        over = 0  # what has been unpacked is not looked through for beginnings once more
        for begin, kind in _beginnings(view):
            if begin < over:
                continue
            if kind == "closed" or depth >= _DEEPEST:
                raise Unreadable
            if kind == "base64":
                over = self._base64(view, begin, depth)
            else:
                self._unpack(kind, view[begin:], depth)

    def _unpack(self, kind: str, view: memoryview, depth: int) -> None:
        held: list[bytes] = []
        for part in self._unpacked(kind, view):
            self._left -= len(part)
            if self._left < 0:
                raise Unreadable
            self._look((held[-1][-_OVERLAP:] if held else b"") + part)
            held.append(part)
        if held:
            self.into(b"".join(held), depth + 1)

    def _base64(self, view: memoryview, begin: int, depth: int) -> int:
        found = _BASE64.match(view, begin)
        text = b"".join(found[0].split()) if found else b""
        try:
            plain = base64.b64decode(text[: len(text) // 4 * 4])
        except binascii.Error:
            return 0
        self._look(plain)
        self.into(plain, depth + 1)
        return found.end() if found else 0

    def _unpacked(self, kind: str, view: memoryview) -> Iterator[bytes]:
        if kind == "zip":
            yield from self._members(view)
            return
        make: dict[str, Callable[[], Any]] = {
            "gzip": lambda: zlib.decompressobj(31),
            "zlib": zlib.decompressobj,
            "bz2": bz2.BZ2Decompressor,
            "xz": lzma.LZMADecompressor,
        }
        yield from _parts(make[kind](), view)

    def _members(self, view: memoryview) -> Iterator[bytes]:
        """Yield what the member that begins here holds; the next one has a beginning of its own."""
        head = bytes(view[:30])
        method = int.from_bytes(head[8:10], "little")
        begin = 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        if head[6:7] and head[6] & 1:
            raise Unreadable
        if method == 8:  # noqa: PLR2004 # deflated
            yield from _parts(zlib.decompressobj(-15), view[begin:])
        elif method == 12:  # noqa: PLR2004 # bz2
            yield from _parts(bz2.BZ2Decompressor(), view[begin:])
        elif method:
            raise Unreadable


def _beginnings(view: memoryview) -> list[tuple[int, str]]:
    """Return where something compressed may begin, and of which kind, in order."""
    found: set[tuple[int, str]] = set()
    for start in range(0, max(view.nbytes, 1), _SEEN):
        held = bytes(view[start : start + _SEEN + 16])
        for magic, kind in _MAGICS.items():
            place = held.find(magic)
            while place >= 0:
                found.add((max(0, start + place - _BEFORE.get(kind, 0)), kind))
                place = held.find(magic, place + 1)
        for magic in _ZLIB:
            place, count = held.find(magic), 0
            while place >= 0 and count < _MANY:
                at = start + place
                if at == 0 or any(held[max(0, place - back) : place - back + 1] == code for back, code in _OPCODES):
                    found.add((at, "zlib"))
                place, count = held.find(magic, place + 1), count + 1
    return sorted(found)


def _parts(unpacker: Any, view: memoryview) -> Iterator[bytes]:
    """Yield what *view* unpacks to, as far as it does."""
    place = 0
    try:
        while not unpacker.eof:
            given = getattr(unpacker, "unconsumed_tail", b"")
            if not given and getattr(unpacker, "needs_input", True):
                given = bytes(view[place : place + _STEP])
                place += len(given)
                if not given:
                    return
            part = unpacker.decompress(given, _STEP)
            if part:
                yield part
    except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError):
        return
