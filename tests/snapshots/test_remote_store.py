"""The shared store: what several workspaces see, what interrupted, damaged and absent stores cost, what is removed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import numpy as np
import pandas as pd
import pytest

from nbops.errors import ConfigError, SnapshotError, SnapshotNotFound, SnapshotStoreAway
from nbops.snapshots import (
    collect_garbage,
    describe,
    diff,
    forget,
    list_snapshots,
    load,
    snapshot,
    upload,
    verify,
    waiting_uploads,
)
from nbops.snapshots.shared.remote import open_remote
from nbops.workspace import Workspace


def numbers(rows=60_000, seed=1):
    """A column that does not compress."""
    return pd.DataFrame({"x": np.random.default_rng(seed).normal(size=rows), "y": np.arange(rows) % 7})


@pytest.fixture(name="places")
def _places(tmp_path):
    """Make workspaces of machines that share nothing but the store."""

    def make(name):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "pyproject.toml").touch()
        return Workspace(tmp_path / name / ".nbops")

    return make


@pytest.fixture(name="folder")
def _folder(tmp_path, monkeypatch):
    """A folder as store."""
    monkeypatch.setenv("NBOPS_SNAPSHOTS", str(tmp_path / "shared"))
    return tmp_path / "shared"


@pytest.fixture(name="store", params=["folder", "file", "memory", "s3"])
def _store(request, tmp_path, monkeypatch):
    """Any kind of store."""
    if request.param == "s3":
        request.getfixturevalue("s3")
    else:
        urls = {
            "folder": str(tmp_path / "shared"),
            "file": f"file://{tmp_path}/shared",
            "memory": f"memory://{uuid4()}",
        }
        monkeypatch.setenv("NBOPS_SNAPSHOTS", urls[request.param])
    return request.param


def test_two_workspaces_see_each_others_snapshots(store, places):
    """By name, id and digits; names go by time; what was loaded is there without the store; all of it verifies."""
    ada, ben = places("ada"), places("ben")
    one = snapshot(numbers(), "train", workspace=ada)
    two = snapshot(numbers(seed=2), "train", workspace=ben)
    assert [(taken.id, taken.name) for taken in list_snapshots(ada)] == [(two.id, "train"), (one.id, "train")]
    assert describe("train", workspace=ada).id == two.id
    pd.testing.assert_frame_equal(load("train", workspace=ada), numbers(seed=2), check_exact=True)
    pd.testing.assert_frame_equal(load(one.id[:8], workspace=ben), numbers(), check_exact=True)
    assert diff(one, two, workspace=places("eve")).changed == ("x",)
    assert verify(ada) == verify(places("eve")) == []
    os.environ["NBOPS_SNAPSHOTS"] = ""
    assert load(two.id, workspace=ada).equals(numbers(seed=2))
    with pytest.raises(SnapshotNotFound, match="'nothing'"):
        load("nothing", workspace=ada)


def test_what_the_store_has_is_not_sent_again(store, places):
    """A row more, sent from a machine that has never been there, costs what is new."""
    full = snapshot(numbers(200_000), "train", workspace=places("ada"))
    fresh = places("fresh")
    more = pd.concat([numbers(200_000), numbers(10, seed=5)], ignore_index=True)
    taken = snapshot(more, "train", workspace=fresh, upload=False)
    sent = upload(fresh)
    assert taken.new_bytes > 0.9 * full.new_bytes, "the machine itself had nothing"
    assert (sent.snapshots, sent.bytes < 0.15 * full.new_bytes) == (1, True)
    assert upload(fresh).bytes == 0
    assert load("train", workspace=places("third")).equals(more)
    assert not verify(fresh)


def test_an_unchanged_frame_asks_nobody(folder, places):
    """Taken again it is known to be there, also while the store is away."""
    place = places("ada")
    first = snapshot(numbers(), "train", workspace=place)
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("in the way")
    assert snapshot(numbers(), "train", workspace=place).id == first.id
    assert load(first.id, workspace=place).equals(numbers())


def test_captures_wait_for_an_upload(folder, places):
    """Automatic snapshots touch the workspace only; `upload` brings all of them, once."""
    place = places("ada")
    for seed in (1, 2):
        snapshot(numbers(seed=seed), f"x{seed}", workspace=place, upload=False)
    snapshot(numbers(seed=1), "again", workspace=place, upload=False)
    assert not folder.exists()
    assert [taken.name for taken in waiting_uploads(place)] == ["x1", "x2", "again"]
    assert upload(place).snapshots == 3
    assert waiting_uploads(place) == []
    assert upload(place) == type(upload(place))(0, 0)
    assert {taken.name for taken in list_snapshots(places("ben"))} == {"x1", "x2", "again"}


def test_a_setting_that_cannot_be_used_is_explained(places, monkeypatch):
    """The sentence names what is missing and the extra that brings it; credentials are not repeated."""
    place = places("ada")
    monkeypatch.setenv("NBOPS_SNAPSHOTS", "gs://ada:hunter22@bucket/prefix")
    with pytest.raises(ConfigError, match="gs://bucket/prefix needs a package") as caught:
        snapshot(numbers(), workspace=place)
    assert "nbops[remote]" in caught.value.hint
    monkeypatch.setenv("NBOPS_SNAPSHOTS", "nosuch://ada:hunter22@bucket/prefix?token=hunter22")
    with pytest.raises(ConfigError, match="'nosuch://bucket/prefix', which cannot be used") as caught:
        snapshot(numbers(), workspace=place)
    assert "hunter22" not in str(caught.value)
    monkeypatch.setenv("NBOPS_SNAPSHOTS", "sftp://ada:hunter22@127.0.0.1:1/prefix")
    with pytest.raises((ConfigError, SnapshotStoreAway), match="sftp://127") as caught:
        snapshot(numbers(), workspace=place)
    assert "hunter22" not in str(caught.value)
    assert not [path for path in place.root.rglob("*") if path.is_file() and b"hunter22" in path.read_bytes()]
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    monkeypatch.setenv("NBOPS_SNAPSHOTS", "memory://x")
    with pytest.raises(ConfigError, match="not installed"):
        snapshot(numbers(), workspace=place)


def test_a_store_may_stand_in_the_projects_settings(places):
    """`[tool.nbops.capture] snapshots` is relative to the project; the workspace's own folder is no shared store."""
    place = places("ada")
    settings = place.project / "pyproject.toml"
    settings.write_text('[tool.nbops.capture]\nsnapshots = "../team"\n')
    taken = snapshot(numbers(), "train", workspace=place)
    assert (place.project.parent / "team" / "manifests" / f"{taken.id}.json").exists()
    settings.write_text('[tool.nbops.capture]\nsnapshots = ".nbops/snapshots"\n')
    assert open_remote(place) is None
    snapshot(numbers(seed=2), "train", workspace=place)
    assert not (place.snapshots / "names").exists()


def _write(root, seed):
    frame = pd.DataFrame({"own": np.random.default_rng(seed).normal(size=30_000), "all": np.arange(30_000.0)})
    for count in range(3):
        snapshot(frame + count, f"n{seed}", workspace=Workspace(Path(root)))
        snapshot(frame["all"].to_frame(), "all", workspace=Workspace(Path(root)))


def test_writers_do_not_disturb_each_other(s3, places):
    """Two processes of one workspace and two of others write shared and own content at once; nothing is lost."""
    context = multiprocessing.get_context("spawn")
    roots = [places(name).root for name in ("ada", "ada", "ben", "eve")]
    writers = [context.Process(target=_write, args=(str(root), seed)) for seed, root in enumerate(roots)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    fresh = places("fresh")
    assert {taken.name for taken in list_snapshots(fresh)} == {"n0", "n1", "n2", "n3", "all"}
    assert len(list_snapshots(fresh)) == 13
    assert not verify(fresh)
    assert all(not waiting_uploads(places(name)) for name in ("ada", "ben", "eve"))


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


def test_what_has_no_room_here_can_still_be_loaded(folder, places, monkeypatch):
    """Beyond the quota, the copy lasts as long as the load."""
    snapshot(numbers(), "train", workspace=places("ada"))
    monkeypatch.setenv("NBOPS_SNAPSHOT_GB", "0.0001")
    other = places("ben")
    for _ in range(2):
        assert load("train", workspace=other).equals(numbers())
    assert not list(other.root.rglob("*.pack"))


def _age(folder, days):
    """Let everything in the store have been written *days* earlier than it was."""
    for path in folder.rglob("*"):
        if path.is_file():
            then = path.stat().st_mtime - days * 86_400
            os.utime(path, (then, then))


def test_garbage_in_the_store_waits_for_two_days_and_for_everybody(folder, places):
    """What no workspace names goes, in steps; what anybody names or took up again stays."""
    ada, ben = places("ada"), places("ben")
    ours = snapshot(numbers(seed=1), "ours", workspace=ada)
    both = snapshot(numbers(seed=2), "both", workspace=ada)
    snapshot(numbers(seed=2), "theirs", workspace=ben)
    kept = snapshot(numbers(seed=3), "kept", workspace=ada)
    back = snapshot(numbers(seed=4), "back", workspace=ada)
    full = sum(path.stat().st_size for path in folder.glob("packs/*.pack"))
    found = [collect_garbage(keep=["kept"], workspace=ada)]
    assert len(list(folder.glob("packs/*.pack"))) == 4, "younger than a day"
    assert set(found[0].snapshots) == {ours.id, both.id, back.id}
    _age(folder, 1.1)
    found.append(collect_garbage(keep=["kept"], workspace=ada))
    assert len(list(folder.glob("packs/*.pack"))) == 4, "condemned"
    snapshot(numbers(seed=4), "back", workspace=ben)
    for _ in range(3):
        _age(folder, 1.1)
        found.append(collect_garbage(keep=["kept"], workspace=ada))
    assert ours.id in {one for collected in found[1:] for one in collected.snapshots}
    assert sum(path.stat().st_size for path in folder.glob("packs/*.pack")) < 3.05 / 4 * full
    assert {taken.name for taken in list_snapshots(places("eve"))} == {"kept", "theirs", "back"}
    assert load(both.id, workspace=places("eve")).equals(numbers(seed=2))
    assert load("back", workspace=places("eve")).equals(numbers(seed=4))
    assert not verify(places("eve"))
    assert describe(kept, workspace=ada).id == kept.id
    with pytest.raises(SnapshotNotFound):
        load(ours.id, workspace=places("eve"))


def test_garbage_is_not_what_somebody_is_adding(folder, places):
    """Packs whose manifest is on its way stay, and a writer does not rely on what is condemned."""
    ada, ben = places("ada"), places("ben")
    taken = snapshot(numbers(), "train", workspace=ada)
    (manifest,) = folder.glob("manifests/*.json")
    manifest.unlink()
    for name in folder.rglob("names/*/*"):
        name.unlink()
    collect_garbage(workspace=ben)
    assert len(list(folder.glob("packs/*.pack"))) == 1
    assert not list(folder.glob("condemned/packs/*"))
    _age(folder, 1.1)
    collect_garbage(workspace=ben)
    assert len(list(folder.glob("condemned/packs/*"))) == 1
    snapshot(numbers(), "mine", workspace=ben)
    _age(folder, 1.1)
    for _ in range(2):
        collect_garbage(workspace=places("eve"))
    assert not list(folder.glob("condemned/packs/*"))
    assert load(taken.id, workspace=places("eve")).equals(numbers())


def test_garbage_collection_works_on_s3(s3, places, monkeypatch):
    """The same on an object store, with no time to wait."""
    monkeypatch.setattr("nbops.snapshots.shared.collect_remote.GRACE", 0.0)
    ada = places("ada")
    snapshot(numbers(seed=1), "gone", workspace=ada)
    snapshot(numbers(seed=2), "kept", workspace=ada)
    full = _packed(s3)
    for _ in range(3):
        time.sleep(1.1)  # the store tells whole seconds
        collect_garbage(keep=["kept"], workspace=ada)
    assert _packed(s3) < 0.55 * full
    assert load("kept", workspace=places("ben")).equals(numbers(seed=2))
    assert upload(ada).snapshots == 0
    assert not verify(places("ben"))


def _packed(s3):
    found = s3.client.list_objects_v2(Bucket=s3.bucket, Prefix=f"{s3.prefix}/packs/")["Contents"]
    return sum(one["Size"] for one in found)


def test_a_workspace_forgets_its_own_names_only(folder, places):
    """The name is gone from the store too; what another workspace called the same stays, and is not ours to forget."""
    ada, ben = places("ada"), places("ben")
    snapshot(numbers(), "train", workspace=ada)
    theirs = snapshot(numbers(seed=2), "train", workspace=ben)
    forget("train", workspace=ada)
    assert [taken.id for taken in list_snapshots(ada) if taken.name == "train"] == [theirs.id]
    with pytest.raises(SnapshotNotFound, match="another workspace gave that name"):
        forget("train", workspace=ada)
    forget("train", workspace=ben)
    with pytest.raises(SnapshotNotFound):
        describe("train", workspace=places("eve"))
