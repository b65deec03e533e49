"""A promotion that does not come to its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

from nbops.pipelines.promote import promote
from nbops.recording.list_runs import list_runs


@pytest.fixture
def under_way(ground, other_source):
    """A promotion in a process of its own, its kernel in a cell that takes a minute, over an older pipeline."""
    run = next(item for item in list_runs(ground, kind="cell") if item.name == "slow")
    path = ground.project / "slow.ipynb"
    promote(run.id, to=path, workspace=ground, progress=False)
    before = path.read_bytes()
    other_source("delay.txt", "60")
    command = [sys.executable, "-m", "nbops.cli", "promote", run.id, "--to", str(path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ground.project)
    kernel = _kernel_of(process.pid)
    yield process, kernel, path, before
    process.kill()
    process.wait()


def _kernel_of(parent):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                status = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(status[1]) == parent and b"ipykernel" in (folder / "cmdline").read_bytes():
                    return int(folder.name)
        time.sleep(0.05)
    raise AssertionError("no kernel was started")


def _is_gone(pid, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_an_interrupt_leaves_a_sentence_and_nothing_else(under_way):
    """Ctrl-C ends the kernel too, and the pipeline that was there is as it was."""
    process, kernel, path, before = under_way
    time.sleep(1.5)  # somewhere in the middle of the run
    os.kill(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "the promotion of slow was interrupted; slow.ipynb is as it was" in told
    assert "Traceback" not in told
    assert _is_gone(kernel)
    assert path.read_bytes() == before


@pytest.mark.slow
def test_an_interrupt_in_a_notebook_does_the_same(ground, other_source):
    """The stop button of the notebook that promotes: a sentence at once, no kernel left, nothing written."""
    run = next(item for item in list_runs(ground, kind="cell") if item.name == "slow")
    other_source("delay.txt", "60")
    manager, client = start_new_kernel(cwd=str(ground.project))
    try:
        client.execute("%load_ext nbops")
        asked = client.execute(f"%promote {run.id} --to stopped.ipynb")
        kernel = _kernel_of(manager.provisioner.pid)
        time.sleep(1.5)
        manager.interrupt_kernel()
        reply = {}
        while reply.get("parent_header", {}).get("msg_id") != asked:
            reply = client.get_shell_msg(timeout=60)
        told = reply["content"]
        assert (told["ename"], told["evalue"]) == (
            "PipelineError",
            "the promotion of slow was interrupted; nothing was written",
        )
        assert _is_gone(kernel)
        assert not (ground.project / "stopped.ipynb").exists()
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_crash_leaves_the_former_pipeline(under_way):
    """What lay there is whole, and the kernel notices that nobody is left."""
    process, kernel, path, before = under_way
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".partial-*"))
    assert _is_gone(kernel, 60)
