"""Which names an execution bound, deleted or changed."""

from __future__ import annotations

import hashlib

import pytest

SETUP = (
    "import numpy as np, pandas as pd, random, os\n"
    "lst = [1, 2]\nalias = lst\nbox = {'inner': lst}\narr = np.arange(6.0)\nview = arr[:2]\n"
    "df = pd.DataFrame({'a': [1.0, 2.0], 's': ['x', 'y']})\nnested = [[1], [2]]\n"
    "words = np.array(['a', None], object)\n"
    "class Thing:\n    count = 0\n    def __init__(self):\n        self.parts = []\n"
    "    def grow(self):\n        self.parts.append(1)\n"
    "thing = Thing()\nheld = thing.parts\ngen = np.random.default_rng(0)\nit = iter([1, 2])\n"
    "def put(x, into=lst):\n    into.append(x)\ndef grow_global():\n    lst.append(9)\n"
    "def rebind():\n    global counter\n    counter = 5\ncounter = 1\nbigger = np.zeros(200_000)\n"
    "s = pd.Series(['a', 'b'])\nout = pd.Series([1, 2], index=['p', 'q'])"
)


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("lst.append(3)", {"lst", "alias", "box"}),
        ("alias.append(3)", {"lst", "alias", "box"}),
        ("box['inner'].append(3)", {"lst", "alias", "box"}),
        ("box['new'] = 1", {"box"}),
        ("len(lst), lst[0], sum(lst)", set()),
        ("view[:] = 9", {"view", "arr"}),
        ("arr[0] = 9", {"view", "arr"}),
        ("arr.mean(); df.describe(); df['a'].sum()", set()),
        ("df['b'] = 1", {"df"}),
        ("df.loc[0, 'a'] = 5.0", {"df"}),
        ("df.sort_values('a', ascending=False, inplace=True)", {"df"}),
        ("df.rename(columns={'a': 'z'}, inplace=True)", {"df"}),
        ("df.loc[0, 's'] = 'changed'", {"df"}),
        ("s[0] = 'z'", {"s"}),
        ("out.index = ['p', 'r']", {"out"}),
        ("nested[0].append(2)", {"nested"}),
        ("for part in nested:\n    part.append(0)", {"nested"}),
        ("words[0] = 'b'", {"words"}),
        ("thing.grow()", {"thing", "held"}),
        ("held.append(4)", {"thing", "held"}),
        ("Thing.count = 3", {"Thing"}),
        ("gen.normal()", {"gen"}),
        ("put(4)", {"lst", "alias", "box", "put"}),
        ("grow_global()", {"lst", "alias", "box"}),
        ("bigger[-1] = 1", {"bigger"}),
        ("lst.sort()", set()),
        ("lst += [5]", {"lst", "alias", "box"}),
    ],
)
def test_in_place_changes_are_seen(cells, source, changed):
    """Also through aliases, views, containers and functions; reading changes nothing."""
    cells.run(SETUP)
    execution = cells.execution(source)
    # `put` holds `lst` as a default argument, `thing` shares its class.
    shared = {"lst": {"put"}, "Thing": {"thing"}}
    wanted = changed.union(*(shared.get(name, ()) for name in changed))
    assert set(execution.changed) == wanted
    assert not execution.assumed


def test_what_cannot_be_seen_is_assumed(cells):
    """An iterator that was touched counts as changed without being asked."""
    cells.run(SETUP)
    assert cells.execution("next(it)").assumed == ("it",)


def test_objects_beyond_the_budget_are_assumed(cells):
    """What cannot be hashed in time counts as changed."""
    import dataclasses

    from nbops.capture.runs.session import current_session

    session = current_session()
    session.settings = dataclasses.replace(session.settings, fingerprint_ms=2)
    cells.run("import numpy as np\nhuge = np.zeros(30_000_000)")
    assert cells.execution("huge.shape").assumed == ("huge",)


def test_bindings_and_deletions(cells):
    """Names bound in any way are defined, also through functions and star imports."""
    cells.run(SETUP)
    defined = cells.execution("from math import *\nrebind()").defined
    assert (defined[:3], "counter" in defined) == (("acos", "acosh", "asin"), True)
    execution = cells.execution("del lst\nfresh = 1\nglobals()['late'] = 2")
    assert (execution.deleted, execution.defined) == (("lst",), ("fresh", "late"))


def test_a_failing_cell_defines_only_what_it_reached(cells):
    """Names after the failure are not defined."""
    assert cells.execution("first = 1\n1 / 0\nsecond = 2", fails=True).defined == ("first",)


@pytest.mark.parametrize(
    ("source", "drew", "settings"),
    [
        ("random.random()", ("random",), ()),
        ("np.random.rand()", ("numpy",), ()),
        ("os.environ['NBOPS_TEST_X'] = 'a' + str(random.__name__)", (), ("environ",)),
        ("pd.set_option('display.max_rows', 17)", (), ("pandas.options",)),
        ("import sys; sys.path.append('/nowhere')", (), ("sys.path",)),
        ("1 + 1", (), ()),
    ],
)
def test_moves_of_the_process_are_seen(cells, source, drew, settings, monkeypatch):
    """Draws from global generators and changes of settings are effects that a slice must keep."""
    import sys

    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("NBOPS_TEST_X", "before")
    cells.run(SETUP)
    execution = cells.execution(source)
    assert (execution.drew, execution.settings) == (drew, settings)
    cells.run("pd.reset_option('display.max_rows')")


def test_files_that_are_opened(cells, project):
    """Reads and writes of data files are told apart, with what was read; libraries' own files are not listed."""
    (project / "data.csv").write_text("a,b\n1,2\n")
    cells.run("import pandas as pd")
    execution = cells.execution("frame = pd.read_csv('data.csv')\nframe.to_csv('out.csv')")
    read, written = execution.opened
    assert written == {"path": "out.csv", "mode": "w"}
    assert (read["path"], read["mode"], read["bytes"]) == ("data.csv", "r", 8)
    assert read["sha256"] == hashlib.sha256(b"a,b\n1,2\n").hexdigest()


def test_files_opened_below_python_are_seen_by_name(cells, project):
    """A path that the cell names counts where the library opens it in C++."""
    import pandas as pd

    pd.DataFrame({"a": [1]}).to_parquet(project / "part.parquet")
    cells.run("import pyarrow.parquet as pq")
    execution = cells.execution("table = pq.read_table('part.parquet')")
    assert [(one["path"], one["mode"]) for one in execution.opened] == [("part.parquet", "r")]
