"""Real processes that are killed, and a real MLflow server that comes and goes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress

import pytest

from journal_writer import until
from nbops.recording.process.start import recorder_environment
from s3_server import s3, s3_server

__all__ = ["s3", "s3_server"]


@pytest.fixture
def recorder(stored_workspace):
    """Start recorders of the workspace; whatever is left of them is killed at the end."""
    started = []

    def start(*options):
        arguments = [sys.executable, "-P", "-m", "nbops.recording.recorder", "--workspace", str(stored_workspace.root)]
        process = subprocess.Popen([*arguments, *options], env=recorder_environment())
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


class Server:
    """`mlflow server` on the loopback interface, on one port and one database."""

    def __init__(self, folder, template):
        import shutil

        self.folder = folder
        shutil.copy(template, folder / "server.db")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        """Start it and wait until it answers."""
        arguments = ["server", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"]
        arguments += ["--backend-store-uri", f"sqlite:///{self.folder / 'server.db'}"]
        arguments += ["--artifacts-destination", str(self.folder / "files")]
        environment = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        with (self.folder / "server.log").open("ab") as log:
            command = [sys.executable, "-m", "mlflow", *arguments]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
        until(self.answers)

    def answers(self):
        """Say whether it is up."""
        with suppress(OSError), urllib.request.urlopen(f"{self.uri}/health", timeout=1):
            return True
        return False

    def stop(self):
        """Kill it and its workers."""
        if self.process is not None:
            os.killpg(self.process.pid, 9)
            self.process.wait()
            self.process = None


@pytest.fixture
def server(tmp_path, mlflow_template):
    """A server that is up."""
    folder = tmp_path / "server"
    folder.mkdir()
    made = Server(folder, mlflow_template)
    made.start()
    yield made
    made.stop()
