"""Write the files of a snapshot, never outside of where they belong, and never half."""

from __future__ import annotations

import os
import posixpath
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.errors import SnapshotError
from nbops.snapshots.manifest import FILE, FOLDER
from nbops.workspace import PARTIAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbops.snapshots.manifest import Manifest, StoredColumn
    from nbops.snapshots.packs.shelf import Shelf

_UNSAFE = {"", ".", ".."}


def restore_files(manifest: Manifest, shelf: Shelf, to: str | Path) -> Path:
    """Write what *manifest*, of a folder or a file, holds and return where it is now.

    Everything is written beside its place and renamed there when it is whole and checked.

    Args:
        manifest: Of the snapshot.
        shelf: Where the content lies.
        to: The folder to make; it may exist if it is empty. For a single file: its new path, or the folder to put it
            into.

    Raises:
        SnapshotError: The place is taken, the disk refuses, content is damaged, or a name would lead elsewhere.
    """
    target = Path(to).expanduser().absolute()
    for entry in manifest.columns:
        _check(entry)
    _check_tree(manifest)
    try:
        if manifest.kind == FILE:
            target = target / manifest.columns[0].name if target.is_dir() else target
            if os.path.lexists(target):
                raise SnapshotError(f"{target} exists already", hint="another path, or move it away")
        elif os.path.lexists(target) and (target.is_symlink() or not target.is_dir() or any(target.iterdir())):
            raise SnapshotError(f"{target} exists already and is no empty folder", hint="another path")
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_beside(manifest, shelf, target)
    except OSError as error:
        raise SnapshotError(f"the files cannot be written to {target}: {error.strerror or error}") from error
    except UnicodeEncodeError as error:
        raise SnapshotError(f"a name cannot be written on this system: {error}") from error
    return target


def _write_beside(manifest: Manifest, shelf: Shelf, target: Path) -> None:
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=PARTIAL))
    try:
        room = aside / "whole"
        room.mkdir()
        links = [entry for entry in manifest.columns if entry.type["is"] == "link"]
        # Links come last, into folders that are all there by then: nothing is ever written through one.
        for entry in links:
            with _told(entry):
                _place(entry, room).parent.mkdir(parents=True, exist_ok=True)
        for entry in manifest.columns:
            if entry.type["is"] != "link":
                with _told(entry):
                    _write(entry, shelf, room)
        for entry in links:
            with _told(entry):
                _place(entry, room).symlink_to(entry.type["to"])
        _check_links(links, room)
        (room / manifest.columns[0].name if manifest.kind == FILE else room).replace(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _place(entry: StoredColumn, room: Path) -> Path:
    return room.joinpath(*entry.name.split("/"))


@contextmanager
def _told(entry: StoredColumn) -> Iterator[None]:
    """Let an error say which entry it is about."""
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise SnapshotError(f"{entry.called}: something else of that name is there already") from error
    except SnapshotError as error:
        raise SnapshotError(f"{entry.called}: {error}") from error


def _write(entry: StoredColumn, shelf: Shelf, room: Path) -> None:
    from nbops.snapshots.packs.fetch import fetch_stream

    path = _place(entry, room)
    path.parent.mkdir(parents=True, exist_ok=True)
    if entry.type["is"] == FOLDER:
        path.mkdir()
        return
    with path.open("xb") as file:
        for stream in entry.streams:
            file.write(fetch_stream(stream.digest, stream.nbytes, shelf).data)
    if entry.type["executable"]:
        mode = path.stat().st_mode
        path.chmod(mode | (mode & 0o444) >> 2)


def _check(entry: StoredColumn) -> None:
    """Refuse an entry that would be written elsewhere than its folder, or leads there.

    A manifest proves by its id that nobody altered it, not that its author meant well.

    Raises:
        SnapshotError: It would.
    """
    parts = entry.name.split("/")
    letters = "\0\\:" if os.name == "nt" else "\0"
    if any(part in _UNSAFE or any(letter in part for letter in letters) for part in parts):
        raise SnapshotError(f"the name {entry.name!r} leads out of the folder: nothing was written")
    if entry.type.get("is") not in {FILE, FOLDER, "link"}:
        raise SnapshotError(f"{entry.called} is of a kind that a newer nbops wrote")
    if entry.type["is"] == "link":
        to = str(entry.type["to"])
        # Normal form has all `..` at its front, where they climb real folders (`_check_tree`) and stop inside. Below,
        # only names follow, and a link among these keeps inside for the same reason.
        climbs = sum(part == ".." for part in to.split("/"))
        if posixpath.isabs(to) or posixpath.normpath(to) != to or climbs >= len(parts) or "\0" in to:
            raise SnapshotError(f"the link {entry.name!r} leads out of the folder: nothing was written")


def _check_tree(manifest: Manifest) -> None:
    """Refuse entries that lie in something other than a folder, twice in one place, or beside a single file.

    Raises:
        SnapshotError: There is one.
    """
    kinds: dict[tuple[str, ...], str] = {}
    for entry in manifest.columns:
        parts = tuple(entry.name.split("/"))
        if parts in kinds:
            raise SnapshotError(f"{entry.called}: something else of that name is there already")
        kinds[parts] = entry.type["is"]
    for parts in kinds:
        for above in (parts[:end] for end in range(1, len(parts))):
            if kinds.get(above, FOLDER) != FOLDER:
                where, inner = "/".join(above), "/".join(parts)
                raise SnapshotError(f"{kinds[above]} {where!r}: something else is there already, with {inner!r} in it")
    if manifest.kind == FILE and (list(kinds.values()) != [FILE] or "/" in manifest.columns[0].name):
        raise SnapshotError("the snapshot of a file holds something else: nothing was written")


def _check_links(links: Sequence[StoredColumn], room: Path) -> None:
    """Ask the system itself where the links lead, before anybody can follow one.

    Raises:
        SnapshotError: One leads out.
    """
    inside = Path(os.path.realpath(room))
    for entry in links:
        if not Path(os.path.realpath(_place(entry, room))).is_relative_to(inside):
            raise SnapshotError(f"the link {entry.name!r} leads out of the folder: nothing was written")
