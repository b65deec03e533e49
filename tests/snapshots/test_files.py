"""Files and folders: kept byte for byte, stored once, restored where they belong and nowhere else."""

from __future__ import annotations

import json
import os
import socket
import stat
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from nbops.errors import SnapshotError
from nbops.snapshots import diff, digest, load, snapshot, verify
from nbops.snapshots.manifest import id_of
from nbops.snapshots.streams.files import SEGMENT
from nbops.workspace import Workspace

NOISE = np.random.default_rng(1).integers(0, 256, SEGMENT + 3_000_000, "u1").tobytes()


@pytest.fixture(name="place")
def _place(tmp_path):
    return Workspace(tmp_path / ".nbops")


@pytest.fixture(name="folder")
def _folder(tmp_path):
    """A folder with what folders have in them."""
    folder = tmp_path / "data"
    (folder / "raw" / "2013").mkdir(parents=True)
    (folder / "nothing here").mkdir()
    (folder / "raw" / "2013" / "noise.bin").write_bytes(NOISE)
    (folder / "raw" / "empty").write_bytes(b"")
    (folder / "ümlaut 🛫.csv").write_text("a,b\n1,2\n" * 1000)
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / ".hidden").write_text("also")
    (folder / "raw" / "latest").symlink_to("2013")
    (folder / "raw" / "first.bin").symlink_to((folder / "raw" / "2013" / "noise.bin").absolute())
    return folder


def contents(folder: Path):
    """Everything in a folder, by path: bytes, link target or None for a folder, and whether it can be executed."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = str(path.resolve().relative_to(folder.resolve()))
        elif path.is_file():
            found[name] = (path.read_bytes(), bool(path.stat().st_mode & stat.S_IXUSR))
        else:
            found[name] = None
    return found


def test_a_folder_comes_back(folder, place, tmp_path):
    """Paths, bytes, executable bits, empty folders and links inside come back; what follows the umask does too."""
    taken = snapshot(folder, "data", workspace=place)
    assert (taken.kind, taken.rows, taken.name) == ("folder", 5, "data")
    assert taken.columns["run.sh"] == "executable"
    assert taken.columns["raw/latest"] == "link"
    assert load("data", to=tmp_path / "back", workspace=place) == tmp_path / "back"
    assert contents(tmp_path / "back") == contents(folder)
    assert (tmp_path / "back" / "raw" / "first.bin").readlink() == Path("2013/noise.bin")
    assert stat.S_IMODE((tmp_path / "back").stat().st_mode) == stat.S_IMODE(folder.stat().st_mode)
    assert not list(tmp_path.glob(".partial-*"))
    assert not verify(place)


def test_the_id_is_of_names_and_content_alone(folder, place, tmp_path):
    """Times, place and order make no difference; a byte, a name or an executable bit does."""
    (folder / "raw" / "first.bin").unlink()  # absolute
    first = snapshot(folder, workspace=place)
    os.utime(folder / "run.sh", (0, 0))
    again = snapshot(folder.rename(tmp_path / "elsewhere"), workspace=place)
    assert (again.id, again.new_bytes) == (first.id, 0)
    moved = tmp_path / "elsewhere"
    ids = [digest(moved)]
    (moved / "run.sh").chmod(0o644)
    ids.append(digest(moved))
    (moved / ".hidden").rename(moved / ".hidden2")
    ids.append(digest(moved))
    (moved / ".hidden2").write_text("alsp")
    ids.append(digest(moved))
    assert len(set(ids)) == 4
    assert ids[0] == first.id


def test_a_changed_file_adds_what_changed(folder, place):
    """A few bytes put into the middle of a large file, and a copy of it, add a few chunks."""
    full = snapshot(folder, workspace=place)
    assert full.new_bytes < full.bytes * 1.02
    noise = folder / "raw" / "2013" / "noise.bin"
    noise.write_bytes(NOISE[:9_000_000] + b"put in" + NOISE[9_000_000:])
    (folder / "copy.bin").write_bytes(NOISE)
    assert snapshot(folder, workspace=place).new_bytes < 0.01 * len(NOISE)
    assert not verify(place)


def test_text_is_compressed(tmp_path, place):
    """A table as text takes a fraction of its size."""
    rows = np.random.default_rng(1).integers(0, 50, 300_000)
    (tmp_path / "table.csv").write_text("\n".join(f"2013-01-01,JFK,{row}" for row in rows))
    taken = snapshot(tmp_path / "table.csv", workspace=place)
    assert taken.new_bytes < 0.25 * taken.bytes


def test_a_single_file_comes_back(folder, place, tmp_path):
    """One file is restored under a new name or into a folder, and what is there is never written over."""
    taken = snapshot(folder / "run.sh", workspace=place)
    assert (taken.kind, taken.rows, taken.columns) == ("file", 1, {"run.sh": "executable"})
    assert load(taken, to=tmp_path / "new" / "go.sh", workspace=place).read_text() == "#!/bin/sh\n"
    assert load(taken, to=tmp_path, workspace=place) == tmp_path / "run.sh"
    assert os.access(tmp_path / "run.sh", os.X_OK)
    with pytest.raises(SnapshotError, match="exists already"):
        load(taken, to=tmp_path, workspace=place)


def test_where_to_is_asked(folder, place, tmp_path):
    """Files need a place that is free, frames need none; both are said."""
    taken = snapshot(folder, "data", workspace=place)
    with pytest.raises(SnapshotError, match="'data' is a folder") as caught:
        load("data", workspace=place)
    assert "to=" in caught.value.hint
    with pytest.raises(SnapshotError, match="no empty folder"):
        load(taken, to=folder, workspace=place)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(SnapshotError, match="no empty folder"):
        load(taken, to=tmp_path / "link", workspace=place)
    snapshot(np.arange(3), "array", workspace=place)
    with pytest.raises(SnapshotError, match="returned, not written"):
        load("array", to=tmp_path / "x", workspace=place)
    (tmp_path / "ready").mkdir()
    assert contents(load(taken, to=tmp_path / "ready", workspace=place)) == contents(folder)


@pytest.mark.parametrize("to", ["../secret", "/etc/hostname", "raw/../../secret", "gone"])
def test_links_that_lead_out_are_refused(folder, place, tmp_path, to):
    """A link out of the folder, or to nothing, is a sentence with its name; nothing is stored."""
    (tmp_path / "secret").write_text("not ours")
    (folder / "way").symlink_to(to)
    with pytest.raises(SnapshotError, match=r"^link 'way': it leads (out of the folder|nowhere)"):
        snapshot(folder, workspace=place)
    assert not list(place.snapshots.glob("packs/*"))


def test_special_files_are_refused(folder, place):
    """Named pipes and sockets would block or mean nothing; the sentence names them."""
    os.mkfifo(folder / "raw" / "pipe")
    with pytest.raises(SnapshotError, match=r"'raw/pipe' is a named pipe"):
        snapshot(folder, workspace=place)
    (folder / "raw" / "pipe").unlink()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(folder / "s"))
        with pytest.raises(SnapshotError, match="'s' is a socket"):
            snapshot(folder, workspace=place)
    with pytest.raises(SnapshotError, match="device"):
        snapshot(Path("/dev/null"), workspace=place)
    with pytest.raises(SnapshotError, match="No such file"):
        snapshot(folder / "nosuch", workspace=place)


def test_workspaces_are_left_out(folder, place):
    """A snapshot of a project does not hold the snapshots."""
    (folder / ".nbops" / "snapshots").mkdir(parents=True)
    (folder / ".nbops" / "snapshots" / "x").write_text("x")
    assert not [name for name in snapshot(folder, workspace=place).columns if ".nbops" in name]


def test_a_file_that_changes_meanwhile_is_reported(folder, place, monkeypatch):
    """What is stored is what the id says, or nothing is."""
    from nbops.snapshots.streams import survey as module

    survey = module.survey

    def then_change(dataset, allowance=None):
        manifest = survey(dataset, allowance)
        (folder / "raw" / "2013" / "noise.bin").write_bytes(NOISE[::-1])
        return manifest

    monkeypatch.setattr(module, "survey", then_change)
    with pytest.raises(SnapshotError, match=r"^file 'raw/2013/noise\.bin': it changed"):
        snapshot(folder, workspace=place)
    assert not list(place.snapshots.glob("packs/*")) + list(place.snapshots.glob("manifests/*"))


def test_a_large_file_is_never_in_memory(tmp_path, place):
    """A file of ten segments is stored and restored with a few segments of memory."""
    big = tmp_path / "big.bin"
    with big.open("wb") as file:
        for seed in range(10):
            file.write(np.random.default_rng(seed).integers(0, 256, SEGMENT, "u1").tobytes())
    snapshot(np.arange(10), workspace=place)  # what is imported on first use is not the file's
    tracemalloc.start()
    taken = snapshot(big, workspace=place)
    load(taken, to=tmp_path / "back.bin", workspace=place)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * SEGMENT
    assert (tmp_path / "back.bin").read_bytes() == big.read_bytes()


def forge(place, taken, change):
    """Alter a manifest as its author could have written it: id and all."""
    folder = place.snapshots / "manifests"
    body = json.loads((folder / f"{taken.id}.json").read_bytes())
    change(body["columns"])
    encoded = json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
    (folder / f"{id_of(encoded)}.json").write_bytes(encoded)
    return id_of(encoded)


@pytest.mark.parametrize(
    "name", ["../evil", "/tmp/evil", "raw/../../evil", "raw//evil", "./evil", "", "..", "a\0b", "raw/2013"]
)
def test_hostile_names_write_nothing(folder, place, tmp_path, name):
    """A manifest that names a place outside, or one name twice, is refused, and nothing is left behind."""
    taken = snapshot(folder, workspace=place)

    def rename(columns):
        next(column for column in columns if column["name"] == "run.sh")["name"] = name

    before = contents(tmp_path)
    forged = forge(place, taken, rename)
    with pytest.raises(SnapshotError, match=r"leads out of the folder|is there already"):
        load(forged, to=tmp_path / "back", workspace=place)
    after = contents(tmp_path)
    assert {name for name in after if not name.startswith(".nbops")} == {
        name for name in before if not name.startswith(".nbops")
    }


@pytest.mark.parametrize("to", ["../..", "/etc", "2013/../../..", "2013/..", "../../x", ""])
def test_hostile_links_write_nothing(folder, place, tmp_path, to):
    """A forged link that leads out, also by way of another link, is refused before anything is written."""
    taken = snapshot(folder, workspace=place)

    def bend(columns):
        next(column for column in columns if column["name"] == "raw/latest")["type"]["to"] = to

    forged = forge(place, taken, bend)
    with pytest.raises(SnapshotError, match="link 'raw/latest' leads out"):
        load(forged, to=tmp_path / "back", workspace=place)
    assert not (tmp_path / "back").exists()


def test_nothing_is_written_through_a_link(folder, place, tmp_path):
    """A file whose folder a manifest also calls a link is refused."""
    taken = snapshot(folder, workspace=place)

    def cover(columns):
        next(column for column in columns if column["name"] == "raw/latest")["name"] = "raw/2013"

    with pytest.raises(SnapshotError, match="is there already"):
        load(forge(place, taken, cover), to=tmp_path / "back", workspace=place)
    assert not list(tmp_path.glob("back")) + list(tmp_path.glob(".partial-*"))


def test_damage_is_named_and_leaves_nothing(folder, place, tmp_path):
    """A flipped bit in a pack names the file it hurts; restoring stops without a trace."""
    taken = snapshot(folder, workspace=place)
    (pack,) = (place.snapshots / "packs").glob("*.pack")
    content = bytearray(pack.read_bytes())
    content[5_000_000] ^= 1
    pack.chmod(0o644)
    pack.write_bytes(content)
    (damage,) = verify(place)
    assert damage.id == taken.id
    assert "file 'raw/2013/noise.bin'" in damage.reason
    with pytest.raises(SnapshotError, match=r"file 'raw/2013/noise\.bin': .*damaged"):
        load(taken, to=tmp_path / "back", workspace=place)
    assert not list(tmp_path.glob("back")) + list(tmp_path.glob(".partial-*"))


def test_a_difference_is_told_by_path(folder, place):
    """Paths that came, went, changed or became executable are told without reading content."""
    snapshot(folder, "one", workspace=place)
    (folder / "ümlaut 🛫.csv").write_text("a,b\n1,3\n")
    (folder / "raw" / "empty").unlink()
    (folder / "new.txt").write_text("new")
    (folder / ".hidden").chmod(0o755)
    snapshot(folder, "two", workspace=place)
    found = diff("one", "two", workspace=place)
    assert (found.added, found.removed) == (("new.txt",), ("raw/empty",))
    assert (found.retyped, found.changed) == ((".hidden",), ("ümlaut 🛫.csv",))
    snapshot(np.arange(3), "array", workspace=place)
    with pytest.raises(SnapshotError, match=r"folder.*ndarray"):
        diff("one", "array", workspace=place)
