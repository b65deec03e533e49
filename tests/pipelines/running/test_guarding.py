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

from nbops.pipelines.running import guarding
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
