"""`nbops.run` and `nbops.cancel` in a notebook's own kernel."""

from __future__ import annotations

import time

import pytest
from jupyter_client.manager import start_new_kernel

from nbops.pipelines.running.list_running import list_running
from nbops.recording.get_run import get_run

_SLOW = ("a = 1.5\nscore = a * 2", "import time\ntime.sleep(120)")


@pytest.fixture
def kernel(ground):
    """A kernel in the project, which has a cell executed and tells what came of it."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(ground.project))

    class Kernel:
        def execute(self, code):
            shown = []
            reply = client.execute_interactive(code, timeout=120, output_hook=shown.append)
            return reply["content"], [message["content"] for message in shown if message["msg_type"] != "status"]

        def send(self, code):
            return client.execute(code)

        def answer(self, sent):
            while True:
                reply = client.get_shell_msg(timeout=60)
                if reply["parent_header"]["msg_id"] == sent:
                    return reply["content"]

        interrupt = manager.interrupt_kernel

    yield Kernel()
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def running_at(cell, workspace):
    """Wait until a run has got to *cell*."""
    end = time.monotonic() + 60
    while not (found := [one for one in list_running(workspace) if one.cell == cell]):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found[0]


def test_interrupting_the_cell_cancels_the_run(kernel, ground, notebook):
    """The cell ends with KeyboardInterrupt, the pipeline's run is KILLED, and the kernel can run another."""
    notebook("slow.ipynb", *_SLOW)
    sent = kernel.send("import nbops\nnbops.run('slow.ipynb')")
    running = running_at(1, ground)
    assert running.origin == "cell"
    begun = time.monotonic()
    kernel.interrupt()
    assert kernel.answer(sent)["ename"] == "KeyboardInterrupt"
    assert time.monotonic() - begun < 20
    assert not list_running(ground)
    done = get_run(running.run, workspace=ground)
    assert (done.status, done.error["ename"], done.metrics) == ("KILLED", "Cancelled", {"score": 3.0})
    notebook("quick.ipynb", "b = 2.5", "total = b + 1")
    reply, shown = kernel.execute("done = nbops.run('quick.ipynb', progress=True); print(done.status, done.metrics)")
    assert reply["status"] == "ok"
    assert {"name": "stdout", "text": "FINISHED {'total': 3.5}\n"} in shown
    lines = [item["data"]["text/plain"] for item in shown if "data" in item]
    assert lines[0] == "quick: starting the kernel …"
    assert "cell 2/2" in lines[-2]
    assert lines[-1] == "quick: 2 cells in a fresh kernel", "what is saved is the same every time"


def test_cancelled_from_elsewhere(kernel, ground, notebook):
    """The cell that called it gets an error of ours, not an interrupt."""
    notebook("slow.ipynb", *_SLOW)
    sent = kernel.send("import nbops\nnbops.run('slow.ipynb', retries=3)")
    running = running_at(1, ground)
    import nbops

    assert nbops.cancel("slow").status == "KILLED"
    answer = kernel.answer(sent)
    assert answer["ename"] == "PipelineCancelled", "it is not tried again"
    assert "cancelled in cell 2 of 2" in answer["evalue"]
    assert get_run(running.run, workspace=ground).error["ename"] == "Cancelled"
    assert not list_running(ground)
