"""Garbage collection keeps what anything refers to, says why, and never takes what a kernel is adding."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from journal_writer import ELSEWHERE, Writer, until
from nbops.errors import SnapshotError, SnapshotNotFound, StoreUnavailable
from nbops.ledger.event import Event
from nbops.recording.delete_run import delete_run
from nbops.recording.folding.read_model import ReadModel
from nbops.registry.collect_snapshots import collect_snapshots
from nbops.registry.open_registry import open_registry
from nbops.registry.record import record
from nbops.snapshots import load, snapshot, verify

_YEAR = 365 * 86_400


@pytest.fixture(name="writer")
def _writer(stored_workspace):
    session = Writer(stored_workspace)
    yield session
    session.journal.close()


@pytest.fixture(name="keep")
def _keep(stored_workspace, monkeypatch):
    """Take a snapshot a year ago."""

    def take(seed, name=None):
        with monkeypatch.context() as past:
            past.setattr("nbops.snapshots.names.time", SimpleNamespace(time=lambda: time.time() - _YEAR))
            return snapshot(pd.DataFrame({"x": np.random.default_rng(seed).normal(size=5000)}), name).id

    return take


def reads(identity, name="train"):
    """What a run's record says of a frame that it read."""
    return {"datasets": ({"name": name, "role": "", "snapshot": identity, "rows": 5000, "columns": {}},)}


def test_whatever_refers_to_a_snapshot_keeps_it(stored_workspace, writer, keep):
    """Runs, deleted runs, names, documents, watches, version tags and ledger events; nothing else does."""
    ids = {what: keep(seed) for seed, what in enumerate(
        ["run", "deleted", "report", "watch", "version", "event", "param", "nothing"], start=1
    )}  # fmt: skip
    former, ids["name"] = keep(20, "train"), keep(21, "train")
    writer.run("fit", **reads(ids["run"]))
    gone = writer.run("worse", **reads(ids["deleted"]))
    delete_run(gone)
    writer.run("score", parameters={"data": ids["param"]})
    ReadModel(stored_workspace).put("report", "churn/june", {"current": {"snapshot": ids["report"]}})
    (stored_workspace.root / "watches").mkdir()
    (stored_workspace.root / "watches" / "churn.json").write_text(json.dumps({"of": ids["watch"]}))
    registry = open_registry(stored_workspace)
    client = registry._client
    client.create_registered_model("churn")
    client.create_model_version("churn", "file:///nowhere", tags={"nbops.data": json.dumps([{"id": ids["version"]}])})
    assert isinstance(record(registry, "assign", "churn", lambda _: {"data": ids["event"]}), Event)
    planned = collect_snapshots(dry_run=True)
    assert {one.id for one in planned.gone} == {ids["nothing"], former}
    assert planned.bytes > 50_000
    assert load(ids["nothing"]) is not None
    done = collect_snapshots()
    assert {one.id for one in done.gone} == {ids["nothing"], former}
    assert done.bytes > 50_000
    told = {what: done.kept[identity] for what, identity in ids.items() if what != "nothing"}
    assert told["run"][0].startswith("run fit (")
    assert told["deleted"][0].startswith("deleted run worse (")
    assert told["param"][0].startswith("run score (")
    assert told["name"] == ("name train",)
    assert told["report"] == ("report churn/june",)
    assert told["watch"] == ("watch churn",)
    assert told["version"] == ("version churn v1",)
    assert told["event"] == ("ledger event 1 (assign churn)",)
    for what, identity in ids.items():
        if what != "nothing":
            assert len(load(identity)) == 5000
    with pytest.raises(SnapshotNotFound):
        load(ids["nothing"])
    assert not verify()


def test_a_journal_is_believed_also_where_it_is_damaged(stored_workspace, writer, keep):
    """A record that nobody folded, and one whose checksum is wrong, still keep their snapshots."""
    one, other = keep(1), keep(2)
    writer.run("fit", **reads(one))
    writer.run("torn", **reads(other))
    path = writer.journal.folder / "journal"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[-1] = lines[-1][:-40] + b"#" * 39 + b"\n"
    path.write_bytes(b"".join(lines))
    found = collect_snapshots()
    assert not found.gone
    assert any("session" in why for why in found.kept[other])


def test_recent_snapshots_stay(stored_workspace, keep):
    """What was taken today, or again today, may still be wanted; a limit of none leaves ten minutes."""
    old = keep(1)
    again = keep(2)
    frame = pd.DataFrame({"x": np.random.default_rng(2).normal(size=5000)})
    assert snapshot(frame).id == again
    new = snapshot(pd.DataFrame({"x": np.random.default_rng(3).normal(size=5000)}))
    found = collect_snapshots(older_than=0)
    assert [one.id for one in found.gone] == [old]
    assert set(found.kept) == {again, new.id}


def test_an_open_run_keeps_what_was_taken_since(stored_workspace, keep):
    """A cell of many hours names what it read only when it ends; on another host nobody knows that it is dead."""
    session = Writer(stored_workspace, owner=ELSEWHERE)
    session.open("long", time=time.time() - _YEAR - 60)
    taken = keep(1)
    found = collect_snapshots()
    assert not found.gone
    assert "run long (" in found.kept[taken][0]
    session.journal.close()


def test_nothing_is_removed_while_mlflow_cannot_be_asked(stored_workspace, writer, keep, monkeypatch):
    """A server that is down, or a database on a disk that is not there, may refer to anything."""
    taken = keep(1)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    for dry_run in (True, False):
        with pytest.raises(StoreUnavailable, match="every snapshot stays"):
            collect_snapshots(dry_run=dry_run)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{stored_workspace.root}/not/mounted.db")
    with pytest.raises(StoreUnavailable, match=r"mounted\.db is not there"):
        collect_snapshots()
    assert load(taken) is not None
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert [one.id for one in collect_snapshots().gone] == [taken]


def test_damage_stops_it(stored_workspace, keep):
    """While a manifest cannot be read nobody knows which chunks it needs: nothing is removed."""
    one, other = keep(1), keep(2)
    path = stored_workspace.snapshots / "manifests" / f"{one}.json"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(SnapshotError, match=f"manifest of snapshot {one[:12]} is damaged"):
        collect_snapshots()
    assert len(load(other)) == 5000
    path.write_bytes(whole)
    assert {taken.id for taken in collect_snapshots().gone} == {one, other}


def test_a_workspace_without_mlflow_has_nothing_to_ask(tmp_path, monkeypatch):
    """Before the first recorded run there is no store, which is no reason to keep everything."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert collect_snapshots().gone == ()
    taken = snapshot(pd.DataFrame({"x": [1]}))
    log = tmp_path / ".nbops" / "snapshots" / "names.jsonl"
    log.write_text(json.dumps(json.loads(log.read_text()) | {"time": 1.0}) + "\n")
    assert [one.id for one in collect_snapshots().gone] == [taken.id]


KERNEL = """
import sys
import time
import numpy as np, pandas as pd
from journal_writer import Writer
from nbops.snapshots import snapshot
from nbops.workspace import find_workspace

session = Writer(find_workspace())
base = pd.DataFrame({"base": np.arange(20_000.0)})
print("go", flush=True)
end = time.monotonic() + float(sys.argv[2])
number = 0
while time.monotonic() < end:
    number += 1
    run = session.open(f"run {number}")
    taken = snapshot(base.assign(x=np.random.default_rng((int(sys.argv[1]), number)).normal(size=20_000)))
    time.sleep(0.01)
    session.close(run, datasets=({"name": "train", "role": "", "snapshot": taken.id, "rows": 20_000, "columns": {}},))
    print(taken.id, flush=True)
"""


def test_a_kernel_that_adds_loses_nothing(stored_workspace, keep):
    """Two processes record runs with data while garbage is collected again and again; every run can load its data."""
    seconds = 4.0
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "NBOPS_RECORDER": "off"}
    for seed in range(100, 110):
        keep(seed)
    kernels = [
        subprocess.Popen(
            [sys.executable, "-c", KERNEL, str(seed), str(seconds)], stdout=subprocess.PIPE, text=True, env=environment
        )
        for seed in (1, 2)
    ]
    for kernel in kernels:
        assert kernel.stdout.readline() == "go\n"
    collected, removed, refused = 0, 0, 0
    while any(kernel.poll() is None for kernel in kernels):
        try:
            removed += len(collect_snapshots(older_than=0).gone)
            collected += 1
            keep(1000 + collected)
        except SnapshotError:  # somebody is adding at this very moment
            refused += 1
    taken = [line.strip() for kernel in kernels for line in kernel.communicate()[0].splitlines()]
    assert [kernel.returncode for kernel in kernels] == [0, 0]
    until(lambda: collect_snapshots(older_than=0) is not None)
    assert len(taken) > 20
    assert removed >= 10
    assert collected > 1, refused
    for identity in taken:
        assert len(load(identity)) == 20_000
    assert not verify()
