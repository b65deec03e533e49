"""Datasets, files and folders as immutable, content-addressed, deduplicated snapshots, restored exactly.

A dataset is taken apart into columns and those into streams of bytes. The manifest names every stream by its hash, and
the manifest's own hash is the snapshot's id, so an unchanged dataset ends after one pass over its bytes. A stream that
was never seen is cut where its content says so, and only chunks that no pack holds yet are compressed and written.

    names.jsonl             which snapshots were taken, when, under which name
    manifests/ID.json       the snapshots
    packs/*.pack            chunks and lists of chunks, many to a file
    remote/                 what is known of a shared store

A shared store (setting `snapshots`) has the same packs and manifests, and one small object for each name given. What
belongs to a snapshot is there before the snapshot is, so that an interrupted upload shows nothing.
"""

from __future__ import annotations

from nbops.snapshots.collect_garbage import Collected, collect_garbage
from nbops.snapshots.describe import describe
from nbops.snapshots.diff import Difference, diff
from nbops.snapshots.digest import digest
from nbops.snapshots.forget import forget
from nbops.snapshots.list_snapshots import list_snapshots
from nbops.snapshots.load import load
from nbops.snapshots.shared.upload import Uploaded, upload
from nbops.snapshots.shared.waiting_uploads import waiting_uploads
from nbops.snapshots.snapshot import Snapshot, snapshot
from nbops.snapshots.verify import Damage, verify

__all__ = [
    "Collected",
    "Damage",
    "Difference",
    "Snapshot",
    "Uploaded",
    "collect_garbage",
    "describe",
    "diff",
    "digest",
    "forget",
    "list_snapshots",
    "load",
    "snapshot",
    "upload",
    "verify",
    "waiting_uploads",
]
