"""The user's code closes descriptors, moves folders and makes errors of warnings; runs and files stay whole."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nbops.capture.journal.journal import Journal, journal_folders, read_journal
from nbops.capture.journal.records import Execution, RunClosed, RunOpened
from nbops.workspace import Workspace, open_workspace
from shell_process import ShellProcess

_FIND = """
import os
def named(fd):
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""
(jfd,) = [int(fd) for fd in os.listdir("/proc/self/fd") if named(fd).endswith("/journal")]
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project that is the current directory; no recorder starts."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    for name in ("NBOPS_WORKSPACE", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def kernel(project):
    """A shell in a process of its own."""
    shell = ShellProcess()
    yield shell
    shell.kill()


def _records(project, kind):
    (folder,) = journal_folders(Workspace(project / ".nbops"))
    reading = read_journal(folder)
    assert (reading.damaged, reading.tail) == (0, b"")
    return [record for record in reading.records if isinstance(record, kind)]


def test_a_file_that_takes_the_journals_number_stays_the_users(kernel, project):
    """`os.closerange` closes the journal and the next file gets its number: no line goes there, no run is lost."""
    kernel.run("%%track\nfirst = 1.0")
    kernel.run(_FIND)
    kernel.run(
        "%%track\nos.closerange(jfd, jfd + 1)\nmine = os.open('precious.txt', os.O_RDWR | os.O_CREAT)\n"
        "assert mine == jfd\nos.write(mine, b'precious')"
    )
    kernel.run("%%track\nthird = 3.0\nos.write(mine, b' words')")
    kernel.close()
    assert (project / "precious.txt").read_text() == "precious words"
    assert [len(_records(project, kind)) for kind in (RunOpened, RunClosed)] == [3, 3]


def test_a_closed_journal_is_opened_anew(kernel, project):
    """Its descriptor is closed and nobody takes the number: the next record opens the file again."""
    kernel.run("%%track\nfirst = 1.0")
    kernel.run(_FIND)
    kernel.run("%%track\nos.close(jfd)")
    kernel.run("%%track\nthird = 3.0")
    assert [len(_records(project, kind)) for kind in (RunOpened, RunClosed)] == [3, 3]


def test_a_journal_closes_no_file_of_others(tmp_path):
    """Giving a journal back leaves alone what has its number by now."""
    import os

    from nbops.capture.journal.records import RunLogged

    journal = Journal(open_workspace(tmp_path), "s")
    journal.append(RunLogged(run="1" * 32, time=0.0))
    number = journal._descriptor
    os.close(number)
    mine = os.open(tmp_path / "mine", os.O_RDWR | os.O_CREAT)
    assert mine == number
    journal.close()
    os.write(mine, b"still open")
    os.close(mine)


def test_a_moved_project_takes_its_kernel_along(kernel, project):
    """The project is renamed while a kernel lives: it goes on there, says so once, and nothing appears in the old."""
    moved = project.with_name("project-moved")
    kernel.run("import warnings\nheard = []\nwarnings.showwarning = lambda said, *_, **__: heard.append(str(said))")
    kernel.run("%%track\nfirst = 1.0")
    project.rename(moved)
    kernel.run("%%track\nsecond = 2.0")
    kernel.run("%%track\nimport pandas as pd\nframe = pd.DataFrame({'a': [1, 2, 3]})\nraise_later = frame.sum()")
    heard = kernel.value("heard")
    assert [f"but into {moved}" in said for said in heard] == [True]
    assert kernel.value("str(__import__('nbops.magics.place').magics.place.kernel_workspace().root)") == str(
        moved / ".nbops"
    )
    assert not project.exists()
    assert [len(_records(moved, kind)) for kind in (RunOpened, RunClosed)] == [3, 3]


def test_a_workspace_moved_out_of_sight_is_begun_anew(kernel, project):
    """Only `.nbops` is renamed: the kernel says so and goes on in a new one that is kept out of git, too."""
    kernel.run("import warnings\nheard = []\nwarnings.showwarning = lambda said, *_, **__: heard.append(str(said))")
    kernel.run("%%track\nfirst = 1.0")
    (project / ".nbops").rename(project / "aside")
    kernel.run("%%track\nsecond = 2.0")
    assert ["was moved" in said for said in kernel.value("heard")] == [True]
    assert (project / ".nbops" / ".gitignore").exists()
    assert len(_records(project, RunClosed)) == 1
    assert len(_records(project, Execution)) == 1


_STRICT = """
import sys, warnings
from IPython.core.interactiveshell import InteractiveShell
from nbops.capture.boundary import say_once, unharmed
shell = InteractiveShell.instance()
shell.run_cell("%load_ext nbops", store_history=True)
warnings.simplefilter(sys.argv[1])
def broken(*_, **__):
    raise RuntimeError("a hiccup")
shell.run_cell("%%track\\naccuracy = 0.5", store_history=True)
with unharmed("a thing"):
    raise ValueError("x")
warnings.showwarning = broken
say_once("another thing")
print("went on")
"""


@pytest.mark.parametrize(("word", "told"), [("error", True), ("ignore", False), ("default", True)])
def test_filters_of_the_user_cost_no_run(project, word, told):
    """`warnings.simplefilter("error")` raises nothing of ours, "ignore" silences it, and the run is there."""
    done = subprocess.run([sys.executable, "-c", _STRICT, word], capture_output=True, text=True, timeout=60, check=True)
    assert "went on" in done.stdout
    assert ("nbops did not record a thing: ValueError: x" in done.stderr) == told
    assert "Traceback" not in done.stdout + done.stderr
    (closed,) = _records(project, RunClosed)
    assert closed.status == "FINISHED"
