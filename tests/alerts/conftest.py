"""A workspace for alerts, and a real HTTP server that receives apprise's json:// posts."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from routing import route

from nbops.workspace import open_workspace


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted, with the path; answers `status`."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Post)
        self.posts, self.status = [], 200

    @property
    def address(self):
        return f"json://user:hush-hush@127.0.0.1:{self.server_port}/hook"

    @property
    def titles(self):
        return [post["title"] for post in self.posts]


class _Post(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.status == 200:
            self.server.posts.append(body)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    """A server on this machine; it stops with the test."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """An empty project."""
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.delenv("NBOPS_WORKSPACE", raising=False)
    return open_workspace(tmp_path)


@pytest.fixture
def routed(workspace, receiver, monkeypatch):
    """The project has one route to the receiver, named by the environment."""
    monkeypatch.setenv("TEAM_URL", receiver.address)
    route(workspace)
    return workspace
