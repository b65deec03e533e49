"""Whatever happens to the parent of forked kernels, kernels start and end well, and no parent stays."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from started_kernel import children, environment_in, exists, kernel, parent_of, parents, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


def test_a_killed_parent_is_replaced(environment, tmp_path):
    """When the parent is killed its kernel works on and ends well, and the next kernel has another parent."""
    with kernel(environment, tmp_path) as one:
        parent = parent_of(one.pid)
        os.kill(parent, signal.SIGKILL)
        assert until(lambda: not exists(parent))
        assert one.value("still = 1", "still") == 1
        assert one.manager.is_alive()
        with kernel(environment, tmp_path) as other:
            assert other.kind == "warm"
            assert parent_of(other.pid) != parent
    assert until(lambda: not exists(one.pid))


@pytest.mark.parametrize(
    ("kills", "kind"), [(1, "warm"), (9, "cold: the parent of warm kernels ended again and again")]
)
def test_a_parent_killed_while_it_starts_is_started_once_more(place, environment, tmp_path, kills, kind):
    """One that dies while it imports is started anew; if that dies too the kernel is cold, and says so."""
    own = environment_in(place, ONLY_HERE=str(kills))
    known, over = set(parents(own)), threading.Event()

    def kill():
        for _ in range(kills):
            while not (new := [pid for pid in parents(own) if pid not in known]):
                if over.wait(0.01):
                    return
            known.update(new)
            os.kill(new[0], signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        with kernel(own, tmp_path, (("numpy", ()), ("scipy.stats", ()))) as one:
            assert one.kind.startswith(kind)
            assert one.value("still = 1", "still") == 1
    finally:
        over.set()
        thread.join()


@pytest.mark.slow
def test_eight_start_at_once(place, environment, tmp_path):
    """Eight kernels asked for at the same moment, before there is a parent, are warm and have one parent."""
    own = environment_in(place, EIGHT="1")

    def start(_):
        with kernel(own, tmp_path) as one:
            return one.kind, one.pid, parent_of(one.pid)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(start, range(8)))
    assert {kind for kind, _, _ in found} == {"warm"}
    assert len({pid for _, pid, _ in found}) == 8
    assert len({parent for _, _, parent in found}) == 1
    assert until(lambda: len(children(found[0][2])) <= 1)  # the spare


def test_a_kernel_is_forked_ahead_and_ends_with_its_parent(place, tmp_path):
    """The next kernel was there before it was asked for, has its own variables, and does not outlive the parent."""
    own = environment_in(place, AHEAD="1")
    with kernel(own, tmp_path) as first:
        parent = parent_of(first.pid)
        assert until(lambda: len(children(parent)) == 2)
        (ahead,) = set(children(parent)) - {first.pid}
    with kernel(own | {"JPY_SESSION_NAME": "mine.ipynb"}, tmp_path) as second:
        assert second.pid == ahead
        assert second.value("found = __session__", "found") == "mine.ipynb"
        assert until(lambda: len(children(parent)) == 2)
        (last,) = set(children(parent)) - {second.pid}
        os.kill(parent, signal.SIGKILL)
        assert until(lambda: not exists(last))


def test_an_idle_parent_ends(place, environment, tmp_path):
    """A parent that nobody asks for a kernel ends, and takes its socket away; never while a kernel runs."""
    own = environment_in(place, NBOPS_WARM_IDLE="0.4")
    before = set(place.glob("*.socket"))
    with kernel(own, tmp_path) as one:
        parent = parent_of(one.pid)
        time.sleep(1.0)
        assert exists(parent)
        assert set(place.glob("*.socket")) - before
    assert until(lambda: not exists(parent))
    assert not set(place.glob("*.socket")) - before


def test_a_parent_ends_with_its_workspace(place, environment, tmp_path):
    """A parent does not outlive the workspace that it serves."""
    workspace = tmp_path / "project" / ".nbops"
    workspace.mkdir(parents=True)
    with kernel(environment_in(place, NBOPS_WORKSPACE=str(workspace)), tmp_path) as one:
        parent = parent_of(one.pid)
    shutil.rmtree(workspace)
    assert until(lambda: not exists(parent))


def test_a_kernel_ends_with_its_starter(place, environment, tmp_path):
    """A process that is killed takes the kernel that it asked for with it."""
    code = """
        import os, sys, time
        sys.path.insert(0, sys.argv[1])
        from started_kernel import environment_in, kernel
        from pathlib import Path
        with kernel(environment_in(Path(os.environ["NBOPS_WARM"])), ".") as one:
            print(one.kind, one.pid, flush=True)
            time.sleep(60)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(Path(__file__).parent)],
        stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=dict(os.environ) | {"NBOPS_WARM": str(place)},
    ) as starter:  # fmt: skip
        kind, pid = starter.stdout.readline().split()
        assert kind == "warm"
        assert exists(int(pid))
        starter.kill()
    assert until(lambda: not exists(int(pid)))


def test_an_upgraded_package_is_seen(place, environment, tmp_path):
    """When an installed package changes on disk the next kernel has the new one, and the old parent ends."""
    site = tmp_path / "site-packages"
    site.mkdir()
    (site / "aid_one.py").write_text("version = 1\n")
    own = environment_in(place, PYTHONPATH=f"{site}")
    code = "import sys\nthere = 'aid_one' in sys.modules\nimport aid_one\nseen = [there, aid_one.version]"
    with kernel(own, tmp_path, (("aid_one", ()),)) as one:
        parent = parent_of(one.pid)
        assert one.value(code, "seen") == [True, 1]
    (site / "aid_one.py").write_text("version = 2  # newer\n")
    with kernel(own, tmp_path, (("aid_one", ()),)) as other:
        assert other.kind == "warm"
        assert other.value(code, "seen") == [True, 2]
        assert parent_of(other.pid) != parent
    assert until(lambda: not exists(parent))
