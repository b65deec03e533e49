"""What a cell depends on without naming it: modules of the project, files anywhere, the environment."""

from __future__ import annotations

import sys

import pytest
from cells_apart import run_cells

MODULE = "lively_module_of_a_test"
USERS = {
    "reads the clock": "import time\ndef f():\n    return time.time()\n",
    "reads the clock (datetime": "from datetime import datetime as d\ndef f():\n    return str(d.now())\n",
    "reads environment variables": "import os\nM = os.environ.get('MODE')\ndef f():\n    return M\n",
    "no seed": "import numpy as np\ndef f():\n    return np.random.default_rng().integers(9)\n",
    "has no seed": "import numpy as np\ndef f(seed=None):\n    return np.random.default_rng(seed).integers(9)\n",
    "nobody can seed": "from uuid import uuid4\ndef f():\n    return str(uuid4())\n",
    "starts other programs": "import subprocess as sp\ndef f(go=''):\n    return go and sp.check_output([go])\n",
    "reads files where": "from pathlib import Path\ndef f():\n    return Path('flag').exists()\n",
}


@pytest.fixture
def module(place, monkeypatch):
    """Write a module of the project, which is imported anew in each run."""
    monkeypatch.syspath_prepend(str(place.project))

    def write(source):
        (place.project / f"{MODULE}.py").write_text(source)

    yield write
    sys.modules.pop(MODULE, None)


def run(place, *cells, **options):
    """Run *cells* in what could be a new process."""
    sys.modules.pop(MODULE, None)
    return run_cells(place, *cells, **options)


@pytest.mark.parametrize("reason", USERS)
def test_users_of_a_module_that_cannot_be_repeated_are_executed(place, module, reason):
    """What the source of the module mentions counts for the cell that uses it; others are skipped all the same."""
    module(USERS[reason])
    cells = (f"import {MODULE} as own\nn = 3", "y = own.f()", "z = [n]\nz.append(1)", "#target\ny")
    run(place, *cells)
    done = run(place, *cells)
    assert done.skipped == [3]
    assert f"uses {MODULE}.py, which " in done.reasons[2]
    assert reason in done.reasons[2]


def test_files_read_while_importing_count_for_all_users(place, module):
    """A module that reads its settings where it is imported gives other results when they change."""
    module("import json\nCONFIG = json.load(open('config.json'))\n")
    (place.project / "config.json").write_text('{"k": 1}')
    cells = (f"import {MODULE} as own", "y = str(own.CONFIG['k'] * 2)", "#target\ny")
    run(place, *cells)
    assert run(place, *cells).skipped == [2]
    (place.project / "config.json").write_text('{"k": 5}')
    done = run(place, *cells, read=["y"])
    assert done.skipped == []
    assert done.names == {"y": "10"}


STATES = {
    "class": "class A:\n    items = []\n    def reg(self):\n        type(self).items.append(1)\ndef add():\n"
    "    A().reg()\ndef count():\n    return len(A.items)\n",
    "default": "def count(held=[]):\n    return len(held)\ndef add():\n    count.__defaults__[0].append(1)\n",
    "cache": "import functools\nN = [0]\n@functools.lru_cache\ndef g(x):\n    return x\n"
    "def add():\n    g(3)\ndef count():\n    return g.cache_info().currsize\n",
}


@pytest.mark.parametrize("state", STATES)
def test_state_of_classes_and_functions_of_a_module_is_not_left_behind(place, module, state):
    """A cell that changes a list of a class, a default or a cache of the project's own module is executed."""
    module(STATES[state])
    cells = (f"import {MODULE} as own", "own.add()\nb = str(1)", "#target\nr = own.count()")
    for _ in range(2):
        done = run(place, *cells, read=["r"])
        assert done.skipped == []
        assert done.names == {"r": 1}
    assert "changes what the module" in done.reasons[2]


@pytest.mark.parametrize("name", ["conf.py", ".cache/a.txt", ".config/a.txt", "shared memory"])
def test_every_file_that_is_read_counts(place, name):
    """Neither suffix nor folder hides a file."""
    from pathlib import Path

    path = Path("/dev/shm/nbops_file_of_a_test.txt") if name == "shared memory" else place.project / name
    if name == "shared memory" and not path.parent.is_dir():
        pytest.skip("no shared memory here")
    path.parent.mkdir(exist_ok=True)
    cells = (f"p = {str(path)!r}", "y = open(p).read()", "#target\ny")
    try:
        path.write_text("1")
        run_cells(place, *cells)
        assert run_cells(place, *cells).skipped == [2]
        path.write_text("2")
        done = run_cells(place, *cells, read=["y"])
    finally:
        path.unlink()
    assert done.skipped == []
    assert done.names == {"y": "2"}
    assert done.reasons[2] == f"{path.name} changed"


@pytest.mark.parametrize(("variable", "value"), [("TZ", "Asia/Tokyo"), ("LC_ALL", "C"), ("PYTHONHASHSEED", "7")])
def test_the_environment_of_the_process_counts(place, monkeypatch, variable, value):
    """Time zone, locale and hash seed change results without being named."""
    cells = ("n = 3", "y = str(n)", "#target\ny")
    monkeypatch.delenv(variable, raising=False)
    run_cells(place, *cells)
    assert run_cells(place, *cells).skipped == [2]
    monkeypatch.setenv(variable, value)
    done = run_cells(place, *cells)
    assert done.skipped == []
    assert done.reasons[2].startswith("another ")


@pytest.mark.parametrize(
    "code",
    [
        "import os\ny = os.getpid()",
        "import os\ny = os.path.expandvars('$MODE')",
        "import numpy as np\ny = str(np.datetime64('now'))",
        "import socket\ny = socket.gethostname()",
        "with open('/dev/urandom', 'rb') as f:\n    y = f.read(3)",
    ],
)
def test_what_differs_from_run_to_run_is_never_skipped(place, code):
    """Process, host, variables in paths, the clock of NumPy and devices."""
    cells = ("n = 3", code, "#target\ny")
    run_cells(place, *cells)
    assert run_cells(place, *cells).skipped == []
