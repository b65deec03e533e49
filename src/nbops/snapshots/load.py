"""Restore a dataset, or files, from a snapshot."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nbops.errors import NbopsError, SnapshotError
from nbops.snapshots.describe import place_of, resolve
from nbops.snapshots.lock import shared
from nbops.snapshots.manifest import FILE, FOLDER, read_manifest
from nbops.snapshots.shared.bring import at_hand, borrowed
from nbops.snapshots.shared.remote import open_remote
from nbops.snapshots.snapshot import Snapshot
from nbops.snapshots.verify import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nbops.snapshots.manifest import StoredColumn
    from nbops.snapshots.packs.shelf import Shelf
    from nbops.snapshots.streams.values import Json
    from nbops.workspace import Workspace


def load(ref: str | Snapshot, *, to: str | Path | None = None, workspace: Workspace | str | Path | None = None) -> Any:
    """Return the dataset exactly as it was stored: class, dtypes, index, labels and every bit of its values.

    Files and folders are written to *to*, byte for byte, and the path of that is returned.

    Args:
        ref: A name (the latest snapshot that bears it), an id, or the first six or more digits of an id.
        to: For a snapshot of files only: the folder to make (it may exist if it is empty); for a single file its new
            path, or the folder to put it into.
        workspace: Default: the one of the current directory.

    Raises:
        SnapshotNotFound: There is no such snapshot.
        SnapshotError: It is damaged, needs a library that is not installed, or *to* is taken, missing or of no use.
            Nothing wrong is ever returned, nothing half is left behind.
        SnapshotStoreAway: It is in the shared store only, which does not answer.
    """
    place = place_of(workspace)
    remote = open_remote(place)
    found = resolve(ref.id if isinstance(ref, Snapshot) else ref, place.snapshots, remote)
    with at_hand(place, remote, found.id) as folder:
        try:
            return _load(found.id, folder, ref, to)
        except SnapshotError as error:
            if remote is None or not (damage := reason_of(found.id, folder)):
                raise
            try:
                with borrowed(remote, found.id) as other:
                    restored = _load(found.id, other, ref, to)
            except SnapshotError as further:
                raise SnapshotError(f"{error}; nor can it be had from {remote.shown}: {further}") from error
            warnings.warn(f"{damage}. It is taken from {remote.shown}", RuntimeWarning, stacklevel=2)
            return restored


def _load(snapshot_id: str, folder: Path, ref: str | Snapshot, to: str | Path | None) -> Any:
    from nbops.snapshots.packs.shelf import Shelf
    from nbops.snapshots.restore_files import restore_files
    from nbops.snapshots.streams.datasets import put_together

    with shared(folder):
        manifest = read_manifest(folder, snapshot_id)
        shelf = Shelf(folder / "packs")
        shelf.refresh()
        if manifest.kind in {FILE, FOLDER}:
            if to is None:
                hint = f'nbops.load({snapshot_id[:12]!r}, to="PLACE")'
                raise SnapshotError(f"{ref!r} is a {manifest.kind}", hint=hint)
            return restore_files(manifest, shelf, to)
        if to is not None:
            raise SnapshotError(f"{ref!r} is a {manifest.kind}, which is returned, not written", hint="leave out `to`")
        columns, axes = ([_part(stored, shelf) for stored in parts] for parts in (manifest.columns, manifest.axes))
        with _sound(snapshot_id):
            return put_together(manifest.kind, manifest.extra, columns, axes)


@contextmanager
def _sound(snapshot_id: str) -> Iterator[None]:
    """Let whatever NumPy, pandas, Arrow and polars raise over types that make no sense say which snapshot it is."""
    try:
        yield
    except NbopsError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".rstrip(": ")
        raise SnapshotError(f"snapshot {snapshot_id[:12]} cannot be put together: {reason}") from error


def _part(stored: StoredColumn, shelf: Shelf) -> tuple[Json, Callable[[], Any]]:
    from nbops.snapshots.packs.fetch import fetch_stream

    streams = iter(stored.streams)

    def take() -> Any:
        stream = next(streams)
        try:
            return fetch_stream(stream.digest, stream.nbytes, shelf)
        except SnapshotError as error:
            raise SnapshotError(f"{stored.called}: {error}") from error

    return stored.type, take
