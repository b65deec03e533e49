"""A forked child of a kernel is not the kernel: it writes nothing of its parent's, and keeps nothing of it alive."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from journal_writer import until
from nbops.capture.journal.journal import is_held, journal_folders, read_journal
from nbops.capture.journal.records import Execution, RunClosed, RunLogged
from nbops.recording.list_runs import list_runs
from shell_process import ShellProcess

_SCRIPT = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("%load_ext nbops", store_history=True)
for cell in sys.argv[1:]:
    shell.run_cell(cell, store_history=True)
"""


def _run(*cells):
    """Run cells in a plain shell that ends after the last one, as does every child that comes that far."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *cells],
        env=os.environ | {"NBOPS_QUIET": "1", "NBOPS_RECORDER": "off"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout + done.stderr


@pytest.fixture
def kernel(stored_workspace, monkeypatch):
    """A shell in a process of its own, and no recorder."""
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    shell = ShellProcess()
    yield shell
    shell.kill()


def _records(workspace):
    (folder,) = journal_folders(workspace)
    return read_journal(folder).records


def _closed(workspace):
    return [record for record in _records(workspace) if isinstance(record, RunClosed)]


def test_a_forked_child_ends_no_run(stored_workspace):
    """It leaves the tracked cell in the middle by `sys.exit`: the parent's run has one end and one execution."""
    _run(
        "%%track\nimport os, sys, nbops\npid = os.fork()\nif pid == 0:\n    nbops.log(accuracy=99.0)\n    sys.exit(0)\n"
        "os.waitpid(pid, 0)\nnbops.log(accuracy=0.5)"
    )
    (closed,) = _closed(stored_workspace)
    assert closed.status == "FINISHED"
    found = _records(stored_workspace)
    assert [record.metrics for record in found if isinstance(record, RunLogged)] == [{"accuracy": 0.5}]
    assert [record.count for record in found if isinstance(record, Execution)] == [1, 2]


def test_a_forked_child_logs_nothing_and_ends_no_block(stored_workspace):
    """A child's values and its way out of a `with nbops.track()` block are not the parent's; it hears so."""
    told = _run(
        "import os, sys, nbops\nwith nbops.track('block') as run:\n    pid = os.fork()\n    if pid == 0:\n"
        "        run.log(loss=99.0)\n        sys.exit(0)\n    os.waitpid(pid, 0)\n    run.log(loss=0.5)",
        "%%track\nlast = 1.0 if pid else 98.0",
    )
    assert [record.status for record in _closed(stored_workspace)] == ["FINISHED", "FINISHED"]
    logged = [record.metrics for record in _records(stored_workspace) if isinstance(record, RunLogged)]
    assert logged == [{"loss": 0.5}]
    assert "did not record what a forked process logs" in told
    assert "did not record this cell, because a forked process runs it" in told


def test_a_pool_of_forked_processes_writes_nothing(kernel, stored_workspace):
    """The children of `multiprocessing` compute; the parent's run has one end, with what the parent has."""
    kernel.run(
        "%%track\nimport multiprocessing\n\ndef square(x):\n    return x * x\n\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "    accuracy = float(sum(pool.map(square, range(5))))"
    )
    (closed,) = _closed(stored_workspace)
    assert (closed.status, closed.metrics["accuracy"]) == ("FINISHED", 30.0)


def test_a_child_that_outlives_the_kernel_keeps_no_run_alive(kernel, stored_workspace):
    """The kernel is killed while a child of its tracked cell goes on: the lock is free and the run is KILLED."""
    kernel.process.stdin.write(
        '{"cell": "%%track\\nimport os, time\\npid = os.fork()\\nif pid == 0:\\n    time.sleep(60)\\n'
        "open('child', 'w').write(str(pid))\\ntime.sleep(60)\"}\n"
    )
    kernel.process.stdin.flush()
    path = stored_workspace.project / "child"
    child = int(until(lambda: path.exists() and path.read_text()))
    (folder,) = journal_folders(stored_workspace)
    try:
        assert is_held(folder)
        kernel.kill()
        os.kill(child, 0)
        assert not is_held(folder)
        assert [run.status for run in list_runs(stored_workspace)] == ["KILLED"]
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_fork_leaves_the_parent_its_lock(kernel, stored_workspace):
    """A child that lets go of the journal and exits does not take the parent's lock with it."""
    kernel.run("%%track\nimport os\npid = os.fork()\nif pid == 0:\n    os._exit(0)\nos.waitpid(pid, 0)")
    (folder,) = journal_folders(stored_workspace)
    assert is_held(folder)
