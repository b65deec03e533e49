"""What skipped cells leave behind is what they would have left: values, identities, and nothing that is secret."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from cells_apart import run_cells

from nbops.pipelines.resuming import reuse
from nbops.pipelines.resuming.entries import Entries


def twice(place, *cells, read):
    """Run *cells* twice; return what was read of both, and the second run."""
    first = run_cells(place, *cells, read=read)
    again = run_cells(place, *cells, read=read)
    return first.names, again.names, again


def test_aliases_stay_aliases(place):
    """Two names of one list are one list after it was put back, also where another cell made the second name."""
    cells = (
        "a = [1]\nb = a\nlist(a)",
        "c = {'held': a}\nc['n'] = len(a)",
        "b.append(2)",
        "#target\nr = [a is b, c['held'] is a, a]",
    )
    before, after, done = twice(place, *cells, read=["r"])
    assert done.skipped == [1, 2, 3]
    assert before == after == {"r": [True, True, [1, 2]]}


def test_views_stay_views(place):
    """Writing to a restored array shows in its restored view, and the other way round."""
    cells = (
        "import numpy as np",
        "whole = np.arange(12.0).reshape(3, 4)\npart = whole[1:, ::2]\nturned = whole.T",
        "#target\nwhole[1, 0] = -1\npart[1, 1] = -2\nturned[0, 0] = -3\nr = whole.tolist(), part.tolist()",
    )
    before, after, done = twice(place, *cells, read=["r"])
    assert done.skipped == [2]
    assert before == after
    assert after["r"][0][0][0] == -3


def test_a_change_of_an_array_reaches_views_made_before(place):
    """A skipped cell that writes into an array is seen through the view that an executed cell made."""
    cells = (
        "import numpy as np\na = 5",
        "whole = np.zeros(a)\nview = whole[:2]",
        "whole[0] = str(a)",
        "#target\nr = view.tolist()",
    )
    first = run_cells(place, *cells, read=["r"])
    again = run_cells(place, *cells, read=["r"])
    assert again.skipped == [2, 3]
    assert again.names == first.names == {"r": [5.0, 0.0]}


def test_frames_stay_independent(place):
    """Copy-on-write frames that share memory do not see each other's changes afterwards."""
    cells = (
        "import pandas as pd",
        "frame = pd.DataFrame({'x': [1, 2, 3], 'y': [4.0, 5.0, 6.0]})\nother = frame[:]",
        "#target\nother.loc[0, 'x'] = 9\nframe.loc[1, 'x'] = 8\nr = frame.x.tolist(), other.x.tolist()",
    )
    before, after, done = twice(place, *cells, read=["r"])
    assert done.skipped == [2]
    assert before == after == {"r": ([1, 8, 3], [9, 2, 3])}


def test_functions_see_the_notebook_s_names(place):
    """A restored function reads its globals from the notebook, also those that change later; closures share cells."""
    counter = "def counter():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n        return n + base\n"
    cells = (
        "base = 1",
        counter + "    def now():\n        return n\n    return up, now",
        "up, now = counter()\nfirst = up()\nadd = lambda x: x + base\nheld = [add]",
        "#target\nbase = 10\nr = up(), now(), add(1), held[0] is add",
    )
    before, after, done = twice(place, *cells, read=["r"])
    assert done.skipped == [3]
    assert before == after == {"r": (12, 2, 11, True)}


def test_recursion_survives(place):
    """A function that calls itself through its closure comes back."""
    code = "def make():\n    def fall(n):\n        return 0 if n == 0 else fall(n - 1) + 1\n    return fall"
    before, after, done = twice(place, code, "fall = make()\nx = fall(2)", "#target\nr = fall(5)", read=["r"])
    assert done.skipped == [2]
    assert before == after == {"r": 5}


def test_instances_belong_to_the_class_of_the_notebook(place):
    """`isinstance` holds for restored instances, and a class edited since makes its users run again."""
    cells = (
        "class Box:\n    def __init__(self, n):\n        self.n = n\n    def more(self):\n        return self.n + 1",
        "box = Box(3)\nboxes = {box.n: box}",
        "#target\nr = isinstance(box, Box), boxes[3] is box, box.more()",
    )
    before, after, done = twice(place, *cells, read=["r"])
    assert done.skipped == [2]
    assert before == after == {"r": (True, True, 4)}
    edited = run_cells(place, cells[0].replace("+ 1", "+ 2"), *cells[1:], read=["r"])
    assert edited.skipped == []
    assert edited.names["r"][2] == 5


def test_a_class_made_beside_work_comes_back_whole(place):
    """A cell that defines a class and computes is skipped with its class; later instances are of it."""
    cells = (
        "class Pair(tuple):\n    n = 0\n    def first(self):\n        return self[0]\nmade = Pair(sorted([2, 1]))",
        "more = [Pair([7])]\nmore.append(made)",
        "#target\nr = type(more[0]) is Pair, type(more[1]) is Pair, more[1] is made, made.first()",
    )
    before, after, done = twice(place, *cells, read=["r"])
    assert done.skipped == [1, 2]
    assert before == after == {"r": (True, True, True, 1)}


def test_deleted_names_stay_deleted(place):
    """A skipped cell deletes what it deleted."""
    cells = ("x = [1]\ny = str(x)", "z = len(y)\ndel x", "#target\nr = 'x' in globals(), z")
    before, after, done = twice(place, *cells, read=["r"])
    assert done.skipped == [1, 2]
    assert before == after


def test_an_alias_made_since_is_noticed(place):
    """Where a new name shares what a cell changes, putting the changed object back would leave the name behind."""
    cells = ["a = [1]\nn = len(a)", "a.append(str(n))", "#target\nr = a"]
    run_cells(place, *cells)
    done = run_cells(place, cells[0], "z = [a]\nz.append(0)", *cells[1:3], "#target\nr = z[0] is a, z[0]", read=["r"])
    assert 3 not in done.skipped
    assert done.names["r"] == (True, [1, "1"])


def test_an_alias_that_is_none_any_more_is_noticed(place):
    """A name that shared the changed object and does not now keeps its own."""
    cells = ["a = [1]\nn = len(a)", "z = a\nm = str(n)", "a.append(str(n))", "#target\nr = z is a, z"]
    run_cells(place, *cells)
    done = run_cells(place, cells[0], "z = a.copy()\nm = str(n)", *cells[2:], read=["r"])
    assert done.names["r"] == (False, [1])


def test_iterators_over_changed_objects_are_not_left_behind(place):
    """An iterator of an executed cell goes on over the list that a skipped cell changed."""
    cells = ("a = [1, 2]\ni = iter(a)\nn = next(i)", "a.append(str(n))", "#target\nr = list(i)")
    before, after, done = twice(place, *cells, read=["r"])
    assert before == after == {"r": [2, "1"]}
    assert done.reasons[2]


UNPICKLABLE = {
    "generator": "made = (x for x in range(3))",
    "lock": "import threading\nmade = threading.Lock()",
    "TextIOWrapper": "made = open('data.txt')",
    "memory": "import numpy as np\nmade = np.load('data.npy', mmap_mode='r')",
    "class Gone": "class Gone:\n    pass\nmade = Gone()\nGone = None",
}


@pytest.mark.parametrize("what", UNPICKLABLE)
def test_what_cannot_be_saved_is_computed_again(place, what):
    """The cell is executed in every run, and says what cannot be saved; its neighbours are skipped."""
    import numpy as np

    (place.project / "data.txt").write_text("x")
    np.save(place.project / "data.npy", np.arange(3))
    cells = ("n = 3\nm = str(n)", UNPICKLABLE[what] + "\nk = str(4)", "#target\nm")
    run_cells(place, *cells)
    done = run_cells(place, *cells)
    assert done.skipped == [1]
    assert what in done.reasons[2]
    assert "cannot be saved" in done.reasons[2]


def test_secrets_are_never_kept(place, monkeypatch):
    """No byte of a known secret is under `.nbops/checkpoints`, whatever holds it; those cells are executed."""
    secret = "hunter2-" + "q" * 20
    monkeypatch.setenv("SERVICE_PASSWORD", secret)
    cells = (
        "import os",
        "word = os.environ['SERVICE_PASSWORD']\nn = len(word)",
        "url = f'https://me:{word}@host'\nm = len(url)",
        "settings = {'password': 'short', 'n': str(n)}\nk = len(settings)",
        "held = [url.encode('utf-16-le')]\nheld.append(b'x')",
        "fine = [str(n)]\nfine.append(n)",
        "#target\nfine",
    )
    run_cells(place, *cells)
    done = run_cells(place, *cells)
    assert done.skipped in ([6], [])
    assert "secret" in done.reasons[3]
    folder = place.root / "checkpoints"
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for spelled in (secret.encode(), secret.encode("utf-16-le"), b"short"):
        assert spelled not in kept
    assert folder.is_dir()


def test_checkpoints_are_private_and_out_of_git(place):
    """Nobody else can read them; they ignore themselves."""
    run_cells(place, "a = str(3)", "#target\na")
    folder = place.root / "checkpoints"
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".gitignore"]
    assert {path.parent.parent.name for path in files} >= {"entries", "checkpoints"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize("damage", ["truncate", "flip", "remove", "entry", "other format"])
def test_damaged_checkpoints_cost_nothing(place, damage, monkeypatch):
    """A file that is not what it was means that the cell is executed."""
    cells = ("import numpy as np", "a = np.arange(1000)\nb = str(a)", "#target\nr = a.sum()")
    first = run_cells(place, *cells, read=["b"])
    blob = next((place.root / "checkpoints" / "blobs").iterdir())
    entry = next((place.root / "checkpoints" / "entries").glob("*/*.json"))
    content = blob.read_bytes()
    if damage == "truncate":
        blob.write_bytes(content[:100])
    elif damage == "flip":
        blob.write_bytes(content[:500] + bytes([content[500] ^ 1]) + content[501:])
    elif damage == "remove":
        blob.unlink()
    elif damage == "entry":
        entry.write_text("{")
    else:
        monkeypatch.setattr(reuse, "FORMAT", "0")
    done = run_cells(place, *cells, read=["b"])
    assert done.skipped == []
    assert done.names == first.names
    assert run_cells(place, *cells).skipped == [2]


def test_the_quota_holds_and_keeps_what_was_used_last(place):
    """Eviction takes the checkpoints that were used longest ago."""
    cells = ["import numpy as np", *(f"a{n} = np.full(20_000, {n}.0)\nb{n} = str({n})" for n in range(4)), "#target\n1"]
    run_cells(place, *cells)
    entries = Entries(place)
    paths = sorted((entries.folder / "entries").glob("*/*.json"))
    for path in paths:
        os.utime(path, (1, 1))
    assert run_cells(place, cells[0], cells[2], cells[5]).skipped == [2]
    assert entries.evict(400_000) == 2
    held = sum(path.stat().st_size for path in entries.folder.rglob("*") if path.is_file())
    assert held <= 400_000
    assert run_cells(place, cells[0], cells[2], cells[5]).skipped == [2]
    assert entries.evict(0) == 3 - 1
    assert not list((entries.folder / "blobs").iterdir())


def test_what_is_too_large_or_too_slow_to_save_is_not_saved(place):
    """The limit and the time that a checkpoint may take hold, and nothing is left behind of the attempt."""
    cells = ("import numpy as np", "a = np.zeros(1_000_000)\nb = str(3)", "#target\n1")
    done = run_cells(place, *cells, limit=1_000_000)
    assert "larger than 1 MB" in done.reasons[2]
    assert not list((place.root / "checkpoints" / "blobs").iterdir())


def test_two_processes_may_share_the_checkpoints(place):
    """Runs at the same time write and read the same folder; both get their results, and so do later ones."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom cells_apart import run_cells\n"
        "from nbops.pipelines.resuming.entries import Entries\nfrom nbops.workspace import open_workspace\n"
        "place = open_workspace(Path.cwd())\n"
        "for turn in range(12):\n"
        "    done = run_cells(place, 'import numpy as np', f'a = np.arange(1000) + {turn % 3}\\nb = str(a.sum())',\n"
        "                     '#target\\nb', read=['b'])\n"
        "    assert done.names['b'] == str(499500 + 1000 * (turn % 3)), done.names\n"
        "    Entries(place).evict(20_000)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=place.project, env=environment, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    errors = [process.communicate(timeout=120)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0], errors


def test_what_a_skipped_cell_defined_is_not_the_next_cell_s(place):
    """Capture takes restored names for what was there before, and knows the literals that the skipped cell typed."""
    from nbops.capture.cells import end_cell

    seen = []
    original = end_cell.execution_of

    def noted(*args, **kwargs):
        seen.append(original(*args, **kwargs))
        return seen[-1]

    end_cell.execution_of = noted
    try:
        cells = ("depth = 3\na = str(depth)", "b = a * 2", "#target\nc = b")
        run_cells(place, *cells)
        seen.clear()
        done = run_cells(place, *cells)
    finally:
        end_cell.execution_of = original
    assert done.skipped == [1, 2]
    assert [item.defined for item in seen] == [("c",)]
    assert seen[0].count == 3
