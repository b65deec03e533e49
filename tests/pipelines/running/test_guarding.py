"""One guard for all kernels of a process: what it kills, when it leaves, and what a fork makes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid

import psutil
import pytest

from nbops.pipelines.running import guard as guard_module
from nbops.pipelines.running import guarding
from nbops.pipelines.running.process_tree import ProcessTree
from nbops.processes import process_named

SUPERVISOR = """
import os, subprocess, sys, time, uuid
from nbops.pipelines.running.guarding import end_guard, start_guard
from nbops.processes import process_named
held = []
for _ in range(3):
    one = subprocess.Popen(["sleep", "60"], start_new_session=True)
    mark = f"NBOPS_TEST_MARK={uuid.uuid4().hex}"
    held.append((start_guard(one.pid, process_named(one.pid).started, mark), one.pid))
end_guard(held[1][0])
if os.fork() == 0:
    time.sleep(60)
print(*[pid for _, pid in held], flush=True)
time.sleep(60)
"""


@pytest.fixture
def sleeper():
    """Start processes that a guard may kill."""
    made = []

    def start():
        made.append(subprocess.Popen(["sleep", "60"], start_new_session=True))
        return made[-1]

    yield start
    for process in made:
        process.kill()
        process.wait()


def guard(process):
    return guarding.start_guard(process.pid, process_named(process.pid).started, f"NBOPS_TEST_MARK={uuid.uuid4().hex}")


def gone(pid, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_it_kills_what_is_still_guarded_when_its_supervisor_is_killed():
    """Kernels that were let go stay; that the supervisor has forked since keeps nobody alive."""
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISOR], stdout=subprocess.PIPE, text=True)
    pids = [int(pid) for pid in supervisor.stdout.readline().split()]
    children = psutil.Process(supervisor.pid).children()
    try:
        supervisor.kill()
        supervisor.wait()
        assert gone(pids[0])
        assert gone(pids[2])
        assert psutil.pid_exists(pids[1])
    finally:
        for child in children:
            if child.is_running():
                child.kill()
        supervisor.stdout.close()


def test_one_guard_serves_many_kernels(sleeper):
    """No second process is started for the next one."""
    numbers = [guard(sleeper()) for _ in range(3)]
    process = guarding._guard
    assert process.poll() is None
    for number in numbers:
        guarding.end_guard(number)
    guarding.end_guard(guard(sleeper()))
    assert guarding._guard is process


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP])
def test_another_takes_over_from_one_that_is_gone(sleeper, blow, monkeypatch):
    """Killed or stopped, it is replaced with the next kernel, and those that it had go over to its successor."""
    monkeypatch.setattr(guarding, "_ANSWER", 0.5)
    first = sleeper()
    numbers = [guard(first)]
    former = guarding._guard
    os.kill(former.pid, blow)
    second = sleeper()
    numbers.append(guard(second))
    assert guarding._guard is not former
    assert gone(former.pid)
    assert first.poll() is None
    guarding._close(guarding._guard)  # as the system does when the supervisor is killed
    assert gone(first.pid)
    assert gone(second.pid)
    guarding._guard.wait()
    guarding._guard = None
    for number in numbers:
        guarding.end_guard(number)


@pytest.mark.parametrize("mark", ["", "NBOPS_PIPELINE_SPEC="])
def test_a_mark_that_could_be_anybodys_is_refused(mark):
    """An empty text stands in every environment: nobody is guarded, and killed, by that."""
    with pytest.raises(ValueError, match="marks nobody"):
        guarding.start_guard(os.getpid(), process_named(os.getpid()).started, mark)


RUN_WITHIN = """
import os, subprocess, sys, time, uuid
from nbops.pipelines.running.guarding import start_guard
from nbops.processes import process_named
mark = uuid.uuid4().hex
inner = subprocess.Popen(["sleep", "60"], start_new_session=True, env={**os.environ, "NBOPS_TEST_MARK": mark})
start_guard(inner.pid, process_named(inner.pid).started, f"NBOPS_TEST_MARK={mark}")
print(inner.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("by", ["tree", "guard"])
def test_the_kernel_of_a_run_within_a_run_does_not_outlive_it(by):
    """The guard of the inner run is not killed with the outer one before it has seen to its own kernel."""
    value = uuid.uuid4().hex
    environment = {**os.environ, "NBOPS_TEST_MARK": value}
    outer = subprocess.Popen(
        [sys.executable, "-c", RUN_WITHIN], env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    named, mark = process_named(outer.pid), f"NBOPS_TEST_MARK={value}"
    inner = int(outer.stdout.readline())
    try:
        os.kill(outer.pid, signal.SIGKILL)  # as the system does when memory is short
        if by == "tree":
            ProcessTree(named, mark).kill()
        else:
            guard_module._kill(named.pid, named.started, mark.encode())
        outer.wait()
        assert gone(inner)
    finally:
        if not gone(inner, 0.0) and psutil.pid_exists(inner):
            os.kill(inner, signal.SIGKILL)
        outer.stdout.close()


def test_a_session_whose_leader_is_long_gone_may_be_anybodys():
    """Its number is the leader's pid, which is given anew; only who carries the mark is still the run's."""
    code = "import subprocess; print(subprocess.Popen(['sleep', '60'], stdout=subprocess.DEVNULL).pid)"
    leader = subprocess.Popen([sys.executable, "-c", code], start_new_session=True, stdout=subprocess.PIPE, text=True)
    started = process_named(leader.pid).started
    stranger = psutil.Process(int(leader.communicate()[0]))
    try:
        assert os.getsid(stranger.pid) == leader.pid
        guard_module._kill(leader.pid, started, f"NBOPS_TEST_MARK={uuid.uuid4().hex}".encode())
        assert stranger.is_running()
        assert stranger.status() != psutil.STATUS_ZOMBIE
    finally:
        stranger.kill()


def test_only_the_whole_mark_marks():
    """Who holds more than it, or it within another variable, is somebody else."""
    mark, started = f"NBOPS_TEST_MARK=/tmp/x-{uuid.uuid4().hex}", process_named(os.getpid()).started
    name, _, value = mark.partition("=")
    others = [
        subprocess.Popen(["sleep", "60"], env={**os.environ, key: text}, start_new_session=True)
        for key, text in ((name, f"{value}1"), (f"X{name}", value), ("NOTE", mark), (name, value[:-1]))
    ]
    own = subprocess.Popen(["sleep", "60"], env={**os.environ, name: value}, start_new_session=True)
    dead = subprocess.Popen(["true"])
    dead.wait()
    try:
        guard_module._kill(dead.pid, started, mark.encode())
        ProcessTree(None, mark).kill()
        assert own.wait(5) == -signal.SIGKILL
        assert [one.poll() for one in others] == [None] * 4
    finally:
        for one in (*others, own):
            one.kill()
            one.wait()
