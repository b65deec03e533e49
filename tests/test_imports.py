"""`import nbops` and `%load_ext nbops` stay light: proven on `sys.modules`, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {
    "altair", "blake3", "click", "cloudpickle", "duckdb", "fsspec", "ipywidgets", "jinja2", "jupyter_server", "libcst",
    "matplotlib", "mlflow", "nbclient", "nbformat", "numpy", "pandas", "papermill", "plotly", "polars", "pyarrow",
    "pydantic", "requests", "scipy", "skops", "sklearn", "sqlalchemy", "yaml",
}  # fmt: skip
_LOAD = """
import json, os, sys
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
shell.run_cell("a = 1")
before = set(sys.modules)
shell.run_cell({cell!r}).raise_error()
assert {cell!r} != "%load_ext nbops" or "track" in shell.magics_manager.magics["line"]
print("\\n" + json.dumps([sorted(set(sys.modules) - before), os.path.exists(".nbops")]))
"""


@pytest.mark.parametrize("cell", ["import nbops", "%load_ext nbops"])
def test_nothing_heavy_is_loaded(cell, tmp_path):
    """None of the libraries that cost seconds enters `sys.modules`, and nothing is written."""
    (tmp_path / "pyproject.toml").write_text("")
    answer = subprocess.run(
        [sys.executable, "-c", _LOAD.format(cell=cell)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    modules, wrote = json.loads(answer.stdout.splitlines()[-1])
    assert not {name for name in modules if name.partition(".")[0] in HEAVY}
    assert not wrote


def test_rooms_that_wait_for_first_use_are_not_loaded(tmp_path):
    """Loading imports capture and magics only; every other room waits until a word needs it."""
    cell = "%load_ext nbops"
    answer = subprocess.run(
        [sys.executable, "-c", _LOAD.format(cell=cell)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    modules, _ = json.loads(answer.stdout.splitlines()[-1])
    rooms = {name.split(".")[1] for name in modules if name.startswith("nbops.")}
    assert rooms <= {"capture", "errors", "magics", "processes", "settings", "addresses", "workspace"}
