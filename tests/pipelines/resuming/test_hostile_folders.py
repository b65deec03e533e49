"""A workspace that somebody else prepared: nothing outside it is touched, and nothing in it is executed."""

from __future__ import annotations

import json
import os
import pickle

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


class Planted:
    """What a pickle from elsewhere may hold."""

    def __reduce__(self):
        """Execute code where it is read."""
        return eval, ("open('PLANTED', 'w').write('x') or {'b': '[3]'}",)


def planted(entry, blobs):
    """Return what *entry* says, with another blob that executes code."""
    told = json.loads(entry.read_text())
    content = pickle.dumps({"random": None}) + pickle.dumps(Planted())
    digest = blake3(content).hexdigest()
    (blobs / digest).write_bytes(content)
    held = told["entry"] if "entry" in told else json.dumps(told)
    inner = json.loads(held) | {"blob": digest}
    return told, json.dumps(inner)


@pytest.mark.parametrize("signed", ["by its old signature", "by another key", "not at all"])
def test_a_planted_checkpoint_is_never_read(place, monkeypatch, tmp_path, signed):
    """An entry that this user did not sign is passed over, so that its pickle executes nothing."""
    import hmac

    run_cells(place, *CELLS)
    folder = place.root / "checkpoints"
    entry = next((folder / "entries").glob("*/*.json"))
    told, inner = planted(entry, folder / "blobs")
    if signed == "by another key":
        told["signature"] = hmac.digest(b"k" * 32, inner.encode(), "sha256").hex()
    entry.write_text(inner if signed == "not at all" else json.dumps(told | {"entry": inner}))
    done = run_cells(place, *CELLS, read=["b"])
    assert done.skipped == []
    assert done.names == {"b": "[3]"}
    assert not (place.project / "PLANTED").exists()


def test_a_signed_entry_counts_for_its_own_cell_only(place):
    """Moved to the folder of another cell it is passed over."""
    run_cells(place, *CELLS)
    entry = next((place.root / "checkpoints" / "entries").glob("*/*.json"))
    other = entry.parent.with_name("0" * 40)
    entry.parent.rename(other)
    assert not list(Entries(place).of_code("0" * 40))
    other.rename(entry.parent)
    assert len(list(Entries(place).of_code(entry.parent.name))) == 1


def test_the_key_is_the_users_own(place, tmp_path):
    """It lies outside the workspace, for the user alone; one that others can read is refused, and that is said."""
    run_cells(place, *CELLS)
    key = tmp_path / "state" / "nbops" / "checkpoints.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in key.parent.iterdir()] == [key.name]
    key.chmod(0o644)
    done = run_cells(place, *CELLS)
    assert done.skipped == []
    assert "not only the user's own" in done.reasons[2]
    Entries(place)
    end_reuse(place)
    key.chmod(0o600)
    assert run_cells(place, *CELLS).skipped == [2]
