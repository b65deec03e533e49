"""The shared store: what is removed, and what nobody may remove."""

from __future__ import annotations

import os
import time

import pytest
from frames import numbers

from nbops.errors import SnapshotNotFound
from nbops.snapshots import (
    collect_garbage,
    describe,
    forget,
    list_snapshots,
    load,
    snapshot,
    upload,
    verify,
)


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
