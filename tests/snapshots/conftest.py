"""A real S3 protocol server for the shared store."""

from __future__ import annotations

import sys

import pytest

from s3_server import s3, s3_server

__all__ = ["s3", "s3_server"]


@pytest.fixture(autouse=True)
def _main_can_be_spawned(monkeypatch):
    """An IPython shell that ran in this process leaves a `__main__` without `__spec__`, which multiprocessing needs."""
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__spec__", getattr(main, "__spec__", None), raising=False)
