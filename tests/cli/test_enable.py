"""`nbops enable` loads nbops in every kernel, `nbops disable` takes it back."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from nbops.cli import main


@pytest.fixture
def ipython_home(tmp_path, monkeypatch):
    """An IPython directory of its own."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return tmp_path / "ipython"


def _shell(code: str) -> str:
    command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_enabled_shell_has_loaded_it(ipython_home):
    """A fresh IPython knows nbops without %load_ext, and no name of ours is left behind."""
    assert CliRunner().invoke(main, ["enable"]).exit_code == 0
    code = (
        "print('nbops' in get_ipython().extension_manager.loaded, [n for n in get_ipython().user_ns if 'nbops' in n])"
    )
    assert _shell(code).strip().endswith("True []")


def test_disable_takes_it_back(ipython_home):
    """After disable a fresh IPython is as before; doing it twice is no error."""
    CliRunner().invoke(main, ["enable"])
    assert "no longer" in CliRunner().invoke(main, ["disable"]).stdout
    assert "nothing to take back" in CliRunner().invoke(main, ["disable"]).stdout
    assert _shell("print('nbops' in get_ipython().extension_manager.loaded)").strip().endswith("False")


def test_kernel_without_nbops_starts_silently(ipython_home, tmp_path):
    """The startup file is shared by all environments; one that lacks nbops must not notice it."""
    CliRunner().invoke(main, ["enable"])
    startup = next((ipython_home / "profile_default" / "startup").glob("*.py"))
    script = tmp_path / "bare.py"
    script.write_text(f"import sys; sys.modules['nbops'] = None\nexec(open({str(startup)!r}).read())\n")
    bare = tmp_path / "bare"
    bare.mkdir()
    answer = subprocess.run(
        [sys.executable, "-S", "-I", str(startup)], capture_output=True, text=True, check=False, cwd=bare
    )
    assert (answer.returncode, answer.stderr) == (0, "")
