"""Property: whatever was edited, a run that re-uses gives what a fresh run gives."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cells_apart import run_cells
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbops.workspace import open_workspace

NAMES = "abcd"
IMPORTS = "import random\nimport numpy as np"
START = "a = [1]\nb = {'k': [2]}\nc = np.arange(4.0)\nd = 1\nrandom.seed(1)\nnp.random.seed(2)"
DEFINE = "def grow(x, by=[0]):\n    by[0] += 1\n    x.append(by[0])\n    return x\n\ndef read():\n    return str(d)"
TARGET = "#target\nresult = repr((a, b, c, d, a is b, np.shares_memory(np.asarray(c, dtype=float), np.zeros(1))))"

name = st.sampled_from(NAMES)
number = st.integers(0, 3)
STATEMENTS = st.one_of(
    st.builds("{} = [{}]".format, name, number),
    st.builds("{} = {}".format, name, name),
    st.builds("{} = list(map(str, [{}, {}]))".format, name, number, number),
    st.builds("{0}.append({1}) if isinstance({0}, list) else None".format, name, number),
    st.builds("{0}.append({1}) if isinstance({0}, list) and {1} is not {0} else None".format, name, name),
    st.builds("{0}['n'] = {1} if isinstance({0}, dict) else None".replace("{0}['n'] = ", "").format, name, number),
    st.builds("{0}.update(n={1}) if isinstance({0}, dict) else None".format, name, number),
    st.builds("{0} = np.zeros(4) + {1}".format, name, number),
    st.builds("{0} = {1}[1:3] if isinstance({1}, np.ndarray) else [{2}]".format, name, name, number),
    st.builds("{0}[0] = {1} if isinstance({0}, np.ndarray) else None".replace("{0}[0] = ", "").format, name, number),
    st.builds("{0}.fill({1}) if isinstance({0}, np.ndarray) else None".format, name, number),
    st.builds("{0} = random.random()".format, name),
    st.builds("{0} = float(np.random.rand())".format, name),
    st.builds("random.seed({})".format, number),
    st.builds("{0} = grow([{1}])".format, name, number),
    st.builds("{0} = grow({1}) if isinstance({1}, list) else grow([])".format, name, name),
    st.builds("{0} = read()".format, name),
    st.builds("{0} = dict(k={1})".format, name, name),
    st.builds("{0} = (lambda y: lambda: y)({1})()".format, name, name),
    st.builds("d = {}".format, number),
)
CELL = st.lists(STATEMENTS, min_size=1, max_size=3).map("\n".join)
PIPELINE = st.lists(CELL, min_size=2, max_size=5)


@st.composite
def edits(draw):
    """A pipeline, and the same after an edit: a cell replaced, removed, added or moved."""
    before = draw(PIPELINE)
    after = list(before)
    place = draw(st.integers(0, len(before) - 1))
    how = draw(st.sampled_from(["replace", "remove", "add", "move", "nothing"]))
    if how == "replace":
        after[place] = draw(CELL)
    elif how == "remove":
        del after[place]
    elif how == "add":
        after.insert(place, draw(CELL))
    elif how == "move":
        after.insert(draw(st.integers(0, len(before) - 1)), after.pop(place))
    return before, after


def around(cells):
    return IMPORTS, DEFINE, START, *cells, TARGET


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(edit=edits(), worth=st.sampled_from([0.0, 0.0, 0.0005]))
def test_reuse_after_an_edit_equals_a_fresh_run(edit, worth, tmp_path_factory):
    """Aliases, views, in-place changes, mutable defaults and seeded draws: never a different result."""
    import os

    before, after = edit
    folder = tmp_path_factory.mktemp("edited")
    (folder / "pyproject.toml").write_text("")
    here = Path.cwd()
    os.chdir(folder)
    old = {key: os.environ.get(key) for key in ("NBOPS_WORKSPACE", "NBOPS_RECORDER")}
    place = open_workspace(folder)
    os.environ |= {"NBOPS_WORKSPACE": str(place.root), "NBOPS_RECORDER": "off"}
    try:
        run_cells(place, *around(before), worth=worth)
        reused = run_cells(place, *around(after), worth=worth)
        fresh = run_cells(place, *around(after), fresh=True, limit=0)
        assert reused.ns.get("result") == fresh.ns.get("result"), (reused.reasons, around(after))
        again = run_cells(place, *around(before), worth=worth)
        plain = run_cells(place, *around(before), fresh=True, limit=0)
        assert again.ns.get("result") == plain.ns.get("result"), (again.reasons, around(before))
    finally:
        os.chdir(here)
        for key, value in old.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        shutil.rmtree(folder)
