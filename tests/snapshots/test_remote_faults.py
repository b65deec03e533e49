"""The shared store when an upload is killed, bytes are damaged or lost, or nothing answers."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from frames import numbers

from nbops.errors import SnapshotError, SnapshotNotFound, SnapshotStoreAway
from nbops.snapshots import (
    collect_garbage,
    describe,
    list_snapshots,
    load,
    snapshot,
    upload,
    verify,
)
from nbops.snapshots.shared.remote import open_remote

KILLED = """
import sys, time
from pathlib import Path
from nbops.snapshots import upload
from nbops.snapshots.shared import fsspec_store
from nbops.workspace import Workspace
stop = sys.argv[2]
def held(put):
    def wait(self, name, content):
        if name.startswith(stop):
            print("there", flush=True)
            time.sleep(60)
        put(self, name, content)
    return wait
fsspec_store.FsspecStore.put = held(fsspec_store.FsspecStore.put)
if stop == "packs":
    print("there", flush=True)
upload(Workspace(Path(sys.argv[1])))
"""


@pytest.mark.parametrize("stop", ["packs", "manifests", "names"])
def test_a_killed_upload_is_invisible_and_goes_on(stop, s3, places):
    """SIGKILL while the pack is on its way, before the manifest, before the name: nothing half is ever seen."""
    place, other = places("ada"), places("ben")
    large = stop == "packs"  # so large that it goes in parts
    frame = pd.DataFrame({"x": np.random.default_rng(1).integers(-(2**62), 2**62, 14_000_000 if large else 60_000)})
    taken = snapshot(frame, "train", workspace=place, upload=False)
    writer = subprocess.Popen([sys.executable, "-c", KILLED, str(place.root), stop], stdout=subprocess.PIPE)
    writer.stdout.readline()
    if large:
        _until(lambda: s3.client.list_multipart_uploads(Bucket=s3.bucket).get("Uploads"))
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    seen = {"packs": [], "manifests": [], "names": [taken.id]}[stop]
    assert sorted(open_remote(other).ids()) == seen
    assert list_snapshots(other) == verify(other) == []
    with pytest.raises(SnapshotNotFound):
        load("train", workspace=other)
    sent = upload(place)
    assert sent.snapshots == 1
    assert (sent.bytes > 100_000) == large, "what was there is not sent again"
    assert describe("train", workspace=other).id == taken.id
    if not large:  # moto needs a second for each range of a large object
        assert load("train", workspace=other).equals(frame)
        assert not verify(other)


def _until(what, seconds=30.0):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("where", ["packs/:0.1", "packs/:0.9", "packs/:0.9999", "manifests/:0.5"])
def test_a_flipped_bit_in_the_store_is_found(where, s3, places):
    """`verify` names the snapshot and the store; nobody loads anything wrong, and nothing wrong is kept."""
    place, other = places("ada"), places("ben")
    taken = snapshot(numbers(), "train", workspace=place)
    list_snapshots(place)
    folder, _, at = where.partition(":")
    (key,) = [
        one["Key"] for one in s3.client.list_objects_v2(Bucket=s3.bucket, Prefix=f"{s3.prefix}/{folder}")["Contents"]
    ]
    content = bytearray(s3.client.get_object(Bucket=s3.bucket, Key=key)["Body"].read())
    content[int(len(content) * float(at))] ^= 1
    s3.client.put_object(Bucket=s3.bucket, Key=key, Body=bytes(content))
    for somebody in (place, places("eve")):
        (damage,) = verify(somebody)
        assert damage.id == taken.id
        assert s3.url in damage.reason
    with pytest.raises(SnapshotError, match=r"damaged|missing"):
        load(taken.id, workspace=other)
    assert not list(other.root.rglob("*.pack"))
    assert not list(other.snapshots.glob("manifests/*"))
    assert load("train", workspace=place).equals(numbers())


def test_a_lost_pack_is_named(store, places):
    """A pack that somebody removed from the store is told, and sent again by who has it."""
    place, other = places("ada"), places("ben")
    taken = snapshot(numbers(), "train", workspace=place)
    remote = open_remote(other)
    for name in [*remote.store.names("packs"), *remote.store.names("manifests")]:
        remote.store.remove(name)
    (damage,) = verify(place)
    assert damage.id == taken.id
    assert "is not there any more" in damage.reason
    with pytest.raises(SnapshotNotFound):
        load("train", workspace=other)
    assert upload(place).snapshots == 1
    assert load("train", workspace=other).equals(numbers())


def test_damage_in_the_workspace_is_mended_from_the_store(folder, places):
    """What the disk here spoiled is taken from the store, and said."""
    place = places("ada")
    taken = snapshot(numbers(), "train", workspace=place)
    (pack,) = (place.snapshots / "packs").glob("*.pack")
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.chmod(0o644)
    pack.write_bytes(content)
    with pytest.warns(RuntimeWarning, match=r"damaged.*taken from"):
        assert load(taken, workspace=place).equals(numbers())
    (damage,) = verify(place)
    assert pack.name in damage.reason
    (there,) = (folder / "packs").glob("*.pack")
    there.unlink()
    with pytest.raises(SnapshotError, match="nor can it be had from"):
        load(taken, workspace=place)


def test_damage_here_is_not_sent(folder, places):
    """A snapshot that the disk spoiled before it was uploaded is named; the others go."""
    place = places("ada")
    taken = snapshot(numbers(), "bad", workspace=place, upload=False)
    (pack,) = (place.snapshots / "packs").glob("*.pack")
    snapshot(numbers(seed=2), "good", workspace=place, upload=False)
    pack.chmod(0o644)
    pack.write_bytes(b"\x01" + pack.read_bytes()[1:])
    with pytest.raises(SnapshotError, match=f"{taken.id[:12]} cannot be uploaded: .*damaged"):
        upload(place)
    assert [found.name for found in list_snapshots(places("ben"))] == ["good"]


def test_a_server_goes_and_comes_back(s3, places):
    """Away: an explicit snapshot is kept and says so, names known here work with a warning. Back: all arrives."""
    place = places("ada")
    one = snapshot(numbers(), "train", workspace=place)
    s3.stop()
    try:
        with pytest.raises(SnapshotStoreAway, match=rf"{s3.url} does not answer.*kept in the workspace"):
            snapshot(numbers(seed=2), "train", workspace=place)
        with pytest.warns(RuntimeWarning, match="this workspace alone"):
            assert load("train", workspace=place).equals(numbers(seed=2))
        assert load(one.id, workspace=place).equals(numbers())
        with pytest.warns(RuntimeWarning, match="not listed"):
            assert len(list_snapshots(place)) == 2
        for ask in (
            verify,
            lambda place: load("train", workspace=place),
            lambda place: collect_garbage(workspace=place),
        ):
            with pytest.raises(SnapshotStoreAway, match="does not answer"):
                ask(places("ben"))
    finally:
        s3.start()
    assert upload(place).snapshots == 1
    assert load("train", workspace=places("ben")).equals(numbers(seed=2))


def test_a_bucket_that_does_not_exist_is_told(s3, places, monkeypatch):
    """Nobody takes a misspelt bucket for an empty store that takes snapshots."""
    monkeypatch.setenv("NBOPS_SNAPSHOTS", "s3://no-such-bucket/team")
    with pytest.raises(SnapshotStoreAway, match=r"no-such-bucket.*bucket does not exist"):
        snapshot(numbers(), workspace=places("ada"))


def test_a_drive_that_is_not_mounted_is_told(tmp_path, places, monkeypatch):
    """A folder whose place is missing is not made anew."""
    monkeypatch.setenv("NBOPS_SNAPSHOTS", str(tmp_path / "drive" / "team"))
    with pytest.raises(SnapshotStoreAway, match="is missing"):
        snapshot(numbers(), workspace=places("ada"))
    assert not (tmp_path / "drive").exists()
