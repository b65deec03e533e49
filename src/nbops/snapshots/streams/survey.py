"""Read a dataset once and say what it is: its manifest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nbops.snapshots.manifest import Manifest, StoredColumn, StoredStream
from nbops.snapshots.streams.datasets import naming
from nbops.snapshots.streams.stream import digest_streams, spread

if TYPE_CHECKING:
    from nbops.snapshots.allowance import Allowance
    from nbops.snapshots.streams.datasets import Column, Dataset
    from nbops.snapshots.streams.stream import Encoded


def survey(dataset: Dataset, allowance: Allowance | None = None) -> Manifest:
    """Hash every column of *dataset*.

    Columns are taken apart one after the other (in a few threads when they are large), so that what had to be
    converted for one is gone before the next. Columns that share a row-major array are hashed together.

    Raises:
        SnapshotError: A column cannot be stored; the sentence names it.
        SnapshotQuota: Time is up.
    """
    parts = [*dataset.columns, *dataset.axes]
    found = spread(partial(_survey_part, allowance), parts, nbytes=sum(part.nbytes for part in parts))
    waiting = [at for at, part in enumerate(found) if not isinstance(part, StoredColumn)]
    streams = [stream for at in waiting for stream in found[at].streams]
    digests = iter(digest_streams(streams))
    for at in waiting:
        encoded: Encoded = found[at]
        found[at] = _stored(parts[at], encoded, [next(digests) for _ in encoded.streams])
    count = len(dataset.columns)
    return Manifest(dataset.kind, dataset.rows, tuple(found[:count]), tuple(found[count:]), dataset.extra)


def _survey_part(allowance: Allowance | None, column: Column) -> StoredColumn | Encoded:
    """Hash one column, or hand it back where it is better hashed together with its neighbours."""
    if allowance is not None:
        allowance.wait()
    with naming(column.name, column.what):
        encoded = column.encode()
    if any(stream.scattered for stream in encoded.streams):
        return encoded
    return _stored(column, encoded, digest_streams(encoded.streams))


def _stored(column: Column, encoded: Encoded, digests: list[bytes]) -> StoredColumn:
    streams = tuple(
        StoredStream(stream.width, stream.nbytes, digest)
        for stream, digest in zip(encoded.streams, digests, strict=True)
    )
    return StoredColumn(column.name, column.dtype, encoded.type, streams)
