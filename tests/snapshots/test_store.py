"""The store: what is written once, what survives whom, and what is said about damage."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tracemalloc
import weakref
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nbops.errors import SnapshotError, SnapshotNotFound, SnapshotQuota
from nbops.snapshots import collect_garbage, describe, diff, digest, list_snapshots, load, snapshot, verify
from nbops.workspace import Workspace


@pytest.fixture(name="place")
def _place(tmp_path):
    """A workspace that nothing has been written to."""
    return Workspace(tmp_path / ".nbops")


@pytest.fixture(name="flights", scope="session")
def _flights():
    """336,776 real flights."""
    import pointblank

    return pointblank.load_dataset("nycflights", tbl_type="pandas")


def numbers(rows=200_000, seed=1):
    """A column that does not compress."""
    return pd.DataFrame({"x": np.random.default_rng(seed).normal(size=rows), "y": np.arange(rows) % 7})


def test_real_flights_come_back(flights, place):
    """The flights come back as they were; unchanged they add nothing; no name and no order of calls changes the id."""
    first = snapshot(flights, "flights", workspace=place)
    pd.testing.assert_frame_equal(load("flights", workspace=place), flights, check_exact=True)
    again = snapshot(flights.copy(), "other", workspace=place)
    assert (first.new_bytes > 0, again.new_bytes, again.id) == (True, 0, first.id)
    assert digest(flights) == first.id
    assert first.rows == 336_776
    assert first.columns["arr_delay"] == str(flights["arr_delay"].dtype)
    assert not verify(place)


def test_a_change_adds_what_changed(flights, place):
    """More rows, fewer rows and one new column add about what they are, as DESIGN §6 owes."""
    full = snapshot(flights, workspace=place).new_bytes
    middle = len(flights) // 2
    fewer = flights.drop(flights.index[middle : middle + 100])
    assert snapshot(fewer, workspace=place).new_bytes <= 0.03 * full
    month = flights.iloc[: len(flights) * 100 // 101].reset_index(drop=True)
    shorter = snapshot(month, workspace=Workspace(place.root / "more")).new_bytes
    assert snapshot(flights, workspace=Workspace(place.root / "more")).new_bytes <= 0.02 * shorter
    changed = flights.assign(arr_delay=np.random.default_rng(1).normal(size=len(flights)))
    alone = snapshot(changed[["arr_delay"]], workspace=Workspace(place.root / "alone")).new_bytes
    assert snapshot(changed, workspace=place).new_bytes <= 1.1 * alone


@pytest.mark.parametrize(
    "column",
    [
        np.zeros(400_000),
        np.ones(400_000, bool),
        np.arange(400_000),
        np.arange(400_000) // 1000,
        np.random.default_rng(1).integers(0, 2, 400_000).astype(bool),
        np.random.default_rng(1).integers(0, 3, 400_000),
        (np.random.default_rng(1).random(400_000) < 0.001).astype("i8"),
        np.tile(np.arange(10), 40_000),
        np.sort(np.random.default_rng(1).normal(size=400_000)),
    ],
    ids=["constant", "true", "counter", "steps", "coin", "few values", "sparse", "periodic", "sorted"],
)
def test_dull_columns_fall_into_step(column, place):
    """A row deleted near the front leaves most of a dull column where it was."""
    full = snapshot(pd.DataFrame({"x": column}), workspace=place)
    less = snapshot(pd.DataFrame({"x": np.delete(column, slice(1000, 1100))}), workspace=place)
    assert less.new_bytes < max(0.15 * full.new_bytes, 3_000)


def test_an_id_depends_on_content_and_types_alone(place):
    """Blocks, copies, order in memory and names make no difference; one bit, one label or one dtype does."""
    matrix = np.random.default_rng(1).normal(size=(3_000, 3))
    frame = pd.DataFrame(matrix, columns=list("abc"), copy=False)
    apart = pd.DataFrame({name: frame[name].to_numpy().copy() for name in frame})
    assert digest(frame) == digest(apart) == snapshot(frame, "any", workspace=place).id
    others = [
        frame.rename(columns={"a": "A"}),
        frame.astype({"a": "float32"}),
        frame.set_axis(range(1, 3_001)),
        frame[["b", "a", "c"]],
        frame.assign(a=np.nextafter(frame["a"], 9)),
        frame["a"],
        matrix,
    ]
    assert len({digest(frame), *map(digest, others)}) == len(others) + 1


def test_the_input_is_only_read(place):
    """A snapshot alters nothing, keeps nothing alive and copies no column of numbers."""
    frame = numbers(2_000_000)
    frame["x"].to_numpy(copy=False).setflags(write=False)
    before = digest(frame)
    snapshot(frame, workspace=place)
    tracemalloc.start()
    snapshot(frame, workspace=place)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000
    assert digest(frame) == before
    alive = weakref.ref(frame)
    del frame
    gc.collect()
    assert alive() is None


def test_a_name_means_the_latest(place):
    """References are names, ids and digits of ids; what is not there is answered with what comes near."""
    one = snapshot(numbers(seed=1), "train", workspace=place)
    two = snapshot(numbers(seed=2), "train", workspace=place)
    test = snapshot(numbers(seed=3), "test", workspace=place)
    assert describe("train", workspace=place) == two
    assert describe(one.id, workspace=place).id == describe(one.id[:6], workspace=place).id == one.id
    assert describe(one, workspace=place).name == "train"
    assert [taken.id for taken in list_snapshots(place)] == [test.id, two.id, one.id]
    back = snapshot(numbers(seed=1), "train", workspace=place)
    assert (describe("train", workspace=place).id, back.new_bytes) == (one.id, 0)
    with pytest.raises(SnapshotNotFound, match="'trian'") as caught:
        load("trian", workspace=place)
    assert "train" in caught.value.hint
    for ref in (one.id[:5], "", "f" * 64):
        with pytest.raises(SnapshotNotFound):
            load(ref, workspace=place)
    with pytest.raises(SnapshotError, match="cannot be called"):
        snapshot(numbers(), " ", workspace=place)


def test_nothing_is_there_before_the_first(place):
    """Looking into an empty workspace creates nothing."""
    assert list_snapshots(place) == verify(place) == []
    with pytest.raises(SnapshotNotFound):
        load("train", workspace=place)
    assert not place.root.exists()


def test_a_difference_is_told_by_column(place):
    """Two snapshots are compared without reading their content."""
    frame = numbers(1_000).assign(gone=1, same="s", typed=1)
    one = snapshot(frame, "one", workspace=place)
    frame = frame.drop(columns="gone").assign(x=0.0, new=2, typed=1.0)
    snapshot(pd.concat([frame, frame.iloc[:1]]), "two", workspace=place)
    found = diff("one", "two", workspace=place)
    assert (found.added, found.removed, found.retyped) == (("new",), ("gone",), ("typed",))
    assert found.changed == ("x", "y", "same")
    assert (found.rows_before, found.rows_after, found.index_changed) == (1_000, 1_001, True)
    assert found
    assert not diff(one, one.id, workspace=place)


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9, 0.9999])
def test_a_damaged_pack_is_named(place, at):
    """Whatever byte of a pack is damaged, load says so and returns nothing wrong; verify finds it too."""
    taken = snapshot(numbers(), "x", workspace=place)
    (pack,) = (place.snapshots / "packs").glob("*.pack")
    content = bytearray(pack.read_bytes())
    content[int(len(content) * at)] ^= 0xFF
    pack.chmod(0o644)
    pack.write_bytes(content)
    with pytest.raises(SnapshotError, match=r"column '.*(damaged|missing)"):
        load("x", workspace=place)
    (damage,) = verify(place)
    assert damage.id == taken.id
    assert pack.name in damage.reason


def test_a_damaged_manifest_and_a_lost_pack_are_named(place):
    """A manifest that was tampered with is refused; so is one whose chunks are gone."""
    taken = snapshot(numbers(), "x", workspace=place)
    path = place.snapshots / "manifests" / f"{taken.id}.json"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"rows":200000', b'"rows":200001'))
    with pytest.raises(SnapshotError, match=r"manifest of snapshot .* is damaged"):
        load("x", workspace=place)
    path.write_bytes(whole)
    for pack in (place.snapshots / "packs").glob("*.pack"):
        pack.unlink()
    with pytest.raises(SnapshotError, match="missing from the snapshot store"):
        load("x", workspace=place)


def test_a_torn_line_in_the_log_of_names_is_passed_over(place):
    """A crash in the middle of a line costs that line and no other."""
    snapshot(numbers(), "x", workspace=place)
    with (place.snapshots / "names.jsonl").open("a") as file:
        file.write('{"id": "12')
    two = snapshot(numbers(seed=2), "y", workspace=place)
    assert describe("y", workspace=place).id == two.id
    assert describe("x", workspace=place).rows == 200_000


WRITER = """
import os, sys
import numpy as np, pandas as pd
from pathlib import Path
from nbops.snapshots import snapshot
from nbops.workspace import Workspace
frame = pd.DataFrame({f"c{at}": np.random.default_rng(at).normal(size=300_000) for at in range(12)})
print("go", flush=True)
while True:
    frame["c0"] += 1
    snapshot(frame, "loop", workspace=Workspace(Path(sys.argv[1])))
"""


def test_a_killed_writer_leaves_only_whole_snapshots(place):
    """SIGKILL in the middle of writing leaves nothing that cannot be loaded, and the next snapshot works."""
    for wait in (0.15, 0.4):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(place.root)], stdout=subprocess.PIPE)
        writer.stdout.readline()
        try:
            writer.wait(wait)
        except subprocess.TimeoutExpired:
            writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    assert not verify(place)
    for taken in list_snapshots(place):
        assert len(load(taken.id, workspace=place)) == 300_000
    assert load(snapshot(numbers(), workspace=place).id, workspace=place).equals(numbers())


def _write(root, seed):
    frame = pd.DataFrame({"own": np.random.default_rng(seed).normal(size=60_000), "all": np.arange(60_000.0)})
    for _ in range(3):
        snapshot(frame, f"n{seed}", workspace=Workspace(Path(root)))
        snapshot(frame["all"].to_frame(), "all", workspace=Workspace(Path(root)))


def test_writers_do_not_disturb_each_other(place):
    """Four processes write shared and own content into one store; all of it can be loaded, no name is lost."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(str(place.root), seed)) for seed in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    assert {taken.name for taken in list_snapshots(place)} == {"n0", "n1", "n2", "n3", "all"}
    assert not verify(place)


def test_a_quota_is_kept(place, monkeypatch):
    """A snapshot beyond the quota is refused with a class of its own and leaves nothing; a smaller one still fits."""
    monkeypatch.setenv("NBOPS_SNAPSHOT_GB", "0.001")
    with pytest.raises(SnapshotQuota, match=r"quota of 0\.001 GB"):
        snapshot(numbers(), workspace=place)
    assert not list(place.snapshots.rglob("*.pack")) + list(place.snapshots.rglob(".partial-*"))
    assert list_snapshots(place) == []
    assert snapshot(numbers(1_000), workspace=place).new_bytes > 0


def test_time_is_kept(place):
    """A snapshot that may take no time is refused before anything is written."""
    with pytest.raises(SnapshotQuota, match="longer than 0 s"):
        snapshot(numbers(), workspace=place, seconds=0)
    assert not list(place.snapshots.rglob("*.pack"))


def test_a_disk_that_refuses_is_reported(place):
    """A store that cannot be written is a sentence, not a traceback of the system."""
    place.snapshots.mkdir(parents=True)
    (place.snapshots / "packs").write_text("in the way")
    with pytest.raises(SnapshotError, match="cannot be written"):
        snapshot(numbers(), workspace=place)


def test_garbage_is_collected(place):
    """Snapshots not kept are removed with what only they needed; what is kept can still be loaded."""
    kept = snapshot(numbers(seed=1), "kept", workspace=place)
    snapshot(numbers(seed=2), "gone", workspace=place)
    shared = pd.concat([numbers(seed=1), numbers(seed=3)], axis=1).set_axis(list("abcd"), axis=1)
    snapshot(shared, "both", workspace=place)
    (place.snapshots / "packs" / ".partial-old").write_bytes(b"left by a crash")
    os.utime(place.snapshots / "packs" / ".partial-old", (0, 0))
    assert collect_garbage(workspace=place).snapshots == ()
    assert not (place.snapshots / "packs" / ".partial-old").exists()
    collected = collect_garbage(keep=["both"], workspace=place)
    assert set(collected.snapshots) == {kept.id, digest(numbers(seed=2))}
    assert collected.bytes > 1_000_000
    pd.testing.assert_frame_equal(load("both", workspace=place), shared)
    assert not verify(place)
    with pytest.raises(SnapshotNotFound):
        load("gone", workspace=place)
    with pytest.raises(SnapshotNotFound):
        collect_garbage(keep=["nothing"], workspace=place)
    assert [taken.name for taken in list_snapshots(place)] == ["both"]


def test_a_manifest_can_be_read_by_a_person(place):
    """Names, dtypes and rows stand in the manifest in plain JSON, and the workspace stays out of git."""
    taken = snapshot(numbers(10), workspace=place)
    body = json.loads((place.snapshots / "manifests" / f"{taken.id}.json").read_text())
    assert [(column["name"], column["dtype"]) for column in body["columns"]] == [("x", "float64"), ("y", "int64")]
    assert (place.root / ".gitignore").read_text() == "*\n"


def test_columns_that_come_and_go_are_no_other_index(place):
    """The row index counts, and the order of the same columns; what was added or removed is told as that."""
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    whole, less, moved, other = (
        snapshot(one, workspace=place)
        for one in (frame, frame[["a"]], frame[["b", "a"]], frame.set_axis([5, 6], axis="index"))
    )
    assert (diff(whole, less, workspace=place).removed, diff(whole, less, workspace=place).index_changed) == (
        ("b",),
        False,
    )
    assert diff(less, whole, workspace=place).index_changed is False
    assert diff(whole, moved, workspace=place).index_changed
    assert diff(whole, other, workspace=place).index_changed
