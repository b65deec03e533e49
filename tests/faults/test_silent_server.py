"""A tracking server that takes connections and never answers: nobody waits for it, and it is said."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time

import pytest

from end_recorder import end_recorder
from journal_writer import Writer
from nbops.errors import StoreUnavailable
from nbops.recording.get_run import get_run
from nbops.recording.pending import pending
from nbops.recording.process.interpreter import is_recording
from nbops.recording.process.start import recorder_environment
from nbops.recording.recorder import Recorder

_PATIENCE = 1.0  # seconds that a cell or a list may take on a busy machine; an unanswered request takes minutes
_KERNEL = r"""
import contextlib, io, json, sys, time
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
def run(source):
    said = io.StringIO()
    begun = time.perf_counter()
    with contextlib.redirect_stdout(said):
        shell.run_cell(source, store_history=True).raise_error()
    took.append((source.splitlines()[0], time.perf_counter() - begun))
    return said.getvalue()
took = []
run("%load_ext nbops")
run("%%track first\nlr = 0.5\nscore = lr / 2")
run("%nbops")
run("%runs")
took.clear()
from nbops.recording.pending import recorder_state
from nbops.magics.place import kernel_workspace
states, end = set(), time.monotonic() + 60
while time.monotonic() < end:
    run("%%track again\nlr = 0.5\nscore = lr / 2")
    status = run("%nbops")
    run("%runs")
    states.add(recorder_state(kernel_workspace()))
    if any(state.startswith("waiting: ") for state in states):
        break
    time.sleep(0.3)
print(json.dumps({"took": took, "states": sorted(states), "status": run("%nbops")}))
"""


class SilentServer:
    """Listens on the loopback interface; answers requests whose path begins as told, and no others."""

    def __init__(self, **answers):
        self.answers = {f"GET {path.replace('_', '/')}".encode(): status for path, status in answers.items()}
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.uri = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.held = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.held.append(connection)
            if self.answers:
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        asked = connection.recv(4096)
        for path, status in self.answers.items():
            if asked.startswith(path):
                connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode())
                connection.close()

    def stop(self):
        self.listener.close()
        for connection in self.held:
            connection.close()


@pytest.fixture
def silent():
    """Make servers that are closed at the end."""
    made = []

    def make(**answers):
        made.append(SilentServer(**answers))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def ended(stored_workspace):
    yield
    end_recorder(stored_workspace)


def test_nobody_waits_for_a_silent_server(stored_workspace, silent, ended):
    """Cells, `%nbops`, `%runs` stay quick, the recorder says what it waits for, `nbops sync` ends with a sentence."""
    environment = recorder_environment() | {
        "MLFLOW_TRACKING_URI": silent().uri, "NBOPS_QUIET": "1", "NBOPS_RECORDER_IDLE": "60",
    }  # fmt: skip
    environment.pop("NBOPS_RECORDER", None)
    project = stored_workspace.project
    done = subprocess.run(
        [sys.executable, "-c", _KERNEL], env=environment, cwd=project, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    slow = [item for item in told["took"] if item[1] > _PATIENCE]
    assert not slow, slow
    assert any(state.startswith("waiting: MLflow") for state in told["states"]), told["states"]
    assert "does not answer" in told["status"]
    assert is_recording(stored_workspace)
    begun = time.monotonic()
    command = [sys.executable, "-m", "nbops.cli", "sync"]
    done = subprocess.run(
        command, env=environment, cwd=project, capture_output=True, text=True, timeout=120, check=False
    )
    assert time.monotonic() - begun < 45
    assert done.returncode == 1
    assert "wait: MLflow" in done.stdout + done.stderr


@pytest.mark.parametrize("answers", [{}, {"_health": "200 OK"}, {"_health": "200 OK", "_api": "503 Busy"}])
def test_a_server_without_its_database_loses_no_run(stored_workspace, silent, answers, monkeypatch):
    """However often it is asked: the run waits, and is not given up as one that the server refuses."""
    monkeypatch.setattr("nbops.recording.writing.reach._PATIENCE", 0.1)
    server = silent(**answers)
    run = Writer(stored_workspace, tracking_uri=server.uri.replace("://", "://ana:secret@")).run("waits")
    recorder = Recorder(stored_workspace)
    for _ in range(25):
        with pytest.raises(StoreUnavailable, match="does not answer") as caught:
            recorder.drain()
        assert "secret" not in str(caught.value)
    found = get_run(run, workspace=stored_workspace)
    assert (found.pending, found.failure, pending(stored_workspace)) == (True, "", 1)
