"""When a watch is due, and the process that looks then."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime

import pytest

from nbops.errors import WatchBusy
from nbops.monitoring.watching.due import next_due
from nbops.monitoring.watching.list_watches import due_watches, list_watches
from nbops.monitoring.watching.plan import Plan
from nbops.monitoring.watching.plans import alone, keep_plan
from nbops.monitoring.watching.serve import serve


def _at(text):
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("every", "checked", "due"),
    [
        ("1d", None, "2024-01-01T00:00"),
        ("6h", "2024-01-02T03:00", "2024-01-02T09:00"),
        ("0 6 * * *", None, "2024-01-01T06:00"),
        ("0 6 * * *", "2024-01-01T06:00", "2024-01-02T06:00"),
        ("0 6 * * 1-5", "2024-01-05T07:00", "2024-01-08T06:00"),
        ("*/15 * * * *", "2024-01-01T00:07", "2024-01-01T00:15"),
    ],
)
def test_when_a_watch_is_due(every, checked, due):
    """A length counts from the last look, cron by the wall clock; what was missed is due once."""
    plan = Plan("w", "m", "x.csv", every=every, created=_at("2024-01-01T00:00"))
    assert next_due(plan, None if checked is None else _at(checked)) == _at(due)


@pytest.mark.parametrize("plan", [Plan("w", "m", "x.csv"), Plan("w", "m", "x.csv", every="1d", paused=True)])
def test_some_are_never_due(plan):
    """Those without a schedule, and paused ones."""
    assert next_due(plan, None) is None


def test_serving_checks_what_is_due(add, registered, later):
    """It looks once when a watch is due, tells what it found, and ends when it is told to."""
    later[later["at"] < "2024-04-17"].to_csv(registered.project / "x.csv", index=False)
    add("x.csv", every="1h")
    lines, stop = [], threading.Event()

    def tell(line):
        lines.append(line)
        if line.startswith("orders:"):
            stop.set()

    serve(registered, tell, stop=stop)
    assert lines[1:] == ["orders: ok: 2024-04-10..2024-04-16: ok", "stopped"]
    assert due_watches(registered, time.time()) == []
    (one,) = list_watches(registered)
    assert (one.due > time.time(), one.state, one.sentence) == (True, "ok", "2024-04-10..2024-04-16: ok")


def test_one_process_serves_a_workspace(stored_workspace):
    """A second one is refused with a sentence."""
    with alone(stored_workspace, ".serve", "busy"), pytest.raises(WatchBusy, match="served by another process"):
        serve(stored_workspace, print, stop=threading.Event())


def test_a_served_workspace_ends_cleanly(stored_workspace):
    """`nbops watch serve` notices a plan, survives one that cannot be checked, and ends with 0 on SIGTERM."""
    keep_plan(stored_workspace, Plan("lost", "nobody", "x.csv", every="1h", created=1.0))
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "NBOPS_RECORDER": "off"}
    command = [sys.executable, "-m", "nbops.cli", "watch", "serve"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if "lost:" in line:
                break
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, rest
    assert "lost: unknown: no watch is called 'lost'" in lines[-1]
    assert rest.strip().endswith("stopped")
    assert "Traceback" not in rest
