"""Take a snapshot: an immutable, content-addressed copy of a dataset, or of files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError
from nbops.settings import usable_settings
from nbops.snapshots.lock import shared
from nbops.snapshots.manifest import Manifest, id_of, manifest_path, write_manifest
from nbops.snapshots.names import Taken, note_taken
from nbops.workspace import Workspace, open_workspace, write_file

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.snapshots.allowance import Allowance
    from nbops.snapshots.streams.datasets import Dataset


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An immutable copy of a dataset.

    Attributes:
        id: 64 hexadecimal digits made of the content and dtypes alone.
        name: What its taker called it, or None.
        rows: How many rows it has; of a folder, how many files.
        new_bytes: What storing it added to the disk; 0 where the content was there already.
        columns: Dtype of every column, by label. Of a folder: `file`, `executable`, `link` or `folder`, by path.
        bytes: Length of the content, before compression.
        created: When it was taken, in seconds since the epoch.
        kind: Class that `load` restores, such as `DataFrame`; or `folder` or `file`.
    """

    id: str
    name: str | None
    rows: int
    new_bytes: int
    columns: dict[str, str] = field(repr=False)
    bytes: int
    created: float = field(default=0.0, repr=False)
    kind: str = "DataFrame"


def snapshot(
    df: Any,
    name: str | None = None,
    *,
    workspace: Workspace | str | Path | None = None,
    seconds: float | None = None,
    upload: bool = True,
) -> Snapshot:
    """Store *df* so that `load` restores it exactly; only what was never stored before takes disk space.

    Args:
        df: pandas DataFrame, Series or Index, NumPy array, pyarrow Table or polars DataFrame; or the Path of a file or
            folder, of which names, content and executable bits are kept. It is only read.
        name: What to call it; the name stands for the latest snapshot that was given it.
        workspace: Default: the one of the current directory.
        seconds: What it may take, not counting the upload; None is as long as it needs.
        upload: Where the settings name a shared store, return when the snapshot is there. Otherwise it waits in the
            workspace for the recorder, or for `nbops sync`, to upload it.

    Raises:
        SnapshotError: Something in it cannot be stored exactly; the sentence names the column.
        SnapshotQuota: It would exceed the quota of the store, or *seconds*. Nothing is left behind.
        SnapshotStoreAway: The shared store does not answer; the snapshot waits in the workspace.
    """
    from nbops.snapshots.allowance import Allowance
    from nbops.snapshots.streams.datasets import take_apart
    from nbops.snapshots.streams.survey import survey

    if name is not None and (not isinstance(name, str) or not name.strip()):
        raise SnapshotError(f"a snapshot cannot be called {name!r}", hint="snapshot(df, name='flights')")
    place = opened(workspace)
    settings = usable_settings(place.project)
    allowance = Allowance(place.snapshots, settings.snapshot_gb, seconds)
    dataset = take_apart(df)
    manifest = survey(dataset, allowance)
    snapshot_id = id_of(manifest.encode())
    new_bytes = 0
    with shared(place.snapshots):
        if not manifest_path(place.snapshots, snapshot_id).exists():
            new_bytes = _store(dataset, manifest, place.snapshots, allowance)
        taken = note_taken(place.snapshots, snapshot_id, name, new_bytes)
    if upload and settings.snapshots:
        from nbops.snapshots.shared.upload import upload_taken

        upload_taken(place, snapshot_id, name)
    return snapshot_of(manifest, taken)


def snapshot_of(manifest: Manifest, taken: Taken) -> Snapshot:
    """Join what a snapshot is with when and as what it was taken."""
    return Snapshot(
        taken.id,
        taken.name,
        manifest.rows,
        taken.new_bytes,
        manifest.dtypes,
        manifest.nbytes,
        taken.time,
        manifest.kind,
    )


def _store(dataset: Dataset, manifest: Manifest, folder: Path, allowance: Allowance) -> int:
    """Add what is missing to the store, then the manifest; return the bytes added."""
    from nbops.snapshots.packs.keep import keep_stream
    from nbops.snapshots.packs.pack import KEY, PackWriter
    from nbops.snapshots.packs.shelf import Shelf
    from nbops.snapshots.streams.datasets import naming

    shelf = Shelf(folder / "packs")
    shelf.refresh()
    pack = PackWriter(folder / "packs", allowance.spend)
    parts = zip((*dataset.columns, *dataset.axes), (*manifest.columns, *manifest.axes), strict=True)
    try:
        for column, stored in parts:
            missing = [s.nbytes > 0 and s.digest[:KEY] not in pack and s.digest not in shelf for s in stored.streams]
            if not any(missing):
                continue
            with naming(column.name, column.what):
                encoded = column.encode()
                if encoded.type != stored.type:
                    raise SnapshotError("it changed while it was being stored")
                for stream, known, wanted in zip(encoded.streams, stored.streams, missing, strict=True):
                    if wanted:
                        keep_stream(stream, known.digest, shelf, pack)
        added = pack.finish()
    except OSError as error:
        raise SnapshotError(f"the snapshot cannot be written to {folder}: {error.strerror}") from error
    finally:
        pack.abandon()
    return added + write_manifest(folder, manifest)


def opened(workspace: Workspace | str | Path | None) -> Workspace:
    """Return the workspace meant, with its folder for snapshots, out of git."""
    if not isinstance(workspace, Workspace):
        return open_workspace(workspace)
    workspace.snapshots.mkdir(parents=True, exist_ok=True)
    ignore = workspace.root / ".gitignore"
    if not ignore.exists():
        write_file(ignore, b"*\n")
    return workspace
