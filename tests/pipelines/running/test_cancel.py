"""Runs in a process of their own, cancelled, interrupted and orphaned; nothing they started may be left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import replace

import psutil
import pytest

from nbops.errors import PipelineError, PipelineFailed, RunNotFound, RunNotUsable
from nbops.pipelines.running.cancel import cancel
from nbops.pipelines.running.heartbeat import Running, read_running, running_file, wish_file
from nbops.pipelines.running.list_running import list_running
from nbops.pipelines.running.process_tree import ProcessTree
from nbops.pipelines.running.run import run
from nbops.processes import Owner, process_named, this_process
from nbops.recording.get_run import get_run

# A child in the kernel's group, one in a session of its own, and joblib's workers.
_CELL = """
import subprocess, sys, time
from joblib import Parallel, delayed
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
Parallel(n_jobs=2)(delayed(time.sleep)(300) for _ in range(2))
"""
_WORKERS = 4


def processes_of(running):
    """Return the living processes that carry the run's mark."""
    name, _, value = running.mark.partition("=")
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(name) == value and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


@pytest.fixture
def started(ground, notebook):
    """Start `nbops run` on a notebook with busy children, and return its process and what it says of itself."""
    begun = []

    def start(*options):
        notebook("family.ipynb", "a = 1.5\nscore = a * 2", _CELL)
        command = [sys.executable, "-m", "nbops.cli", "run", "family.ipynb", "--progress-bar", *options]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ground.project)
        begun.append(process)
        (running,) = wait_for(lambda: [one for one in list_running(ground) if one.cell == 1])
        wait_for(lambda: len(processes_of(running)) > _WORKERS)
        return process, list_running(ground)[0]

    yield start
    for process in begun:
        process.kill()
        process.communicate()


def ended(running, workspace):
    """Wait until nothing of a run is left; return it as it is on record."""
    wait_for(lambda: not processes_of(running), 20)
    assert not list_running(workspace)
    return get_run(running.run, workspace=workspace)


def test_cancelled_from_another_process(started, ground):
    """Kernel, children and workers are gone, the run is KILLED with what it had; the command that ran it fails."""
    process, running = started()
    assert (running.pipeline, running.path, running.cell, running.cells) == ("family", "family.ipynb", 1, 2)
    assert (running.title, running.state, running.origin) == (_CELL.splitlines()[3], "running", "command")
    assert time.time() - running.beat < 5
    told = subprocess.run(
        [sys.executable, "-m", "nbops.cli", "cancel", running.run[:8], "--json"],
        cwd=ground.project, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(told.stdout)["status"] == "KILLED"
    done = ended(running, ground)
    assert (done.status, done.error["ename"], done.metrics) == ("KILLED", "Cancelled", {"score": 3.0})
    assert done.error["evalue"].startswith("cancelled in cell 2 of 2 (subprocess.Popen(")
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "PipelineCancelled: cancelled in cell 2 of 2" in complaint
    assert complaint.startswith("family: starting the kernel …\nfamily: cell 1/2 · a = 1.5 · 0:")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)]
)
def test_ctrl_c_and_sigterm(started, ground, number, code):
    """The command ends within the grace, with the shell's exit code and one sentence."""
    process, running = started()
    process.send_signal(number)
    _, complaint = process.communicate(timeout=30)
    assert process.returncode == code
    assert complaint.rstrip().endswith("cancelled; the run is KILLED, and nothing of it runs any more")
    done = ended(running, ground)
    assert (done.status, done.error["ename"], done.metrics) == ("KILLED", "Cancelled", {"score": 3.0})


@pytest.mark.parametrize("when", [0.0, 0.4])
def test_ctrl_c_while_the_kernel_starts(ground, notebook, when):
    """There is no cell to interrupt yet: nothing stays, and the run is KILLED rather than forgotten."""
    notebook("early.ipynb", "import time\ntime.sleep(300)")
    command = [sys.executable, "-m", "nbops.cli", "run", "early.ipynb"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ground.project)
    try:
        (running,) = wait_for(lambda: list_running(ground))
        time.sleep(when)
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=15)
        except subprocess.TimeoutExpired:  # the signal may fall into a callback that Python does not let raise
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
        assert process.returncode == 130
        assert ended(running, ground).status == "KILLED"
    finally:
        process.kill()
        process.wait()


def test_cancelled_between_attempts(ground, notebook):
    """The next attempt is not begun; it is on record as KILLED, the one before as FAILED."""
    notebook("hopeless.ipynb", "raise ValueError('never')")
    command = [sys.executable, "-m", "nbops.cli", "run", "hopeless.ipynb", "--retries", "9"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ground.project)
    try:
        (running,) = wait_for(lambda: [one for one in list_running(ground) if one.title.startswith("attempt 3 of 10")])
        assert cancel(running.retry_of, ground).id == running.run
        _, complaint = process.communicate(timeout=60)
        assert "PipelineCancelled: cancelled in its start" in complaint
        assert process.returncode == 1
        done = ended(running, ground)
        assert (done.status, done.tags["nbops.attempt"], done.tags["nbops.retry_of"]) == (
            "KILLED",
            "3",
            running.retry_of,
        )
        assert get_run(running.retry_of, workspace=ground).status == "FAILED"
    finally:
        process.kill()
        process.wait()


def test_a_killed_supervisor_leaves_nothing(started, ground):
    """SIGKILL on `nbops run`: kernel and children die with it, and the next look ends the record as KILLED."""
    process, running = started()
    process.kill()
    process.communicate()
    wait_for(lambda: not processes_of(running), 10)
    assert running_file(ground, running.run).exists()
    done = ended(running, ground)
    assert (done.status, done.error["ename"], done.metrics) == ("KILLED", "Abandoned", {"score": 3.0})
    assert "the process that supervised it is gone" in done.error["evalue"]
    assert not running_file(ground, running.run).exists()


@pytest.mark.slow
def test_a_stopped_supervisor_is_passed_over(started, ground, monkeypatch):
    """One that does not answer keeps nobody from cancelling: its kernel is killed, it is left alone."""
    from nbops.pipelines.running import cancel as module

    monkeypatch.setattr(module, "_PATIENCE", 1.0)
    process, running = started()
    process.send_signal(signal.SIGSTOP)
    try:
        assert cancel(running.run[:8], ground).status == "KILLED"
        wait_for(lambda: not processes_of(running), 10)
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGCONT)
    process.communicate(timeout=60)
    assert process.returncode == 1
    assert ended(running, ground).error["ename"] == "Cancelled"


def test_a_kernel_that_dies_takes_its_children_along(started, ground):
    """The kernel is killed from outside, as the system does: neither group nor daemons stay."""
    process, running = started()
    os.kill(running.kernel.pid, signal.SIGKILL)
    _, complaint = process.communicate(timeout=30)
    assert "PipelineKilled: the kernel died in cell 2 of 2" in complaint
    done = ended(running, ground)
    assert (done.status, done.error["ename"], done.metrics) == ("KILLED", "KernelDied", {"score": 3.0})


def heartbeat(workspace, run, **changes):
    """Write what a run might say of itself."""
    told = {"pipeline": "p", "path": "p.ipynb", "owner": this_process(), "started": time.time()} | changes
    running = Running(run=run, **told)
    path = running_file(workspace, run)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(running.to_wire()))
    return running


def test_what_is_written_is_what_is_read(ground):
    """The file of a run gives back the same value; a damaged one gives none and hurts nobody."""
    kernel = Owner(this_process().host, this_process().boot, 4711, 12)
    running = heartbeat(ground, "a" * 32, kernel=kernel, cell=3, cells=7, title="x = 1", attempt=2, retry_of="b" * 32)
    assert read_running(running_file(ground, "a" * 32)) == running
    (ground.root / "running" / f"{'c' * 32}.json").write_text('{"run": "')
    try:
        assert [one.run for one in list_running(ground)] == ["a" * 32]
    finally:
        for path in (ground.root / "running").iterdir():
            path.unlink()


def test_strangers_are_never_killed(ground):
    """A recycled pid, of supervisor or kernel, and a process of another host or boot: all of them live on."""
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        here = this_process()
        gone = Owner(here.host, here.boot, here.pid, here.started - 1)
        other = Owner(here.host, here.boot, stranger.pid, 1)
        heartbeat(ground, "d" * 32, owner=gone, kernel=other)
        assert not list_running(ground)
        assert get_run("d" * 32, workspace=ground).status == "KILLED"
        heartbeat(ground, "e" * 32, owner=Owner("elsewhere", "", stranger.pid, 1), kernel=None)
        assert [one.run for one in list_running(ground)] == ["e" * 32], "another host's run is never declared dead"
        assert stranger.poll() is None
    finally:
        running_file(ground, "e" * 32).unlink(missing_ok=True)
        stranger.kill()
        stranger.wait()


@pytest.fixture
def stranger():
    """A process of ours that leads a session and has a child in it."""
    code = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).wait()"
    process = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    (child,) = wait_for(psutil.Process(process.pid).children)
    yield process, child
    for one in (child, process):
        one.kill()
    process.wait()


def supervised(tmp, run, **changes):
    """Make what a supervisor's folder holds, and return the mark that names it."""
    folder = tmp / "nbops-run-abc"
    folder.mkdir()
    (folder / "spec.json").write_text(json.dumps({"run": run} | changes))
    return f"NBOPS_PIPELINE_SPEC={folder / 'spec.json'}"


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The system's place for temporary folders, for this test."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_session_that_is_anothers_by_now_is_left_alone(ground, temporary, stranger):
    """The kernel's pid leads another session now, of this boot or after a reboot; the run ends, nobody is killed."""
    process, child = stranger
    here = this_process()
    gone = Owner(here.host, here.boot, here.pid, here.started - 1)
    rebooted = Owner(here.host, "another boot", 4711, 12)
    true = process_named(process.pid)
    for number, (owner, kernel) in enumerate(
        [
            (gone, replace(true, started=true.started - 1)),
            (gone, replace(true, started=0)),
            (rebooted, replace(true, boot="another boot")),
        ]
    ):
        run = f"f{number}".ljust(32, "0")
        mark = supervised(temporary, run)
        heartbeat(ground, run, owner=owner, kernel=kernel, mark=mark, beat=time.time())
        assert not list_running(ground)
        assert get_run(run, workspace=ground).status == "KILLED"
        assert not (temporary / "nbops-run-abc").exists()
    assert process.poll() is None
    assert child.is_running()


def test_a_session_without_its_leader_is_told_by_time(stranger):
    """Who outlived the kernel is killed, unless it began before the kernel did or long after it was last seen."""
    process, child = stranger
    root = process_named(process.pid)
    process.kill()
    process.wait()
    assert ProcessTree(replace(root, started=root.started + 10_000)).members() == []
    assert ProcessTree(root, met=time.time() - 60).members() == []
    assert [one.pid for one in ProcessTree(root).members()] == [child.pid]
    ProcessTree(root).kill()
    assert not psutil.pid_exists(child.pid) or child.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("planted", ["another variable", "elsewhere", "a link", "another run", "no folder"])
def test_a_planted_file_kills_nobody(ground, temporary, stranger, planted):
    """What came with a clone may name living processes and folders: a look ends its record, and touches neither."""
    process, child = stranger
    here, run = this_process(), uuid.uuid4().hex
    precious = temporary / "deeper" / "nbops-run-abc"
    precious.parent.mkdir()
    mark = supervised(temporary if planted in {"another variable", "another run"} else precious.parent, run)
    if planted == "another variable":
        mark = f"PATH={mark.partition('=')[2]}"
        precious = temporary / "nbops-run-abc"
    elif planted == "another run":
        precious = temporary / "nbops-run-abc"
        (precious / "spec.json").write_text(json.dumps({"run": "0" * 32}))
    elif planted == "a link":
        (temporary / "nbops-run-abc").symlink_to(precious)
        mark = f"NBOPS_PIPELINE_SPEC={temporary / 'nbops-run-abc' / 'spec.json'}"
    elif planted == "no folder":
        mark = f"NBOPS_PIPELINE_SPEC={temporary / 'nbops-run-gone' / 'spec.json'}"
    gone = Owner(here.host, here.boot, here.pid, here.started - 1)
    heartbeat(ground, run, owner=gone, kernel=process_named(process.pid), mark=mark, beat=time.time())
    assert not list_running(ground)
    assert process.poll() is None
    assert child.is_running()
    assert (precious / "spec.json").exists()


def test_a_linked_file_is_not_believed(ground, temporary, stranger):
    """A link in the folder of running pipelines is neither shown nor followed."""
    process, _ = stranger
    run = uuid.uuid4().hex
    heartbeat(ground, run, kernel=process_named(process.pid), mark=supervised(temporary, run))
    path = running_file(ground, run)
    try:
        assert [one.run for one in list_running(ground)] == [run]
        path.rename(temporary / "it.json")
        path.symlink_to(temporary / "it.json")
        assert not list_running(ground)
        assert process.poll() is None
    finally:
        path.unlink()


def test_force_needs_proof_too(ground, temporary, stranger, monkeypatch):
    """A supervisor that does not answer, and a file that does not show whose processes those are: a sentence."""
    from nbops.pipelines.running import cancel as module

    monkeypatch.setattr(module, "_PATIENCE", 0.1)
    process, _ = stranger
    run = uuid.uuid4().hex
    heartbeat(ground, run, kernel=process_named(process.pid), mark=f"HOME={temporary / 'x'}")
    try:
        with pytest.raises(PipelineError, match="does not show which processes are its own"):
            cancel(run, ground)
        assert process.poll() is None
    finally:
        for path in (running_file(ground, run), running_file(ground, run).with_suffix(".cancel")):
            path.unlink()


def test_what_does_not_run_cannot_be_cancelled(ground, notebook):
    """A finished run, and one that nobody knows; the hint says what runs now."""
    from nbops.pipelines.running.run import run

    done = run(notebook("fine.ipynb", "a = 1"), workspace=ground)
    with pytest.raises(RunNotUsable, match="is FINISHED, so there is nothing to cancel") as refused:
        cancel(done, ground)
    assert refused.value.hint == "no pipeline runs now"
    with pytest.raises(RunNotFound):
        cancel("nosuchrun", ground)


def test_without_a_name_only_the_one_that_runs_is_cancelled(ground):
    """Several are listed with their ids, none is a sentence without a hint; nobody is asked to stop."""
    with pytest.raises(RunNotUsable, match=r"^nothing is running$") as refused:
        cancel(None, ground)
    assert refused.value._render_traceback_() == ["RunNotUsable: nothing is running"]
    runs = ["a1" * 16, "b2" * 16]
    try:
        for run in runs:
            heartbeat(ground, run)
        with pytest.raises(RunNotFound, match=r"2 pipelines are running: .*a1a1a1a1"):
            cancel(None, ground)
        assert not list((ground.root / "running").glob("*.cancel"))
    finally:
        for run in runs:
            running_file(ground, run).unlink(missing_ok=True)


_DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execve("/bin/sleep", ["sleep", "300"], {})
    os._exit(0)
time.sleep(300)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt orphans")
def test_a_daemon_without_environment_does_not_escape(ground, notebook):
    """It has another session, no mark and no parent of its own; the kernel has adopted it."""
    notebook("daemon.ipynb", _DAEMON)
    command = [sys.executable, "-m", "nbops.cli", "run", "daemon.ipynb"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ground.project)
    try:
        running = wait_for(lambda: next((one for one in list_running(ground) if one.kernel and one.cells), None))

        def sleepers():
            below = psutil.Process(running.kernel.pid).children(recursive=True)
            return [one for one in below if one.name() == "sleep" and os.getsid(one.pid) != running.kernel.pid]

        (sleeper,) = wait_for(sleepers)
        assert sleeper.environ() == {}
        assert cancel(running.run, ground).status == "KILLED"
        wait_for(lambda: not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE, 20)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("last", "status"), [("score = 2.5", "FINISHED"), ("raise OSError('away')", "FAILED")])
def test_a_cancellation_that_comes_too_late_is_forgotten(ground, notebook, monkeypatch, last, status):
    """The kernel has written down how the run ended when the wish is heard: nbops.run says the same as the record."""
    import papermill  # noqa: F401 # loads our engine, and that the client

    from nbops.pipelines.running.client import Client

    finish = Client._finish
    heard = []

    def late(client, status):
        finish(client, status)
        watch = client._supervision
        wish_file(ground, watch.now.run).write_text("{}")
        heard.append(wait_for(lambda: watch.ending, 20))

    monkeypatch.setattr(Client, "_finish", late)
    path = notebook("late.ipynb", "a = 1", last)
    if status == "FINISHED":
        assert run(path, kernel="cold").status == status
    else:
        with pytest.raises(PipelineFailed, match=r"cell 2 of 2.* raised OSError: away"):
            run(path, kernel="cold")
        assert get_run("last", workspace=ground).status == status
    assert [one.ename for one in heard] == ["Cancelled"]
