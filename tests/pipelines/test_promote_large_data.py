"""Promotion of a run whose data are still on their way."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from end_recorder import end_recorder
from nbops.pipelines.promote import promote
from nbops.recording.get_run import get_run

CELLS = [
    "%load_ext nbops",
    "import numpy as np\nX = np.random.default_rng(0).random((600_000, 8))",
    "%%track\nscale = 2.0\nmean = float((scale * X[:, 0]).mean())",
]


@pytest.fixture
def read_large(stored_workspace, monkeypatch):
    """A workspace whose latest run read 38 MB that no recorder has stored yet."""
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    NotebookClient(notebook, timeout=200, resources={"metadata": {"path": str(stored_workspace.project)}}).execute()
    yield stored_workspace
    end_recorder(stored_workspace)


def test_promotion_waits_for_the_data_and_compares_them(read_large):
    """The fresh kernel, at whose prompt nobody waits, read the same rows."""
    assert get_run("last", workspace=read_large).snapshots[0]["pending"]
    promotion = promote("last", workspace=read_large, progress=False)
    assert promotion.verified, promotion.verdict
    assert "same data (X)" in promotion.verdict
    assert {one.what for one in promotion.comparisons if one.equal} == {"metric mean", "snapshot X"}
    assert promotion.cautions == ()


def test_promotion_says_which_data_it_could_not_compare(read_large, monkeypatch):
    """Where waiting was in vain, the metric still proves the pipeline, and the sentence says what was not held."""
    monkeypatch.setattr("nbops.pipelines.promote.await_snapshots", lambda run, _: run)
    promotion = promote("last", workspace=read_large, progress=False)
    assert promotion.verified, promotion.verdict
    assert promotion.cautions == ("`X` is still being stored, so that its rows were not compared; promote again later",)
