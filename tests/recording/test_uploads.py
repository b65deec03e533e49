"""The recorder brings snapshots to the shared store, beside its other work."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest

from end_recorder import end_recorder
from nbops.errors import SnapshotStoreAway
from nbops.recording.flush import flush
from nbops.recording.pending import pending
from nbops.recording.process.interpreter import recorder_file, recorders
from nbops.recording.process.start import recorder_environment
from nbops.recording.process.uploads import Uploads, uploading
from nbops.recording.sync import sync
from nbops.snapshots import snapshot


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """A folder as shared store; the folder that it lies in does not exist yet."""
    monkeypatch.setenv("NBOPS_SNAPSHOTS", str(tmp_path / "drive" / "shared"))
    return tmp_path / "drive" / "shared"


@pytest.fixture
def taken(stored_workspace, shared):
    """An automatic snapshot, which waits."""
    return snapshot(pd.DataFrame({"x": np.arange(1000)}), "train", workspace=stored_workspace, upload=False)


def _once(workspace):
    arguments = [sys.executable, "-P", "-m", "nbops.recording.recorder", "--workspace", str(workspace.root), "--once"]
    return subprocess.run(arguments, env=recorder_environment(), check=False).returncode


def test_a_pass_uploads_or_says_why_not(stored_workspace, shared, taken, writer):
    """With `--once` it waits for the upload; a store that is away changes the exit code and keeps no run."""
    writer.run()
    assert _once(stored_workspace) == 1
    assert pending(stored_workspace) == 0
    told = json.loads(recorder_file(stored_workspace, "json").read_bytes())
    assert (told["waiting"], "is missing" in told["uploads"]) == ("", True)
    shared.parent.mkdir()
    assert _once(stored_workspace) == 0
    assert (shared / "manifests" / f"{taken.id}.json").exists()
    assert json.loads(recorder_file(stored_workspace, "json").read_bytes())["uploads"] == ""


def test_runs_do_not_wait_for_a_slow_upload(stored_workspace, shared, taken, writer, drain, monkeypatch):
    """While an upload takes its time, runs are recorded and only one upload is under way."""
    import nbops.recording.process.uploads as module

    go, calls = threading.Event(), []
    monkeypatch.setattr(module, "upload", lambda _: calls.append(go.wait(30)))
    uploads = Uploads(stored_workspace)
    uploads.look()
    writer.run()
    assert drain() == 1
    uploads.look()
    assert uploads.busy
    go.set()
    uploads.finish()
    uploads.look()
    uploads.finish()
    assert calls == [True], "nothing new came"
    snapshot(pd.DataFrame({"x": np.arange(2000)}), workspace=stored_workspace, upload=False)
    uploads.look()
    uploads.finish()
    assert len(calls) == 2


def test_a_failure_is_tried_again(stored_workspace, shared, taken):
    """The reason stands until an upload succeeds; somebody who asks makes it hurry."""
    uploads = Uploads(stored_workspace)
    uploads.look()
    uploads.finish()
    assert "is missing" in uploads.reason
    shared.parent.mkdir()
    uploads.look()
    assert not uploads.busy, "it was tried a moment ago"
    uploads.hurry()
    uploads.look()
    uploads.finish()
    assert (uploads.reason, uploading(stored_workspace)) == ("", (0, ""))


def test_sync_uploads(stored_workspace, shared, taken):
    """By hand it says what is in the way, and brings all when nothing is."""
    try:
        with pytest.raises(SnapshotStoreAway, match="is missing"):
            sync(stored_workspace)
        shared.parent.mkdir()
        sync(stored_workspace)
    finally:
        end_recorder(stored_workspace)
    assert (shared / "manifests" / f"{taken.id}.json").exists()


def test_flush_may_wait_for_uploads(stored_workspace, shared, taken, monkeypatch):
    """It does while the recorder uploads, and gives up soon where the store is away."""
    monkeypatch.setattr("nbops.recording.flush._HOPE", 2.0)
    try:
        assert flush(0.0, workspace=stored_workspace)
        begun = time.monotonic()
        assert flush(60, workspace=stored_workspace, uploads=True)
        assert time.monotonic() - begun < 50
        assert any(recorders(stored_workspace, "uploads"))
        shared.parent.mkdir()
        sync(stored_workspace)
        snapshot(pd.DataFrame({"x": np.arange(3000)}), workspace=stored_workspace, upload=False)
        assert flush(60, workspace=stored_workspace, uploads=True)
        assert len(list(shared.glob("manifests/*.json"))) == 2
    finally:
        end_recorder(stored_workspace)
    assert uploading(stored_workspace)[0] == 0
