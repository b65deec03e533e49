"""Which data a pipeline is verified with, and with which it runs."""

from __future__ import annotations

import os

import nbformat
import pytest

from nbops.errors import PipelineError
from nbops.pipelines.running.run import run
from nbops.pipelines.verifying.verify import verify
from nbops.recording.get_run import get_run
from nbops.snapshots.manifest import manifest_path

OTHER = "a,b,y\n1,2,0\n3,4,1\n"


def sources(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_a_source_that_is_the_same_is_read(promoted, ground):
    """A file with another time but the captured content is read as it is, and no snapshot is spoken of."""
    os.utime(ground.project / "sales.csv", (1e9, 1e9))
    promotion = promoted("priced")
    assert promotion.verified
    assert promotion.verdict == "total 714 equal, same data (df), 3 of 7 executions kept"


def test_a_changed_source_is_replaced_in_the_copy_alone(promoted, other_source):
    """The verdict names snapshot and file; the written pipeline still reads the source, and gives what it holds now."""
    other_source("sales.csv", OTHER)
    promotion = promoted("priced")
    assert promotion.verified, promotion.verdict
    found = get_run(promotion.run).snapshots[0]["id"]
    told = f"`df` was read from snapshot {found[:6]}, because sales.csv has changed since"
    assert told in promotion.verdict
    assert "df = pd.read_csv('sales.csv')" in sources(promotion.notebook)
    assert "nbops" not in "".join(sources(promotion.notebook))
    assert run(promotion.notebook).metrics["total"] == 8.0


def test_a_snapshot_also_stands_for_what_changed_the_data(promoted, other_source):
    """Loading and the change in place are replaced together, and the verdict says that they were not proven."""
    other_source("grown.csv", OTHER)
    promotion = promoted("changed")
    assert promotion.verified, promotion.verdict
    assert (
        "in place of the 2 statements that make and change it, because grown.csv has changed since" in promotion.verdict
    )


@pytest.mark.slow
def test_a_source_that_nobody_can_look_at_is_found_to_differ(promoted, other_source):
    """Only when every cell has been tried in vain does a snapshot stand for what a process or a database gave."""
    other_source("stock.txt", "4 5 6")
    promotion = promoted("stocked")
    assert promotion.verified, promotion.verdict
    assert "`stock` was read from snapshot " in promotion.verdict
    assert "because its source gives other rows now" in promotion.verdict
    assert "nbops" not in "".join(sources(promotion.notebook))


def test_data_can_be_pinned_for_good(promoted, other_source, ground):
    """The pipeline loads the snapshots by id, says instead of what, and runs and verifies when the source is gone."""
    other_source("sales.csv", None)
    promotion = promoted("fitted", data="snapshot", as_="pinned")
    assert promotion.verified, promotion.verdict
    ids = {item["name"]: item["id"] for item in get_run(promotion.run).snapshots}
    text = "\n".join(sources(promotion.notebook))
    assert f"# snapshot {ids['X'][:12]} instead of: X = df[['a', 'b']]\nX = nbops.load(\"{ids['X']}\")" in text
    assert "read_csv" not in text
    assert text.count("import nbops") == 1
    assert run("pinned", workspace=ground).status == "FINISHED"
    assert verify("pinned", workspace=ground)


def test_a_deleted_snapshot_is_said_so(promoted, other_source, ground):
    """With the source changed and the snapshot gone nothing can prove the pipeline; the sentence has both."""
    other_source("feed.json", "[4, 5]")
    promotion = promoted("fed")
    assert promotion.verified, promotion.verdict
    path = manifest_path(ground.snapshots, get_run(promotion.run).snapshots[0]["id"])
    kept = path.read_bytes()
    path.unlink()
    try:
        again = promoted("fed")
        with pytest.raises(PipelineError, match="no snapshot can stand for the data of fed: `feed`"):
            promoted("fed", data="snapshot")
    finally:
        path.write_bytes(kept)
    assert not again.verified
    assert (
        "feed.json has changed since (mean 2 → 4.5), and `feed` could not be read from a snapshot: its" in again.verdict
    )
    assert "mean 2 → 4.5" in again.verdict


def test_data_is_source_or_snapshot(promoted):
    """Another word is refused with the two that there are."""
    with pytest.raises(PipelineError, match="data is 'copy'") as refused:
        promoted("priced", data="copy")
    assert refused.value.hint == "source or snapshot"
