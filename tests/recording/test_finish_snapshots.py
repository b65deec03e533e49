"""Copies that kernels left → snapshots of their runs, in whatever order things are read."""

from __future__ import annotations

import json
from uuid import uuid4

import pandas as pd
import pytest

from journal_writer import DEAD, ELSEWHERE, Writer
from nbops.capture.datasets.stable_file import stable_path, write_failure, write_stable
from nbops.cli.show import describe
from nbops.recording import notes
from nbops.recording.await_snapshots import await_snapshots
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.get_run import get_run
from nbops.recording.pending import pending
from nbops.snapshots import digest, load
from nbops.widgets.card import card_of_run
from nbops.widgets.run_card import run_card

FRAME = pd.DataFrame({"x": range(1000), "text": ["a", None] * 500})


def entry(key, name="train"):
    return {"name": name, "role": "train", "snapshot": None, "digest": "", "rows": 1000, "columns": {"x": "int64"},
            "by_reference": False, "pending": True, "copy": key, "profile": None}  # fmt: skip


@pytest.fixture
def key():
    return uuid4().hex


def place(writer, key):
    return stable_path(writer.workspace, writer.session, key)


def test_a_copy_becomes_the_snapshot_of_every_run_that_read_it(writer, drain, stored, client, key):
    """With id, profile and MLflow's dataset input; a run that closes later gets it too, and nothing is left."""
    first = writer.run(datasets=(entry(key),))
    write_stable(place(writer, key), FRAME)
    second = writer.run(datasets=(entry(key, "other"),))
    drain()
    third = writer.run(datasets=(entry(key),))
    drain()
    for run in (first, second, third):
        (found,) = get_run(run).snapshots
        assert (found["id"], found["pending"], found["by_reference"]) == (digest(FRAME), False, False)
        used = stored(run).inputs.dataset_inputs[0].dataset
        assert json.loads(used.source)["uri"].endswith(digest(FRAME))
    assert load(digest(FRAME), workspace=writer.workspace).equals(FRAME)
    assert [item.path for item in client.list_artifacts(stored(first).info.run_id, "data")] == [
        "data/train.profile.json"
    ]
    assert not list((writer.workspace.root / "stable").glob("*"))


def test_a_run_waits_for_its_copy_and_lets_others_pass(writer, drain, stored, key):
    """Meanwhile card and `nbops show` say what is under way."""
    held = writer.run(datasets=(entry(key),))
    free = writer.run("other")
    drain()
    assert stored(free).info.status == "FINISHED"
    assert pending(writer.workspace) == 1
    run = get_run(held)
    assert "being stored" in run_card(card_of_run(run)).html
    assert "train (1000 rows, being stored)" in describe(run)
    write_stable(place(writer, key), FRAME)
    drain()
    assert pending(writer.workspace) == 0


def test_the_read_model_comes_back_with_what_became_of_copies(writer, drain, key):
    """It is rebuilt from journal and notes."""
    run = writer.run(datasets=(entry(key),))
    write_stable(place(writer, key), FRAME)
    drain()
    before = get_run(run)
    writer.workspace.read_model.unlink()
    assert get_run(run).snapshots == before.snapshots


@pytest.mark.parametrize(
    ("owner", "state"),
    [(DEAD, "by reference"), (ELSEWHERE, "being stored"), (None, "being stored")],
)
def test_a_copy_that_is_not_there_is_awaited_while_its_kernel_may_live(stored_workspace, drain, key, owner, state):
    """A dead kernel brings none; another host's may still be at it."""
    writer = Writer(stored_workspace, owner=owner)
    run = writer.run(datasets=(entry(key),))
    drain()
    assert state in describe(get_run(run))
    writer.journal.close()


def test_a_copy_that_never_comes_does_not_keep_its_run(writer, drain, stored, key):
    """After ten minutes the run is recorded without."""
    run = writer.run(opened={"time": 1e9}, time=1e9, datasets=(entry(key),))
    drain()
    assert (
        stored(run).data.tags["nbops.warnings"] == "train is by reference: no copy of its rows came within ten minutes"
    )


def test_failed_and_damaged_copies_are_told(writer, drain, stored, key):
    """The kernel's own sentence, and what the recorder found."""
    other = uuid4().hex
    run = writer.run(datasets=(entry(key), entry(other, "test")))
    write_failure(place(writer, key), "it changed while it was being copied")
    place(writer, other).write_bytes(b"nonsense")
    drain()
    assert [item["reason"] for item in get_run(run).snapshots] == [
        "it changed while it was being copied", "its copy is damaged",
    ]  # fmt: skip
    assert "by reference" in stored(run).data.tags["mlflow.note.content"]


def test_a_frame_that_ends_the_recorder_three_times_is_given_up(writer, drain, key):
    """Somebody who takes it down with him must not do so for ever."""
    run = writer.run(datasets=(entry(key),))
    write_stable(place(writer, key), FRAME)
    for _ in range(3):
        notes.append_note(writer.journal.folder, notes.STORING, run, copy=key)
    drain()
    assert get_run(run).snapshots[0]["reason"] == "storing it ended the recorder 3 times"


def test_waiting_for_snapshots_ends(writer, drain, key, monkeypatch):
    """With the ids, or after the time given, still pending."""
    run = writer.run(datasets=(entry(key),))
    monkeypatch.setattr("nbops.recording.await_snapshots.wake", lambda *_, **__: drain())
    assert await_snapshots(get_run(run), writer.workspace, seconds=0.3).snapshots[0]["pending"]
    write_stable(place(writer, key), FRAME)
    assert await_snapshots(get_run(run), writer.workspace, seconds=20).snapshots[0]["id"] == digest(FRAME)


def test_a_quota_that_the_recorder_meets_is_told(writer, drain, key):
    """The sentence names the setting."""
    (writer.workspace.project / "pyproject.toml").write_text("[tool.nbops]\nsnapshot_gb = 0.0\n")
    run = writer.run(datasets=(entry(key),))
    write_stable(place(writer, key), FRAME)
    drain()
    assert "snapshot_gb" in get_run(run).snapshots[0]["reason"]
    with ReadModel(writer.workspace).open() as connection:
        assert connection.execute("SELECT COUNT(*) FROM copies WHERE facts = ''").fetchone()[0] == 0


def test_the_first_word_about_a_copy_holds(writer, drain, key):
    """A second recorder that came too late found no copy; the snapshot stays."""
    run = writer.run(datasets=(entry(key),))
    write_stable(place(writer, key), FRAME)
    drain()
    late = {"by_reference": True, "reason": "storing it failed: FileNotFoundError"}
    notes.append_note(writer.journal.folder, notes.STORED, run, copy=key, facts=late)
    again = writer.run(datasets=(entry(key),))
    assert [get_run(one).snapshots[0]["id"] for one in (run, again)] == [digest(FRAME)] * 2
