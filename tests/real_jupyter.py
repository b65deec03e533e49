"""A real Jupyter server for the tests, with a home of its own, stopped by its pid."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "a-token-for-tests"
_START_SECONDS = 60


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Jupyter:
    """A running server: `url` ends with a slash, `root` is the directory that it serves."""

    url: str
    root: Path
    process: subprocess.Popen[bytes]

    def ask(self, path: str, method: str = "GET", body: Any = None, token: str | None = TOKEN, **query: Any) -> Answer:
        """Send one request; `token=None` sends none."""
        headers = {"Authorization": f"token {token}"} if token is not None else {}
        return self.send(path, method, body, headers, **query)

    def send(self, path: str, method: str, body: Any, headers: dict[str, str], **query: Any) -> Answer:
        """Send one request with exactly these headers."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        text = body if isinstance(body, str) else None if body is None else json.dumps(body)
        try:
            connection.request(method, f"{parts.path}{path}?{urlencode(query)}", text, headers)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read().decode())
        finally:
            connection.close()


@contextmanager
def running_jupyter(root: Path, home: Path, app: str = "jupyter_server", **environment: str):
    """Start *app* (`jupyter_server`, `jupyterlab` or `notebook`) on *root* and stop it in the end."""
    runtime = home / "runtime"
    for folder in (root, home, runtime):
        folder.mkdir(parents=True, exist_ok=True)
    places = {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": runtime,
        "IPYTHONDIR": home / "ipython",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "NBOPS", "MLFLOW"))}
    kept |= {name: str(place) for name, place in places.items()} | environment
    kept |= {"MLFLOW_DISABLE_TELEMETRY": "true", "JUPYTER_PREFER_ENV_PATH": "1"}
    command = [
        *(sys.executable, "-m", app, "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *("--ServerApp.port=0", f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={TOKEN}"),
        "--ServerApp.jpserver_extensions={'nbops': True}",
    ]
    with (home / f"{app}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=root, env=kept, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield Jupyter(_address(process, runtime, home / f"{app}.log"), root, process)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], runtime: Path, log: Path) -> str:
    file = runtime / f"jpserver-{process.pid}.json"
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        if file.exists() and (text := file.read_text()) and _listens(url := json.loads(text)["url"]):
            return url
        time.sleep(0.05)
    raise RuntimeError(f"Jupyter did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _listens(url: str) -> bool:
    """Say whether somebody answers: on a busy machine the file is there earlier."""
    parts = urlsplit(url)
    with suppress(OSError), socket.create_connection((parts.hostname, parts.port), timeout=5):
        return True
    return False
