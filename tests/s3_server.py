"""A real S3 protocol server on the loopback interface."""

from __future__ import annotations

import logging
import socket
from contextlib import contextmanager
from uuid import uuid4

import pytest

_BUCKET = "snapshots"
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
}


class S3:
    """moto's S3 server; what it holds outlasts `stop`."""

    def __init__(self):
        self.port, self._server = 0, None
        self.start()

    @property
    def endpoint(self):
        """Address for clients."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def client(self):
        """Plain boto3, to look at the objects and to spoil them."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            region_name="us-east-1",
        )

    def start(self):
        """Listen, on the same port as before."""
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self._server.start()
        self.port = self._server.get_host_and_port()[1]

    def stop(self):
        """Refuse connections."""
        self._server.stop()

    @contextmanager
    def silent(self):
        """Take connections and say nothing, as behind a broken network, while the block lasts."""
        self.stop()
        with socket.create_server(("127.0.0.1", self.port), backlog=100):
            yield
        self.start()


@pytest.fixture(scope="session")
def s3_server():
    """One server for all tests of a room."""
    server = S3()
    server.client.create_bucket(Bucket=_BUCKET)
    yield server
    server.stop()


@pytest.fixture
def s3(s3_server, monkeypatch):
    """The server, a prefix of its own below `s3.url`, and credentials in the environment only."""
    import s3fs

    for name, value in (_CREDENTIALS | {"AWS_ENDPOINT_URL": s3_server.endpoint}).items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()  # clients remember the address of another server
    s3_server.bucket, s3_server.prefix = _BUCKET, f"team/{uuid4().hex}"
    s3_server.url = f"s3://{_BUCKET}/{s3_server.prefix}"
    monkeypatch.setenv("NBOPS_SNAPSHOTS", s3_server.url)
    return s3_server
