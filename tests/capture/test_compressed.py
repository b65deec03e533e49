"""Secrets that stand compressed in what a cell left behind."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import os
import pickle
import time
import zipfile
import zlib

import pytest

from nbops.capture.checkpoints.blobs import Refused, Sink

SECRET = "hunter2-very-secret-9"
TEXT = b"a" * 300_000 + SECRET.encode() + b"b" * 50


def _zipped(method):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("x.txt", TEXT)
    return file.getvalue()


def _pickled(value, secrets=(SECRET,)):
    sink = Sink(io.BytesIO(), limit=10**9, deadline=time.thread_time() + 20, secrets=secrets)
    pickle.Pickler(sink, 5).dump({"before": 1, "value": value})
    return sink


@pytest.mark.parametrize(
    "value",
    [
        gzip.compress(TEXT), zlib.compress(TEXT), bz2.compress(TEXT), lzma.compress(TEXT),
        _zipped(zipfile.ZIP_DEFLATED), _zipped(zipfile.ZIP_BZIP2), gzip.compress(zlib.compress(TEXT)),
        base64.b64encode(gzip.compress(TEXT)), base64.b64encode(zlib.compress(TEXT)).decode(),
        base64.b64encode(pickle.dumps({"key": SECRET}, 5)), b"head" + gzip.compress(TEXT),
    ],
    ids=["gzip", "zlib", "bz2", "xz", "zip", "zip bz2", "twice", "base64", "base64 text", "base64 pickle", "inside"],
)  # fmt: skip
def test_a_compressed_secret_is_found(value):
    """No checkpoint is written of it; without a known secret it is."""
    with pytest.raises(Refused, match="holds a secret"):
        _pickled(value)
    assert _pickled(value, secrets=()).size > 50


@pytest.mark.parametrize("value", [b"\x28\xb5\x2f\xfd" + b"x" * 90, gzip.compress(bytes(40_000_000))])
def test_what_cannot_be_looked_into_is_refused(value):
    """Zstandard has no reader here, and a small stream of bytes may be a very large one."""
    with pytest.raises(Refused, match="secrets cannot be looked for in it"):
        _pickled(value)


@pytest.mark.parametrize(
    "value", [gzip.compress(b"nothing " * 999), "H4sI am text, eJx", os.urandom(200_000), b"\x78\x01" * 100_000]
)
def test_what_holds_no_secret_is_kept(value):
    """Compressed or only looking like it."""
    assert _pickled(value).size > 0
