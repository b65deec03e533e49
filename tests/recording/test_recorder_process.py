"""The recorder as a process of its own: started on demand, alone, gone when idle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from journal_writer import Writer, until
from nbops.recording.flush import flush
from nbops.recording.get_run import get_run
from nbops.recording.pending import pending, recorder_state
from nbops.recording.process.interpreter import is_recording, recorder_file
from nbops.recording.process.start import recorder_environment, wake
from nbops.recording.sync import sync
from nbops.workspace import ENVIRONMENT, Workspace, open_workspace


def _recorder(workspace, *options):
    arguments = [sys.executable, "-P", "-m", "nbops.recording.recorder", "--workspace", str(workspace.root), *options]
    return subprocess.Popen(arguments, env=recorder_environment(), stderr=subprocess.PIPE)


@pytest.fixture
def strange_place(tmp_path, mlflow_template, monkeypatch):
    """A workspace below a path with spaces and letters beyond ASCII, with a module that hides one of Python's."""
    import shutil

    project = tmp_path / "mein Räum ☃" / "проект"
    project.mkdir(parents=True)
    (project / "pyproject.toml").write_text("")
    (project / "random.py").write_text("raise RuntimeError('not the real random')\n")
    workspace = open_workspace(project)
    shutil.copy(mlflow_template, workspace.root / "mlflow.db")
    monkeypatch.chdir(project)
    monkeypatch.setenv(ENVIRONMENT, str(workspace.root))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return workspace


def test_recorder_is_woken_flushed_and_leaves(strange_place):
    """Started by `flush`, alone; a wake is cheap while it runs; `sync` finds nothing left; idle, one goes."""
    writer = Writer(strange_place, notebook="Übung 1.ipynb")
    run = writer.run("größe", opened={"notebook": "Übung 1.ipynb"}, parameters={"größe": "ä"})
    assert (pending(strange_place), recorder_state(strange_place)) == (1, "stopped")
    assert flush(60, workspace=strange_place)
    assert recorder_state(strange_place) == "working"
    found = get_run(run)
    assert (found.mlflow_run_id is not None, found.experiment) == (True, "Übung 1")
    second = _recorder(strange_place)
    assert second.wait(20) == 0, "another recorder of the same workspace leaves at once"
    times = []
    for _ in range(50):
        begun = time.perf_counter()
        assert wake(strange_place) is False
        times.append(time.perf_counter() - begun)
    assert sorted(times)[25] < 0.002
    assert sync(strange_place).pending == 0
    os.kill(json.loads(recorder_file(strange_place, "json").read_bytes())["pid"], signal.SIGTERM)
    until(lambda: not is_recording(strange_place), 30)
    assert _recorder(strange_place, "--idle", "0.1").wait(60) == 0


def test_orphans_of_another_interpreter_are_recorded(stored_workspace):
    """A virtual environment that was deleted leaves nobody else to do it; a living one is left its own."""
    from journal_writer import DEAD
    from nbops.recording.folding.read_model import ReadModel
    from nbops.recording.process.work import waiting_rows

    Writer(stored_workspace, python="/nowhere/bin/python").run("deleted environment")
    Writer(stored_workspace, python="/bin/sh").run("living kernel of another environment")
    Writer(stored_workspace, python="/bin/sh", owner=DEAD).run("dead kernel of another environment")
    ReadModel(stored_workspace).fold()
    names = {row["name"] for row in waiting_rows(ReadModel(stored_workspace))}
    assert names == {"deleted environment", "dead kernel of another environment"}


def test_names_of_one_interpreter_are_one(tmp_path):
    """`python` and `python3` of an environment share a recorder; another environment on the same binary has its own."""
    for name in ("one/python", "one/python3", "two/python"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(sys.executable)
    one, again, two = (
        recorder_file(Workspace(tmp_path), "lock", str(tmp_path / name))
        for name in ("one/python", "one/python3", "two/python")
    )
    assert one == again != two


def test_switched_off_recorder_starts_by_hand_only(stored_workspace, monkeypatch):
    """`NBOPS_RECORDER=off` keeps everything in the journal."""
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    assert wake(stored_workspace) is False
    assert not is_recording(stored_workspace)


def test_flush_has_patience_and_an_end(stored_workspace, writer):
    """False when time is up; what waits goes on waiting."""
    writer.run()
    assert flush(0.0, workspace=stored_workspace) is False
    assert pending(stored_workspace) == 1


def test_fresh_store_is_made_by_the_recorder(tmp_path, monkeypatch):
    """No mlflow.db yet: created once, in WAL mode, with the experiment's files inside the workspace."""
    import sqlite3

    project = tmp_path / "fresh"
    project.mkdir()
    monkeypatch.setenv(ENVIRONMENT, str(project / ".nbops"))
    monkeypatch.chdir(project)
    workspace = open_workspace(project)
    Writer(workspace).run()
    done = _recorder(workspace, "--once")
    assert done.wait(100) == 0, done.stderr.read()
    assert pending(workspace) == 0
    connection = sqlite3.connect(workspace.root / "mlflow.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    where = connection.execute("SELECT artifact_location FROM experiments WHERE name = 'train'").fetchone()[0]
    connection.close()
    assert where.startswith((workspace.root / "artifacts").as_uri())
    assert not (project / "mlruns").exists()
    assert os.listdir(project) == [".nbops"]  # noqa: PTH208 # names are enough
