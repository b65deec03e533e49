"""A workspace that somebody else prepared: nothing outside it is touched, and nothing in it is executed."""

from __future__ import annotations

import os

import pytest
from blake3 import blake3
from cells_apart import run_cells

from nbops.capture.checkpoints.blobs import Refused, open_blob, prepare
from nbops.pipelines.resuming.begin_reuse import end_reuse
from nbops.pipelines.resuming.entries import Entries

CELLS = ("n = 3", "a = [n]\nb = str(a)", "#target\nb")


@pytest.mark.parametrize("linked", ["checkpoints", "blobs", "entries"])
def test_links_lead_nowhere(place, tmp_path, linked):
    """Where a folder of the checkpoints is a link, what lies behind it keeps its files and its rights."""
    target = tmp_path / "precious"
    (target / "blobs").mkdir(parents=True)
    for name in ("thesis.txt", "f" * 64, "blobs/" + "f" * 64, "abc.json"):
        (target / name).write_text("mine")
        os.utime(target / name, (1, 1))
    target.chmod(0o755)
    folder = place.root / "checkpoints"
    if linked != "checkpoints":
        folder.mkdir()
    (folder if linked == "checkpoints" else folder / linked).symlink_to(target)
    before = sorted(path.relative_to(target) for path in target.rglob("*"))
    end_reuse(place)
    with pytest.raises(OSError, match="is a link"):
        prepare(folder)
    run_cells(place, *CELLS)
    assert sorted(path.relative_to(target) for path in target.rglob("*")) == before
    assert target.stat().st_mode & 0o777 == 0o755


def test_files_that_are_not_ours_stay(place):
    """The sweep removes blobs and what a crash left of them, and nothing else that lies beside them."""
    blobs = prepare(place.root / "checkpoints")
    entries = place.root / "checkpoints" / "entries" / ("a" * 40)
    entries.mkdir(parents=True)
    for path in (blobs / "thesis.txt", blobs / ("e" * 64), blobs / ".partial-1", entries / "notes.json"):
        path.write_text("x")
        os.utime(path, (1, 1))
    Entries(place).evict(0)
    assert [path.name for path in blobs.iterdir()] == ["thesis.txt"]
    assert [path.name for path in entries.iterdir()] == ["notes.json"]


def test_a_blob_that_is_a_link_is_not_read(place, tmp_path):
    """Also where what it leads to has the right content."""
    content = b"content"
    digest = blake3(content).hexdigest()
    (tmp_path / "elsewhere").write_bytes(content)
    blobs = prepare(place.root / "checkpoints")
    (blobs / digest).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused):
        open_blob(blobs.parent, digest)
    with pytest.raises(Refused):
        open_blob(blobs.parent, "../salt")
