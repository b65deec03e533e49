"""Declare routes of a test's project, and receive what is sent."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


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


@contextmanager
def receiving():
    """A server on this machine that runs meanwhile."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def route(workspace, extra=""):
    """Declare the route `team`."""
    text = f'[tool.nbops.alerts.routes.team]\nurl = "${{TEAM_URL}}"\n{extra}'
    (workspace.project / "pyproject.toml").write_text(text)
