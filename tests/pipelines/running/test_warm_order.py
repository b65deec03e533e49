"""What is imported before the fork, and when a kernel stays cold: said in a sentence, without starting one."""

from __future__ import annotations

import sys

import pytest

from nbops.pipelines.running.warm.cold_reason import cold_reason, split
from nbops.pipelines.running.warm.imports_of import imports_of
from nbops.pipelines.running.warm.installed import is_installed
from nbops.pipelines.running.warm.order import order

COMMAND = [sys.executable, "-m", "ipykernel_launcher", "-f", "k.json"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["import pandas as pd, numpy\nfrom sklearn import svm, tree"], ["pandas", "numpy", "sklearn:svm,tree"]),
        (["%matplotlib inline\nimport numpy", "x = 1", "import pandas"], ["numpy", "pandas"]),
        (["%%track\nimport numpy\nfrom numpy import ones"], ["numpy:ones"]),
        (["try:\n    import lightgbm\nexcept ImportError:\n    lightgbm = None"], ["lightgbm"]),
        (["def f():\n    import torch\nif x:\n    import jax\nimport numpy"], ["numpy"]),
        (["from __future__ import annotations\nfrom . import mine\nimport numpy"], ["numpy"]),
        (["import os\nos.environ['OMP_NUM_THREADS'] = '1'\nimport numpy"], ["os"]),
        (["import sys\nsys.path.insert(0, 'lib')", "import numpy"], ["sys"]),
        (["import os.path\nfrom os import path\nimport numpy"], ["os.path", "os:path", "numpy"]),
        (["from sys import path\nimport numpy"], []),
        (["import json\n!pip install -U numpy\nimport numpy"], ["json"]),
        (["%env A=1", "import numpy"], []),
        (["%%bash\nexport A=1", "import numpy"], []),
        (["import numpy\nthis is no Python", "import pandas"], []),
    ],
)
def test_imports_up_to_the_first_turning_point(cells, expected):
    """Top-level imports count in order, up to whatever may change what a later import gives."""
    found = [module + (":" + ",".join(names) if names else "") for module, names in imports_of(cells)]
    assert found == expected


@pytest.mark.parametrize(
    ("command", "options", "platform", "reason"),
    [
        (COMMAND, {}, "linux", ""),
        ([sys.executable, "-Xfrozen_modules=off", *COMMAND[1:]], {"cwd": ".", "env": {}}, "linux", ""),
        (COMMAND, {}, "darwin", "macOS: its system frameworks do not survive a fork"),
        (COMMAND, {}, "win32", "kernels are forked on Linux only, not on win32"),
        (["R", "--slave", "-e", "IRkernel::main()"], {}, "linux", "R is not started as an IPython kernel"),
        ([sys.executable, "-m", "xonsh", "k"], {}, "linux", "is not started as an IPython kernel"),
        (["/usr/bin/other", *COMMAND[1:]], {}, "linux", "interpreter is not the one that nbops runs in"),
        (COMMAND, {"preexec_fn": print}, "linux", "started with preexec_fn, which only a new process can have"),
        (COMMAND, {"stdout": -1}, "linux", "the kernel's output is read through a pipe"),
        (COMMAND, {"cwd": "/not/there"}, "linux", "its folder is not there"),
    ],
)
def test_reasons_to_stay_cold(command, options, platform, reason):
    """Each obstacle has its sentence; where there is none, there is no reason."""
    found = cold_reason(command, options, platform)
    assert reason in found
    assert bool(found) == bool(reason)


def test_a_command_is_taken_apart():
    """Interpreter and flags make the parent; what follows the module are the kernel's arguments."""
    assert split([sys.executable, "-Xdev", "-m", "ipykernel", "-f", "k"]) == ([sys.executable, "-Xdev"], ["-f", "k"])
    assert split([]) is None


def test_only_installed_modules_count(tmp_path, monkeypatch):
    """Python's own and installed packages are installed; a folder on the path (an editable install), a link are not."""
    site = tmp_path / "site-packages"
    site.mkdir()
    (tmp_path / "of_project.py").write_text("")
    (site / "of_site.py").write_text("")
    (site / "linked.py").symlink_to(tmp_path / "of_project.py")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.syspath_prepend(str(tmp_path))
    found = [name for name in ("json", "sys", "numpy.linalg", "of_site", "of_project", "linked", "nowhere")
             if is_installed(name)]  # fmt: skip
    assert found == ["json", "sys", "numpy.linalg", "of_site"]
    (tmp_path / "of_site.py").write_text("")
    assert not is_installed("of_site")


def test_orders_differ_by_what_imports_may_read():
    """Another thread count, search path or import makes another parent; another run does not."""

    def key(imports=(("numpy", ()),), **environment):
        return order([sys.executable], imports, {"HOME": "/h"} | environment, "/w", "/f").key

    assert key() == key(NBOPS_PIPELINE_SPEC="a", JPY_PARENT_PID="7", AIRFLOW_CTX_TRY_NUMBER="2")
    assert key(PYTHONPATH="lib") == key(PYTHONPATH="/f/lib")
    assert len({key(), key(OMP_NUM_THREADS="1"), key(PYTHONPATH="/x"), key(TZ="UTC"), key((("pandas", ()),))}) == 5
