"""Giving disk space back: what is kept stays whole, whatever happens meanwhile."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from nbops.snapshots import collect_garbage, list_snapshots, load, snapshot, verify
from nbops.snapshots.manifest import read_manifest
from nbops.snapshots.names import read_taken
from nbops.snapshots.packs.fetch import chunks_of
from nbops.snapshots.packs.shelf import Shelf
from nbops.workspace import Workspace


@pytest.fixture(name="place")
def _place(tmp_path):
    return Workspace(tmp_path / ".nbops")


def numbers(*seeds, rows=40_000):
    """A frame of one column a seed, so that snapshots share columns."""
    return pd.DataFrame({f"c{seed}": np.random.default_rng(seed).normal(size=rows) for seed in seeds})


def test_a_dry_run_removes_nothing_and_tells_about_what_would_come_free(place):
    """What it says is close to what the real one then frees."""
    kept = snapshot(numbers(1), "kept", workspace=place)
    gone = snapshot(numbers(2, 3), "gone", workspace=place)
    planned = collect_garbage(keep=[kept], workspace=place, dry_run=True)
    assert planned.snapshots == (gone.id,)
    assert load(gone, workspace=place).equals(numbers(2, 3))
    done = collect_garbage(keep=[kept], workspace=place)
    assert done.snapshots == (gone.id,)
    assert abs(done.bytes - planned.bytes) < 0.01 * done.bytes


def test_what_was_taken_since_stays(place):
    """Also what was taken again since, though it was known before."""
    old = snapshot(numbers(1), workspace=place)
    again = snapshot(numbers(2), workspace=place)
    since = time.time()
    snapshot(numbers(2), "named now", workspace=place)
    new = snapshot(numbers(3), workspace=place)
    assert collect_garbage(keep=[], workspace=place, taken_since=since).snapshots == (old.id,)
    assert {one.id for one in list_snapshots(place)} == {again.id, new.id}


def test_taking_a_snapshot_again_is_noted_when_the_last_time_is_long_ago(place, monkeypatch):
    """Its time says that it is in use; within minutes nothing is written again."""
    for _ in range(3):
        snapshot(numbers(1), "a", workspace=place)
    assert len(read_taken(place.snapshots)) == 1
    later = time.time() + 3600
    monkeypatch.setattr("nbops.snapshots.names.time.time", lambda: later)
    snapshot(numbers(1), "a", workspace=place)
    assert [entry.time for entry in read_taken(place.snapshots)][-1] == later
    assert len(list_snapshots(place)) == 1


COLLECTOR = """
import sys
from pathlib import Path
from nbops.snapshots import collect_garbage
from nbops.workspace import Workspace
import blake3, numpy, pyarrow  # so that the time below is that of the work
print("go", flush=True)
collect_garbage(keep=sys.argv[2:], workspace=Workspace(Path(sys.argv[1])))
"""


def test_a_killed_collection_loses_nothing_that_is_kept(place):
    """SIGKILL at any moment leaves all that is kept loadable, and the next collection frees the rest."""
    kept = []
    for seed in range(1, 13):
        # Each pack holds what is kept and more that is not, so that it has to be written anew.
        snapshot(numbers(seed, 100 + seed, 200 + seed, rows=100_000), workspace=place)
        kept.append(snapshot(numbers(seed, rows=100_000), workspace=place).id)
    for delay in (0.03, 0.08, 0.15, 0.25, 0.4, 0.6):
        collector = subprocess.Popen(
            [sys.executable, "-c", COLLECTOR, str(place.root), *kept], stdout=subprocess.PIPE, text=True
        )
        assert collector.stdout.readline() == "go\n"
        try:
            collector.wait(delay)
        except subprocess.TimeoutExpired:
            collector.send_signal(signal.SIGKILL)
        collector.communicate()
        assert not verify(place)
        for identity in kept:
            assert len(load(identity, workspace=place)) == 100_000
    collect_garbage(keep=kept, workspace=place)
    assert {one.id for one in list_snapshots(place)} == set(kept)
    content = sum(load(identity, workspace=place).memory_usage(index=False).sum() for identity in kept)
    packs = sum(path.stat().st_size for path in (place.snapshots / "packs").glob("*.pack"))
    assert packs < 1.05 * content


def damage(pack, at):
    """Flip one bit of a pack."""
    content = bytearray(pack.read_bytes())
    content[at] ^= 0b100
    pack.chmod(0o644)
    pack.write_bytes(content)


def middle_of(shelf, key):
    """Where in its pack the middle of an entry lies."""
    entry = shelf.find(key)
    return entry.offset + entry.size // 2


def test_damage_is_not_laundered_into_a_new_pack(place):
    """A pack that is needed for less than half stays where a needed chunk or list is damaged, and tells so."""
    snapshot(numbers(1, 2, 3), "all", workspace=place)
    (pack,) = (place.snapshots / "packs").iterdir()
    kept = snapshot(numbers(1), "kept", workspace=place)
    packs, sound = set((place.snapshots / "packs").iterdir()), pack.read_bytes()
    (stream,) = read_manifest(place.snapshots, kept.id).columns[0].streams
    shelf = Shelf(place.snapshots / "packs")
    shelf.refresh()
    chunk = max(chunks_of(stream.digest, stream.nbytes, shelf) - {stream.digest[:16]})
    for key in (chunk, stream.digest):
        damage(pack, middle_of(shelf, key))
        with pytest.warns(RuntimeWarning, match=rf"{key.hex()[:12]} in pack {pack.name}.*damaged.*The pack stays"):
            collect_garbage(keep=[kept], workspace=place)
        assert set((place.snapshots / "packs").iterdir()) == packs
        assert [found.id for found in verify(place)] == [kept.id]
        pack.write_bytes(sound)
    collect_garbage(keep=[kept], workspace=place)
    assert not pack.exists()
    assert load(kept, workspace=place).equals(numbers(1))
