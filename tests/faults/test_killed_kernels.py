"""Real kernels, killed by a signal at moments spread over tracked cells."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

import pytest

from journal_writer import computed
from nbops.recording.flush import flush
from nbops.recording.list_runs import list_runs

_LATER = (0.0, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.1)
_CELL = """%%track {name}
import nbops, pathlib, time
lr = 0.5
nbops.log(loss=lr / 2)
pathlib.Path({mark!r}).touch()
time.sleep({pause})
score = lr + 0.25
"""


class Kernel:
    """An ipykernel with nbops loaded; knows which tracked cells it has answered."""

    def __init__(self, folder, number):
        from jupyter_client import KernelManager

        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(
            cwd=str(folder), env=os.environ | {"JPY_SESSION_NAME": str(folder / f"n{number}.ipynb")}
        )
        self.client = self.manager.client()
        self.client.start_channels()
        self.answered = []
        self.folder, self.number = folder, number

    def ready(self):
        self.client.wait_for_ready(60)
        self.client.execute_interactive("%load_ext nbops", timeout=60, output_hook=lambda _: None)

    def send(self, name, pause=0.0):
        mark = self.folder / f"mark-{name}"
        self.client.execute(_CELL.format(name=name, mark=str(mark), pause=pause))
        return mark

    def answer(self, name):
        assert self.client.get_shell_msg(timeout=60)["content"]["status"] == "ok"
        self.answered.append(name)

    def kill(self):
        pid = self.manager.provisioner.process.pid
        os.kill(pid, signal.SIGKILL)
        with suppress(Exception):
            self.client.stop_channels()
            self.manager.cleanup_resources()
        self.manager.provisioner.process.wait()


def _arrived(mark):
    end = time.monotonic() + 60
    while not mark.exists():
        assert time.monotonic() < end
        time.sleep(0.0005)


def _die(kernel, moment):
    """Run one whole tracked cell, then another that meets its end at *moment*; return the doomed one's name."""
    name = f"{kernel.number}-second"
    kernel.send(f"{kernel.number}-first")
    kernel.answer(f"{kernel.number}-first")
    kind, when = moment
    if kind == "before":
        kernel.kill()
        return None
    mark = kernel.send(name, 30.0 if kind == "inside" else 0.0)
    if kind == "replied":
        kernel.answer(name)
    elif kind == "sent":
        time.sleep(when)
    else:
        _arrived(mark)
        time.sleep(when)
    kernel.kill()
    return name


@pytest.mark.timeout(300)
def test_kernels_killed_at_twenty_moments(stored_workspace, monkeypatch):
    """What was answered is FINISHED, what was under way is KILLED with what it logged (or whole); once, in order."""
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    moments = [("before", 0), ("replied", 0), ("replied", 0), ("replied", 0)]
    moments += [("inside", 0.0), ("inside", 0.05)]
    moments += [("sent", 0.0), ("sent", 0.001), ("sent", 0.003), ("sent", 0.006)]
    moments += [("captured", later) for later in _LATER]
    assert len(moments) == 20
    folder = stored_workspace.project
    answered, doomed = {}, {}
    for start in range(0, len(moments), 4):
        kernels = [Kernel(folder, number) for number in range(start, start + 4)]
        for kernel in kernels:
            kernel.ready()
        for kernel in kernels:
            name = _die(kernel, moments[kernel.number])
            answered |= dict.fromkeys(kernel.answered, kernel.number)
            if name and name not in kernel.answered:
                doomed[name] = moments[kernel.number]
    assert flush(120, workspace=stored_workspace)
    runs = {run.name: run for run in list_runs(stored_workspace, limit=None)}
    assert len(runs) == len(list_runs(stored_workspace, limit=None))
    assert set(answered) <= set(runs) <= set(answered) | set(doomed)
    for name in answered:
        seen = (runs[name].status, runs[name].parameters, runs[name].metrics)
        assert seen == ("FINISHED", {"lr": 0.5}, {"loss": 0.25, "score": 0.75}), name
    for name, moment in doomed.items():
        if name not in runs:
            assert moment[0] == "sent", "its first record is on disk before the user's code begins"
        elif runs[name].status == "KILLED":
            assert runs[name].metrics in ({"loss": 0.25}, {}), name
            assert runs[name].metrics or moment[0] == "sent", name
        else:
            assert (runs[name].status, runs[name].metrics) == ("FINISHED", {"loss": 0.25, "score": 0.75}), name
    _in_mlflow(stored_workspace, runs)
    assert sum(runs[name].status == "KILLED" for name in doomed if name in runs) >= 2


def _in_mlflow(workspace, runs):
    import mlflow
    from mlflow.entities import ViewType

    client = mlflow.MlflowClient(workspace.tracking_uri)
    experiments = [item.experiment_id for item in client.search_experiments()]
    found = client.search_runs(experiments, "", ViewType.ALL)
    assert sorted((run.data.tags["nbops.run"], run.info.status) for run in found) == sorted(
        (run.id, run.status) for run in runs.values()
    )
    for run in found:
        assert computed(run.data.metrics) == runs[run.info.run_name].metrics
