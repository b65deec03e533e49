"""Everything that is sliced stands alone."""

from __future__ import annotations

import pytest

from nbops.workspace import ENVIRONMENT


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """An empty directory, with an environment of its own; what a notebook sets in it is gone afterwards."""
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    monkeypatch.setenv("NBOPS_QUIET", "1")
    for name in (ENVIRONMENT, "NBOPS_SCENARIO"):
        monkeypatch.setenv(name, "")  # so that it is gone in the end, whoever sets it
        monkeypatch.delenv(name)
