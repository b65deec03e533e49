"""Processor time and memory of a cell."""

from __future__ import annotations

import os
import sys
import threading
import time

import pytest

from nbops.capture.surroundings.resources import ResourceListener


@pytest.mark.skipif(sys.platform != "linux", reason="the high-water mark is read from /proc")
def test_the_peak_of_a_short_cell(cells):
    """Memory that is given back before the cell ends counts, without a sample being taken."""
    closed = cells.track("big = bytearray(600_000_000)\nbig[::4096] = b'x' * len(big[::4096])\ndel big")
    assert closed.resources["peak_bytes"] > 600_000_000
    assert closed.metrics == {}


def test_processor_time_counts_work_and_not_waiting(cells):
    """Sleeping costs none; a child process that has ended counts."""
    assert cells.track("import time\ntime.sleep(0.3)").resources["cpu_seconds"] < 0.2
    code = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'for i in range(10_000_000): pass'])"
    assert cells.track(code).resources["cpu_seconds"] > 0.1


@pytest.mark.skipif(sys.platform != "linux", reason="what is resident is read from /proc")
def test_a_long_cell_is_sampled():
    """Below an earlier high-water mark the peak of a cell of more than a second is still found."""
    big = bytearray(b"x" * 700_000_000)
    del big
    listener = ResourceListener()
    listener.begin()
    before = listener._seen
    held = bytearray(b"x" * 300_000_000)
    time.sleep(1.6)
    del held
    measured = listener.end()
    assert before + 250_000_000 < measured["peak_bytes"] < before + 500_000_000


def test_short_cells_start_no_thread_each():
    """One parked thread serves all, also in a forked child."""

    def measure():
        listener = ResourceListener()
        listener.begin()
        return listener.end()

    measure()
    before = threading.active_count()
    for _ in range(200):
        measure()
    assert threading.active_count() == before
    child = os.fork()
    if child == 0:
        os._exit(0 if "cpu_seconds" in measure() else 1)
    assert os.waitpid(child, 0)[1] == 0
