"""Damaged files: what is damaged is set aside and told, everything else goes on."""

from __future__ import annotations

import mlflow
import pytest
from mlflow.entities import ViewType

from journal_writer import DEAD, ELSEWHERE, Writer, until
from nbops.capture.journal.journal import read_journal
from nbops.processes import Owner, this_process
from nbops.recording.flush import flush
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.get_run import get_run
from nbops.recording.list_runs import list_runs
from nbops.recording.pending import damaged
from nbops.recording.recorder import Recorder


def _flip(path, number):
    """Flip a bit in the middle of line *number* of a file."""
    lines = path.read_bytes().splitlines(keepends=True)
    middle = len(lines[number]) // 2
    lines[number] = lines[number][:middle] + bytes([lines[number][middle] ^ 4]) + lines[number][middle + 1 :]
    path.write_bytes(b"".join(lines))


def _aside(folder):
    return {path.name.partition("-")[0]: path.read_bytes() for path in (folder / "damaged").iterdir()}


def _in_mlflow(workspace):
    client = mlflow.MlflowClient(workspace.tracking_uri)
    found = client.search_runs([item.experiment_id for item in client.search_experiments()], "", ViewType.ALL)
    return sorted((run.info.run_name, run.info.status) for run in found)


@pytest.fixture
def drain(stored_workspace):
    yield lambda: Recorder(stored_workspace).drain()
    mlflow.set_tracking_uri(None)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (0, {"a": "FINISHED", "b": "FINISHED", "c": "KILLED"}),  # who wrote it
        (1, {"": "FINISHED", "b": "FINISHED", "c": "KILLED"}),  # how a began, and its name
        (2, {"a": "KILLED", "b": "FINISHED", "c": "KILLED"}),  # how a ended
        (5, {"a": "FINISHED", "b": "FINISHED"}),  # how c began
    ],
)
def test_a_flipped_bit_costs_one_record(stored_workspace, drain, line, names):
    """Whichever record it hits, the others are recorded, no run stays RUNNING, and the bytes are kept."""
    writer = Writer(stored_workspace, owner=DEAD)
    writer.run("a", opened={"time": 1.0})
    writer.run("b", opened={"time": 2.0})
    writer.open("c", time=3.0)
    writer.journal.close()
    path = writer.journal.folder / "journal"
    _flip(path, line)
    drain()
    found = _in_mlflow(stored_workspace)
    assert {name if name in {"a", "b", "c"} else "": status for name, status in found} == names
    assert len(found) == len(names)
    assert _aside(writer.journal.folder)["journal"] == path.read_bytes().splitlines(keepends=True)[line]
    assert damaged(stored_workspace) == 1


def test_a_torn_last_record_of_a_dead_kernel_is_set_aside(stored_workspace, drain):
    """While the kernel lives it may be about to be written; when it is gone, it is damaged."""
    writer = Writer(stored_workspace, owner=DEAD)
    run = writer.run("whole")
    torn = writer.open("torn")
    path = writer.journal.folder / "journal"
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    path.write_bytes(content[:-20])
    assert [item.status for item in list_runs(stored_workspace)] == ["FINISHED"]
    assert [item.status for item in list_runs(stored_workspace)] == ["FINISHED"]
    assert _aside(writer.journal.folder)["journal"] == lines[-1][:-20]
    assert damaged(stored_workspace) == 1
    drain()
    assert _in_mlflow(stored_workspace) == [("whole", "FINISHED")]
    assert {item.id for item in list_runs(stored_workspace)} == {run} != {torn}


def test_garbage_behind_a_living_kernel_costs_no_record(stored_workspace, writer, drain):
    """Somebody writes half a line into the journal; the kernel's next record begins a line of its own."""
    writer.run("before")
    with (writer.journal.folder / "journal").open("ab") as file:
        file.write(b"\x00\xffgarb\rage")
    writer.run("after")
    drain()
    assert _in_mlflow(stored_workspace) == [("after", "FINISHED"), ("before", "FINISHED")]
    assert b"garb\rage" in _aside(writer.journal.folder)["journal"]


@pytest.fixture
def writer(stored_workspace):
    session = Writer(stored_workspace)
    yield session
    session.journal.close()


def test_a_journal_that_was_cut_goes_on(stored_workspace, writer, drain):
    """What was folded stays, what comes next is recorded, and no logged value is written twice."""
    run = writer.open("a")
    writer.log(run, metrics={"loss": 0.5})
    assert list_runs(stored_workspace)[0].status == "RUNNING"
    path = writer.journal.folder / "journal"
    kept = path.read_bytes()
    writer.run("b")
    list_runs(stored_workspace)
    with path.open("r+b") as file:
        file.truncate(len(kept) - 3)  # in the middle of what `a` logged
    writer.close(run, metrics={"auc": 0.9})
    writer.run("c")
    drain()
    assert _in_mlflow(stored_workspace) == [("a", "FINISHED"), ("b", "FINISHED"), ("c", "FINISHED")]
    client = mlflow.MlflowClient(stored_workspace.tracking_uri)
    history = client.get_metric_history(get_run("a").mlflow_run_id, "loss")
    assert [(point.value, point.step) for point in history] == [(0.5, 0)]


def test_a_journal_cut_to_nothing_begins_anew(stored_workspace, writer, drain):
    """The kernel says again who it is."""
    writer.run("a")
    list_runs(stored_workspace)
    with (writer.journal.folder / "journal").open("r+b") as file:
        file.truncate(0)
    writer.run("b, which is longer")
    drain()
    assert _in_mlflow(stored_workspace) == [("a", "FINISHED"), ("b, which is longer", "FINISHED")]
    assert read_journal(writer.journal.folder).records[0].type == "session"


@pytest.mark.parametrize("hurt", ["flip", "cut", "delete"])
def test_damaged_notes_make_no_run_twice(stored_workspace, writer, drain, hurt):
    """Where a note may be missing, MLflow is asked whether it has the run."""
    writer.run("a")
    drain()
    writer.run("b")
    notes = writer.journal.folder / "notes"
    if hurt == "flip":
        for number in range(len(notes.read_bytes().splitlines())):
            _flip(notes, number)
    elif hurt == "cut":
        with notes.open("r+b") as file:
            file.truncate(30)
    else:
        notes.unlink()
    if hurt == "flip":
        for path in stored_workspace.root.glob("runs.db*"):
            path.unlink()
    drain()
    drain()
    assert _in_mlflow(stored_workspace) == [("a", "FINISHED"), ("b", "FINISHED")]
    if hurt == "flip":
        assert "notes" in _aside(writer.journal.folder)


def test_read_model_damaged_or_deleted_under_a_running_recorder(stored_workspace, writer, recorder):
    """Garbage, a cut, a file that is gone: it is built anew and the recorder goes on."""
    recorder()
    writer.run("first")
    assert flush(90, workspace=stored_workspace)
    path = stored_workspace.read_model
    for name, hurt in {
        "cut": lambda: path.write_bytes(path.read_bytes()[:9000]),
        "garbage": lambda: path.write_bytes(b"no database" * 2000),
        "gone": path.unlink,
        "page": lambda: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 8192 + path.read_bytes()[12288:]),
    }.items():
        hurt()
        writer.run(name)
        until(lambda: _recorded(stored_workspace, name), 60)  # noqa: B023 # used at once
    assert sorted(run.name for run in list_runs(stored_workspace)) == ["cut", "first", "garbage", "gone", "page"]
    assert [name for name, _ in _in_mlflow(stored_workspace)] == ["cut", "first", "garbage", "gone", "page"]


def _recorded(workspace, name):
    from nbops.errors import NbopsError

    try:
        return not get_run(name, workspace=workspace).pending
    except NbopsError:
        return False


def test_who_wrote_it_decides_what_became_of_a_run(stored_workspace):
    """Another host's is never declared KILLED; one from before a reboot is; one whose pid was reused is."""
    here = this_process().to_json()
    rebooted = Owner(**(here | {"boot": "another-boot"}))
    recycled = Owner(**(here | {"started": here["started"] - 1}))
    owners = {"elsewhere": ELSEWHERE, "alive": this_process(), "rebooted": rebooted, "recycled": recycled}
    for name, owner in owners.items():
        Writer(stored_workspace, owner=owner).open(name)
    assert {run.name: run.status for run in list_runs(stored_workspace)} == {
        "elsewhere": "RUNNING", "alive": "RUNNING", "rebooted": "KILLED", "recycled": "KILLED",
    }  # fmt: skip


def test_network_file_system_goes_without_wal(stored_workspace, monkeypatch):
    """SQLite's write-ahead log needs shared memory, which hosts do not share; a nameless kernel counts as alive."""
    from nbops.recording.folding import fold, read_model

    monkeypatch.setattr(read_model, "is_on_network", lambda _: True)
    monkeypatch.setattr(fold, "is_on_network", lambda _: True)
    writer = Writer(stored_workspace, owner=DEAD)
    writer.open("a")
    writer.journal.close()
    _flip(writer.journal.folder / "journal", 0)
    assert [run.status for run in list_runs(stored_workspace)] == ["RUNNING"]
    with ReadModel(stored_workspace).open() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
