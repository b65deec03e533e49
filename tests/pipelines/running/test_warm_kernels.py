"""A forked kernel is as fresh as a cold one, and whatever happens to its parent, kernels start and end well."""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path

import pytest
from started_kernel import children, environment_in, kernel, parent_of, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")

FACTS = """
import atexit, gc, json, locale, logging, os, random, signal, socket, stat, sys, threading, warnings
def _kind(number):
    try:
        mode, link = os.fstat(number).st_mode, os.readlink(f"/proc/self/fd/{number}")
    except OSError:
        return None
    return link if link.startswith(("/dev", "anon")) else stat.filemode(mode)[0]
kinds = [_kind(number) for number in map(int, os.listdir("/proc/self/fd")) if number > 2]
facts = {
    "leads session and group": [os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid()],
    "folder": os.getcwd(),
    "environment": {name: value for name, value in os.environ.items()},
    "arguments": [os.path.basename(sys.argv[0]), len(sys.argv)],
    "original arguments": len(sys.orig_argv),
    "path": sys.path,
    "flags": str(sys.flags),
    "umask": (os.umask(0o22), os.umask(0o22))[1],
    "signals": {n.name: str(signal.getsignal(n)) for n in signal.Signals if n.name != "SIGINT"},
    "blocked": sorted(map(str, signal.pthread_sigmask(signal.SIG_BLOCK, []))),
    "log": [str(handler) for handler in logging.getLogger().handlers],
    "gc": [gc.isenabled(), gc.get_threshold()],
    "locale": locale.setlocale(locale.LC_ALL),
    "warnings": sorted({str(f[:3]) for f in warnings.filters}),
    "main": [__name__, hasattr(sys.modules["__main__"], "__file__"), sys.modules["__main__"].__spec__],
    "streams": [type(sys.stdout).__name__, type(sys.__stdout__).__name__, sys.__stdout__.encoding],
    "threads": sorted("watch" if t.name == "lifeline" or "Poller" in type(t).__name__ else type(t).__name__
                      for t in threading.enumerate()),
    "sockets": kinds.count("s"), "pipes": kinds.count("p"),
    "children": open(f"/proc/self/task/{os.getpid()}/children").read(),
}
"""
DRAWS = """
import multiprocessing, random, secrets, tempfile, uuid
import numpy as np
draws = [random.random(), float(np.random.random()), float(np.random.default_rng().random()), secrets.token_hex(),
         str(uuid.uuid4()), next(tempfile._get_candidate_names()), multiprocessing.current_process().authkey.hex()]
"""


def test_facts_are_those_of_a_cold_kernel(environment, tmp_path):
    """Session, folder, environment, signals, threads, open files, streams and search path are a cold kernel's."""
    with kernel(environment, tmp_path, warm=False) as cold:
        expected = cold.value("import numpy\n" + FACTS, "facts")
    with kernel(environment, tmp_path) as first, kernel(environment, tmp_path) as warm:
        assert (first.kind, warm.kind) == ("warm", "warm")
        found = warm.value("import numpy\n" + FACTS, "facts")
        assert warm.provisioner.pid == warm.provisioner.pgid == warm.value("import os\npid = os.getpid()", "pid")
    found["sockets"] -= 1  # through which it learns that its starter is gone; a cold one looks every second
    assert found == expected


def test_only_what_the_notebook_imports_is_there(environment, tmp_path):
    """Beside the notebook's imports a warm kernel has loaded no package that a cold one with nbops has not."""
    code = "import sys\nseen = sorted({name.partition('.')[0] for name in sys.modules if name.isidentifier()})"
    with kernel(environment, tmp_path, warm=False) as cold:
        expected = cold.value("%load_ext nbops\n" + code, "seen")
    with kernel(environment, tmp_path, ()) as warm:
        found = warm.value("%load_ext nbops\n" + code, "seen")
    assert sorted(set(found) - set(expected) - sys.stdlib_module_names) == []


def test_nothing_is_drawn_twice(environment, tmp_path):
    """Two kernels of one parent draw different numbers, names and keys."""
    with kernel(environment, tmp_path) as one, kernel(environment, tmp_path) as other:
        first, second = one.value(DRAWS, "draws"), other.value(DRAWS, "draws")
        assert parent_of(one.pid) == parent_of(other.pid)
    assert not set(map(str, first)) & set(map(str, second))


def test_nothing_stays_for_the_next_kernel(environment, tmp_path):
    """What a kernel does to modules, environment and limits ends with it."""
    code = "import os, numpy, resource\nseen = [hasattr(numpy, 'mine'), os.environ.get('MINE'), os.getpid()]\n"
    with kernel(environment, tmp_path) as one:
        first = one.value(code + "numpy.mine = 1; os.environ['MINE'] = 'x'; os.chdir('/'); os.umask(0)", "seen")
    with kernel(environment, tmp_path) as other:
        second = other.value(code, "seen")
    assert first[:2] == second[:2] == [False, None]
    assert first[2] != second[2]


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_a_kernel_ends_as_python_does(environment, tmp_path, warm):
    """Exit functions run once, threads are waited for, objects are let go, and open files are written."""
    code = """
        import atexit, fractions, json, threading, time, weakref
        def leave(word):
            with open("left", "a") as file:
                file.write(word)
        class Held:
            def __del__(self, leave=leave):
                leave("d")
        class Circle(Held):
            def __init__(self):
                self.itself = self
        atexit.register(leave, "x")
        threading.Thread(target=lambda: (time.sleep(0.2), leave("t"))).start()
        held, circle = Held(), Circle()
        weakref.finalize(held, leave, "w")
        mine = open("mine", "w"); mine.write("unwritten")
        json.elsewhere = open("elsewhere", "w"); json.elsewhere.write("unwritten")
        ok = 1
    """
    with kernel(environment, tmp_path, warm=warm) as one:
        one.value(textwrap.dedent(code), "ok")
        process = one.provisioner.process
    assert process.wait() == 0
    assert sorted((tmp_path / "left").read_text()) == ["d", "d", "t", "w", "x"]
    assert [(tmp_path / name).read_text() for name in ("mine", "elsewhere")] == ["unwritten", "unwritten"]


@pytest.mark.parametrize(("code", "status"), [("os._exit(3)", 3), ("os.kill(os.getpid(), 9)", -9)])
def test_death_is_told_at_once(environment, tmp_path, code, status):
    """A kernel that dies is known to be dead within moments, with its exit status, and leaves no zombie."""
    with kernel(environment, tmp_path) as one:
        parent, process = parent_of(one.pid), one.provisioner.process
        one.client.execute(f"import os; {code}")
        assert until(lambda: process.poll() is not None, 5)
        assert process.poll() == status
        assert not one.manager.is_alive()
        assert one.pid not in children(parent)


def test_interrupt_reaches_the_kernel(environment, tmp_path):
    """An interrupt stops what a cell does, and the kernel goes on."""
    with kernel(environment, tmp_path) as one:
        waiting = one.client.execute("import time\nopen('begun', 'w').close()\ntime.sleep(60)", stop_on_error=False)
        assert until((tmp_path / "begun").exists)
        one.manager.interrupt_kernel()
        while (reply := one.client.get_shell_msg(timeout=20))["parent_header"]["msg_id"] != waiting:
            pass
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert one.value("still = 1", "still") == 1


def test_the_projects_own_modules_are_never_there_already(place, environment, tmp_path):
    """A module of the project, also one that an installed module imports, is imported by the kernel itself."""
    site, project = tmp_path / "site-packages", tmp_path / "project"
    site.mkdir()
    project.mkdir()
    (project / "mine.py").write_text("")
    (site / "aid_two.py").write_text("import mine\n")
    own = environment_in(place, PYTHONPATH=f"{project}{os.pathsep}{site}")
    code = "import sys\nseen = [name in sys.modules for name in ('json', 'mine', 'aid_two')]"
    with kernel(own, tmp_path, (("aid_two", ()), ("mine", ()))) as one:
        assert one.kind == "warm"
        assert one.value(code, "seen") == [True, False, False]


@pytest.mark.parametrize(
    "source",
    [
        "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
        "import socket\nkept = socket.socketpair()",
        "import os\nkept = os.pipe()",
        "print('welcome')",
        "raise ValueError('broken')",
    ],
    ids=["thread", "connection", "pipe", "says something", "raises"],
)
def test_what_a_fork_would_spoil_is_left_to_the_kernel(place, environment, tmp_path, source):
    """A module that starts threads, keeps connections, prints or fails is imported by the kernel; the others stay."""
    site = tmp_path / "site-packages"
    site.mkdir()
    (site / "aid_bad.py").write_text(source)
    (site / "aid_good.py").write_text("import os\nos.environ.setdefault('AID_GOOD', 'set')\n")
    own = environment_in(place, PYTHONPATH=f"{site}")
    code = "import os, sys\nseen = ['aid_bad' in sys.modules, 'aid_good' in sys.modules, os.environ.get('AID_GOOD')]"
    with kernel(own, tmp_path, (("aid_bad", ()), ("aid_good", ()))) as one:
        assert one.kind == "warm"
        assert one.value(code, "seen") == [False, True, "set"]


def test_a_file_that_hides_a_package_makes_it_cold(place, environment, tmp_path):
    """What has a package's name beside the notebook is what a cold kernel imports; so it is cold, and says why."""
    site, folder = tmp_path / "site-packages", tmp_path / "notebooks"
    site.mkdir()
    folder.mkdir()
    (site / "aid_three.py").write_text("mine = False\n")
    (folder / "aid_three.py").write_text("mine = True\n")
    (folder / "json.py").write_text("")  # the standard library comes first in any kernel
    own = environment_in(place, PYTHONPATH=f"{site}")
    with kernel(own, folder, (("aid_three", ()),)) as one:
        assert one.kind == "cold: aid_three.py lies beside the notebook and hides an installed module"
        assert one.value("import aid_three\nseen = aid_three.mine", "seen") is True


@pytest.mark.slow
def test_what_is_read_at_import_has_its_value(place, environment, tmp_path):
    """Another value of a variable that libraries read while they are imported makes another parent."""
    code = "from os import environ\nseen = environ['OMP_NUM_THREADS']"
    found = []
    for value in "12":
        with kernel(environment_in(place, OMP_NUM_THREADS=value), tmp_path) as one:
            assert one.kind == "warm"
            found.append((one.value(code, "seen"), parent_of(one.pid)))
    assert [value for value, _ in found] == ["1", "2"]
    assert found[0][1] != found[1][1]


@pytest.mark.slow
def test_openmp_and_blas_work_in_forty_kernels(place, environment, tmp_path):
    """Models that compute with OpenMP threads of their own fit in each kernel, with equal results, and never hang."""
    code = textwrap.dedent("""
        import numpy as np, lightgbm, xgboost
        from sklearn.cluster import KMeans
        from sklearn.ensemble import HistGradientBoostingRegressor
        X = np.random.default_rng(0).normal(size=(400, 5)); y = X @ X.T @ np.ones(400)
        found = [float(np.linalg.svd(X)[1][0]), float(KMeans(3, n_init=1, random_state=0).fit(X).inertia_),
                 float(HistGradientBoostingRegressor(max_iter=5).fit(X, y).predict(X)[0]),
                 float(lightgbm.LGBMRegressor(n_estimators=5, verbose=-1).fit(X, y).predict(X)[0]),
                 float(xgboost.XGBRegressor(n_estimators=5).fit(X, y).predict(X)[0])]
    """)
    imports = (("numpy", ()), ("lightgbm", ()), ("xgboost", ()), ("sklearn.cluster", ("KMeans",)),
               ("sklearn.ensemble", ("HistGradientBoostingRegressor",)))  # fmt: skip
    own = environment_in(place, OPENMP="1")
    found, held = set(), []
    for _ in range(40):
        with kernel(own, tmp_path, imports) as one:
            assert one.kind == "warm"
            found.add(tuple(one.value(code, "found")))
            parent = parent_of(one.pid)
        held.append((*(len(list(Path(f"/proc/{parent}/{kind}").iterdir())) for kind in ("fd", "task")),))
    assert len(found) == 1
    assert held[0] == held[-1]
