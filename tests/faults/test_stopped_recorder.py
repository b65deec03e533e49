"""A recorder that was stopped, and one whose workspace was moved."""

from __future__ import annotations

import os
import signal
import time

import pytest

from end_recorder import end_recorder
from journal_writer import Writer, until
from nbops.capture.boundary import NotRecorded
from nbops.errors import StoreUnavailable
from nbops.readiness.examine import examine
from nbops.recording.flush import flush
from nbops.recording.pending import pending, recorder_state
from nbops.recording.process.interpreter import is_recording, recorder_file
from nbops.recording.sync import sync
from nbops.workspace import Workspace


def test_a_stopped_recorder_does_not_answer(stored_workspace, recorder):
    """Half a minute without a sign of life is told by every screen, with its pid; running again, it works."""
    process = recorder()
    Writer(stored_workspace).run()
    told = recorder_file(stored_workspace, "json")
    until(lambda: told.exists() and pending(stored_workspace) == 0)
    begun = told.stat().st_mtime
    until(lambda: told.stat().st_mtime > begun)  # idle, it goes on to touch it
    os.kill(process.pid, signal.SIGSTOP)
    try:
        Writer(stored_workspace).run()
        assert recorder_state(stored_workspace) == "working", "not yet"
        os.utime(told, (time.time() - 31.0, time.time() - 31.0))
        sentence = f"the recorder does not answer (pid {process.pid})"
        assert recorder_state(stored_workspace) == f"waiting: {sentence}"
        found = [one for one in examine(stored_workspace, local=True) if one.topic == "recorder"]
        assert f"it does not answer (pid {process.pid}); 1 run safe in the journal" in found[0].sentence
        assert found[0].remedy == f"kill -9 {process.pid}; nbops sync"
        with pytest.warns(NotRecorded, match=r"does not answer \(pid"):
            assert not flush(0.0, workspace=stored_workspace)
        with pytest.raises(StoreUnavailable, match=r"1 runs wait: the recorder does not answer") as caught:
            sync(stored_workspace, timeout=30.0)
        assert caught.value.hint == f"kill -9 {process.pid}; nbops sync"
    finally:
        os.kill(process.pid, signal.SIGCONT)
    until(lambda: pending(stored_workspace) == 0)
    until(lambda: recorder_state(stored_workspace) == "working")


def test_a_recorder_leaves_a_workspace_that_moved(stored_workspace, monkeypatch):
    """The project is renamed: the recorder goes, makes no records in the old place, and another serves the new one."""
    monkeypatch.setenv("NBOPS_RECORDER", "on")
    Writer(stored_workspace).run()
    assert flush(60, workspace=stored_workspace)
    project = stored_workspace.project
    moved = project.with_name("project-moved")
    project.rename(moved)
    place = Workspace(moved / ".nbops")
    try:
        Writer(place).run()
        until(lambda: pending(place) == 0)
        # MLflow alone still goes there: its experiments know their artifacts by an absolute path.
        assert {path.name for path in project.glob(".nbops/*")} <= {"artifacts"}
        assert is_recording(place)
        assert sync(place, timeout=30.0).pending == 0
    finally:
        end_recorder(place)
