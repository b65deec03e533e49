"""The shared store: what several workspaces see, and what is sent."""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from frames import numbers

from nbops.errors import ConfigError, SnapshotNotFound, SnapshotStoreAway
from nbops.snapshots import (
    describe,
    diff,
    list_snapshots,
    load,
    snapshot,
    upload,
    verify,
    waiting_uploads,
)
from nbops.snapshots.shared.remote import open_remote
from nbops.workspace import Workspace


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


def test_what_has_no_room_here_can_still_be_loaded(folder, places, monkeypatch):
    """Beyond the quota, the copy lasts as long as the load."""
    snapshot(numbers(), "train", workspace=places("ada"))
    monkeypatch.setenv("NBOPS_SNAPSHOT_GB", "0.0001")
    other = places("ben")
    for _ in range(2):
        assert load("train", workspace=other).equals(numbers())
    assert not list(other.root.rglob("*.pack"))
