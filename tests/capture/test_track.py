"""Runs of blocks, and runs without a cell."""

from __future__ import annotations

import pytest

import nbops
from nbops.capture.journal.journal import read_blob, read_journal
from nbops.capture.journal.records import FAILED, FINISHED, RunClosed, RunLogged, RunOpened
from nbops.capture.runs.close_run import close_run
from nbops.capture.runs.open_run import open_run
from nbops.errors import RunNotFound
from nbops.workspace import Workspace


def test_blocks_are_children_of_the_cell(cells):
    """A loop of blocks makes one child run each, with what was given and logged."""
    cells.run(
        "%%track\nimport nbops\nfor C in [0.1, 1.0]:\n    with nbops.track(f'C {C}', C=C) as run:\n"
        "        run.log(accuracy=C / 2)\n        nbops.log(step=1, loss=C)"
    )
    parent, first, second = cells.opened
    assert [(item.kind, item.name, item.parent) for item in (first, second)] == [
        ("block", "C 0.1", parent.run),
        ("block", "C 1.0", parent.run),
    ]
    logged = [(item.run, item.step, item.metrics) for item in cells.records if isinstance(item, RunLogged)]
    assert logged[:2] == [(first.run, None, {"accuracy": 0.05}), (first.run, 1, {"loss": 0.1})]
    assert [item.parameters for item in cells.closed if item.run != parent.run] == [{"C": 0.1}, {"C": 1.0}]


def test_a_failing_block_is_failed(cells):
    """The exception goes on; both runs end as FAILED."""
    cells.run("%%track\nimport nbops\nwith nbops.track('x'):\n    1 / 0", fails=True)
    assert [item.status for item in cells.closed] == [FAILED, FAILED]


def test_logging_needs_an_open_run(project):
    """The error says what to do."""
    with pytest.raises(RunNotFound, match="no run is open"):
        nbops.log(x=1)


def test_blocks_work_without_a_shell(project):
    """A script records into the workspace of its directory; numbers that are not finite are told."""
    with nbops.track("script", depth=3) as run:
        run.log(loss=0.5, broken=float("inf"), note="hello")
    (folder,) = (project / ".nbops" / "journals").iterdir()
    records = read_journal(folder).records
    (closed,) = [item for item in records if isinstance(item, RunClosed)]
    (logged,) = [item for item in records if isinstance(item, RunLogged)]
    assert (closed.status, closed.parameters) == (FINISHED, {"depth": 3})
    assert closed.warnings == ("broken is inf",)
    assert (logged.metrics, logged.parameters) == ({"loss": 0.5}, {"note": "hello"})


def test_runs_without_a_cell_take_artifacts(project, tmp_path):
    """Pipelines and monitoring record runs of their own kind, anywhere."""
    workspace = Workspace(tmp_path / "elsewhere" / ".nbops")
    run = open_run("drift", "march", workspace=workspace, experiment="flights", tags={"watch": "w"})
    close_run(run, metrics={"psi": 0.3, "bad": float("nan")}, artifacts={"report.json": b"{}"}, warnings=["late"])
    (folder,) = workspace.journals.iterdir()
    records = read_journal(folder).records
    opened = next(item for item in records if isinstance(item, RunOpened))
    closed = next(item for item in records if isinstance(item, RunClosed))
    assert (opened.kind, opened.experiment, opened.tags) == ("drift", "flights", {"watch": "w"})
    assert closed.metrics == {"psi": 0.3}
    assert closed.warnings == ("late", "bad is nan")
    assert read_blob(folder, closed.artifacts[0]["blob"]) == b"{}"


def test_the_recorder_is_woken_after_a_run(project):
    """Whoever asked is called with the workspace, from another thread."""
    import threading

    from nbops.capture.runs import on_wake as module

    heard, done = [], threading.Event()

    def waker(workspace):
        if workspace.project == project:  # runs of other tests may still be under way
            heard.append(threading.current_thread().name)
            done.set()

    module.on_wake(waker)
    try:
        with nbops.track("x"):
            pass
        assert done.wait(60), "a busy machine needs a while to start a thread"
    finally:
        module._wakers.remove(waker)
    assert heard == ["nbops-wake"]


def test_a_forked_child_has_a_session_of_its_own(project):
    """Two processes never write one journal."""
    import os

    from nbops.capture.runs.session import current_session

    with nbops.track("parent"):
        pass
    mine = current_session().id
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with nbops.track("child"):
            pass
        os.write(writing, current_session().id.encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 100).decode()
    assert mine != theirs
    assert {folder.name for folder in (project / ".nbops" / "journals").iterdir()} == {mine, theirs}


def test_logging_in_a_tight_loop_is_cheap_and_complete(project):
    """Ten thousand points cost some ten microseconds each, and all are in the journal in order."""
    import time

    with nbops.track("loop") as run:
        nbops.log(step=0, loss=1.0)
        start = time.process_time()
        for step in range(1, 10_000):
            nbops.log(step=step, loss=1.0 / step)
        took = time.process_time() - start
    (folder,) = (project / ".nbops" / "journals").iterdir()
    logged = [item for item in read_journal(folder).records if isinstance(item, RunLogged)]
    assert [item.step for item in logged] == list(range(10_000))
    assert {item.run for item in logged} == {run.id}
    assert took / 10_000 < 60e-6  # 12 µs where nothing else runs


def test_the_first_point_wakes_the_recorder(project):
    """So that a long run's curve can be watched while it grows."""
    import threading

    from nbops.capture.runs import on_wake as module

    done = threading.Event()

    def waker(workspace):
        if workspace.project == project:
            done.set()

    module.on_wake(waker)
    try:
        with nbops.track("long") as run:
            run.log(step=0, loss=1.0)
            assert done.wait(5)
    finally:
        module._wakers.remove(waker)


def test_runs_of_other_names_are_other_cells(cells):
    """Where no frontend tells a cell id, a name tells cells with the same first lines apart; with an id it does not."""
    code = "lr = .1\na = lr * 3 + {}"
    cells.track(code.format(0.3), "%%track one")
    cells.track(code.format(0.2), "%%track two")
    cells.track(code.format(0.1), "%%track two")
    assert [record.rerun_of for record in cells.opened] == [None, None, cells.opened[1].run]
    cells.track(code.format(0.3), "%%track one", cell_id="c")
    cells.track(code.format(0.2), "%%track two", cell_id="c")
    assert cells.opened[-1].rerun_of == cells.opened[-2].run


def test_an_open_run_is_one_line(cells):
    """Name, the beginning of its id, and whether it is still open."""
    cells.run("import nbops\nwith nbops.track('base', C=1) as run:\n    inside = repr(run)")
    run = cells.shell.user_ns["run"]
    assert cells.shell.user_ns["inside"] == f"nbops run base ({run.id[:8]}), open"
    assert repr(run) == f"nbops run base ({run.id[:8]}), closed"
