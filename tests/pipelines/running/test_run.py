"""Limits, retries and dying kernels, with real kernels."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import pytest

from nbops.errors import ParameterError, PipelineError, PipelineFailed, PipelineKilled
from nbops.pipelines.notebook.notebooks import read_notebook
from nbops.pipelines.running import supervision
from nbops.pipelines.running.list_running import list_running
from nbops.pipelines.running.run import _until_it_ends, run
from nbops.recording.list_runs import list_runs

_CHILD = "import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {code!r}])\ntime.sleep(60)"


def latest(workspace):
    return list_runs(workspace, kind="pipeline")[0]


def latest_output(caught):
    return Path(caught.value.output)


def test_a_cell_over_its_time_is_interrupted(ground, notebook):
    """The run is KILLED within the grace, says which cell and limit, and keeps what was computed before."""
    path = notebook("slow.ipynb", "a = 1.5\nscore = a * 2", "import time\ntime.sleep(60)", "late = 1")
    with pytest.raises(PipelineKilled, match=r"cell 2 of 3 \(time.sleep\(60\)\) took longer than 1 s") as killed:
        run(path, cell_timeout=1, workspace=ground)
    done = latest(ground)
    assert (done.status, done.error["ename"], done.metrics) == ("KILLED", "CellTimeout", {"score": 3.0})
    assert done.error["evalue"] == killed.value.evalue
    assert done.mlflow_run_id
    errors = [output.ename for cell in read_notebook(latest_output(killed)).cells for output in cell.get("outputs", ())]
    assert errors == ["CellTimeout", "KeyboardInterrupt"], "the limit first, then where the cell was"
    assert not list_running(ground)


def test_a_cell_that_will_not_be_interrupted_is_killed(ground, notebook, monkeypatch):
    """Whoever swallows KeyboardInterrupt is killed when the grace is over; the record says why all the same."""
    monkeypatch.setattr(supervision, "GRACE", 0.5)
    stubborn = "while True:\n    try:\n        __import__('time').sleep(60)\n    except BaseException: 0"
    path = notebook("stubborn.ipynb", "a = 1.5", stubborn)
    with pytest.raises(PipelineKilled, match="the limit for one cell"):
        run(path, {}, cell_timeout=1, workspace=ground)
    done = latest(ground)
    assert (done.status, done.error["ename"], done.parameters) == ("KILLED", "CellTimeout", {"a": 1.5})


def test_a_cell_that_swallows_the_interrupt_and_ends_stops_the_run_all_the_same(ground, notebook):
    """What comes after it is not executed."""
    path = notebook(
        "tidy.ipynb", "try:\n    __import__('time').sleep(60)\nexcept KeyboardInterrupt: 0", "open('ran', 'w').close()"
    )
    with pytest.raises(PipelineKilled):
        run(path, cell_timeout=1, workspace=ground)
    assert latest(ground).status == "KILLED"
    assert not (ground.project / "ran").exists()


def test_a_run_over_its_time_is_killed(ground, notebook):
    """The sentence names the limit of the run and the cell where it was."""
    path = notebook("long.ipynb", "a = 1", "import time\nwhile True: time.sleep(0.1)")
    with pytest.raises(PipelineKilled, match=r"the run took longer than 6 s, its limit; it was in cell 2 of 2"):
        run(path, timeout=6, workspace=ground)
    assert latest(ground).error["ename"] == "RunTimeout"


def test_memory_of_children_counts(ground, notebook):
    """Kernel and children together hold more than they may: killed at once, with both numbers."""
    path = notebook("memory.ipynb", _CHILD.format(code="x = bytearray(400_000_000); import time; time.sleep(60)"))
    begun = time.monotonic()
    with pytest.raises(PipelineKilled, match=r"made the kernel and its children hold \d{3} MB; the limit is 300 MB"):
        run(path, memory=300, workspace=ground)
    assert time.monotonic() - begun < 30
    assert latest(ground).status == "KILLED"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import os\nos.kill(os.getpid(), 9)", r"by signal 9 \(SIGKILL\); the system kills a process so when memory"),
        ("import ctypes\nctypes.string_at(0)", r"by signal 11 \(SIGSEGV\); native code"),
        ("import os\nos._exit(7)", "with exit code 7"),
    ],
)
def test_a_dying_kernel_is_noticed(ground, notebook, code, told):
    """Within seconds; the run is KILLED and says how it died and where; the executed notebook is kept."""
    path = notebook("dying.ipynb", "print('before')\na = 0.25\nscore = a * 2", code)
    begun = time.monotonic()
    with pytest.raises(PipelineKilled, match=rf"the kernel died in cell 2 of 2 \(.*\), {told}") as killed:
        run(path, workspace=ground)
    assert time.monotonic() - begun < 30
    done = latest(ground)
    assert (done.status, done.error["ename"], done.metrics) == ("KILLED", "KernelDied", {"score": 0.5})
    outputs = [output for cell in read_notebook(latest_output(killed)).cells for output in cell.get("outputs", ())]
    assert [output.get("text") or output.ename for output in outputs] == ["before\n", "KernelDied"]
    assert not list_running(ground)


def test_attempts_are_runs_that_know_of_one_another(ground, notebook):
    """What fails once and then goes well: two runs, numbered, the second names the first; progress tells which."""
    once = "flag = pathlib.Path('flag')\nif not flag.exists():\n    flag.touch()\n    raise OSError('away')"
    path = notebook("flaky.ipynb", f"import pathlib\n{once}")
    heard = []
    done = run(path, retries=3, workspace=ground, progress=heard.append)
    first = [one for one in list_runs(ground, kind="pipeline") if one.notebook == "flaky.ipynb"][-1]
    assert (done.status, first.status, first.error["evalue"]) == ("FINISHED", "FAILED", "away")
    assert (first.tags["nbops.attempt"], "nbops.retry_of" in first.tags) == ("1", False)
    assert (done.tags["nbops.attempt"], done.tags["nbops.retry_of"]) == ("2", first.id)
    assert {(one.run, one.attempt, one.retry_of) for one in heard} == {(first.id, 1, ""), (done.id, 2, first.id)}
    assert any(one.title.startswith("attempt 2 of 4 begins in") for one in heard)
    assert (heard[-1].cell, heard[-1].cells, heard[-1].path) == (0, 1, "flaky.ipynb")


def test_between_attempts_it_is_told_what_failed_and_what_comes():
    """One line: which attempt, cell and error, and in how many seconds the next begins; nothing after the last."""
    said = []

    def execute(attempt):
        if attempt.number < 3:
            raise PipelineFailed(1, "OSError", "away\nfar away", "out.ipynb", number="cell 2 of 3")

    assert _until_it_ends(execute, 3, said.append)
    failed = "failed: cell 2 of 3 raised OSError: away far away (see out.ipynb)"
    for number, line in enumerate(said, 1):
        assert re.fullmatch(rf"attempt {number} of 4 {re.escape(failed)}; the next begins in \d\.\d s", line)
    assert len(said) == 2
    with pytest.raises(PipelineFailed):
        _until_it_ends(execute, 1, said.append)
    assert len(said) == 3


def test_a_wrong_parameter_is_not_tried_again(ground, notebook):
    """No kernel is started, no run appears, however many retries there are."""
    schema = {"nbops": {"parameters": [{"name": "C", "type": "float", "default": 1.0}]}}
    path = notebook("typed.ipynb", ("C = 1.0", ["parameters"]), metadata=schema)
    before = len(list_runs(ground, hidden=True))
    begun = time.monotonic()
    with pytest.raises(ParameterError):
        run(path, {"C": "much"}, retries=5, workspace=ground)
    assert time.monotonic() - begun < 2
    assert len(list_runs(ground, hidden=True)) == before


def test_a_failing_cell_is_named_with_its_line(ground, notebook):
    """Number of the cell as people count, the line, the error, the output, and how to go on."""
    path = notebook("bad.ipynb", "def halve(x):\n    return 1 / x", "x = 0\n\ny = halve(x)")
    with pytest.raises(PipelineFailed) as failed:
        run(path, workspace=ground)
    told = str(failed.value)
    assert told.startswith("cell 2 of 2, line 3 (`y = halve(x)`) raised ZeroDivisionError: division by zero (see ")
    assert failed.value.cell == 1
    assert failed.value.hint == f"nbops run --resume {latest(ground).id[:8]}"


def test_a_pipeline_that_exits_well_is_finished(ground, notebook):
    """`sys.exit(0)` ends a notebook early, for papermill and for its run."""
    done = run(notebook("early.ipynb", "a = 1.5", "import sys\nsys.exit(0)", "b = 1 / 0"), workspace=ground)
    assert done.status == "FINISHED"


def test_a_kernel_that_is_not_there_is_named(ground, notebook):
    """The sentence names it, the hint installs it, and the run is FAILED."""
    spec = {"kernelspec": {"name": "nosuch", "display_name": "x", "language": "python"}}
    with pytest.raises(PipelineError, match="wants the kernel 'nosuch'") as refused:
        run(notebook("strange.ipynb", "a = 1", metadata=spec), workspace=ground)
    assert "--name nosuch" in refused.value.hint
    assert (latest(ground).status, latest(ground).notebook) == ("FAILED", "strange.ipynb")
    assert not list_running(ground)


@pytest.mark.parametrize("wrong", [{"timeout": -1}, {"cell_timeout": 0}, {"memory": "much"}, {"retries": -1}])
def test_limits_are_numbers_above_zero(ground, notebook, wrong):
    """A sentence names the limit; nothing is started."""
    before = len(list_runs(ground, hidden=True))
    with pytest.raises(PipelineError, match=f"{next(iter(wrong))} is "):
        run(notebook("fine.ipynb", "a = 1"), workspace=ground, **wrong)
    assert len(list_runs(ground, hidden=True)) == before


def test_outputs_never_overwrite_anything_else(ground, notebook):
    """Neither the notebook itself, also by another name, nor any other file; but the output of a former run."""
    path = notebook("input.ipynb", "a = 1.5")
    other = notebook("other.ipynb", "b = 1")
    (ground.project / "link.ipynb").symlink_to(path)
    before = path.read_bytes(), other.read_bytes()
    for target in ("input.ipynb", "link.ipynb", "other.ipynb", "notes.txt"):
        with pytest.raises(PipelineError):
            run(path, output=target, workspace=ground)
    assert (path.read_bytes(), other.read_bytes()) == before
    for _ in range(2):
        run(path, output="executed.ipynb", workspace=ground)
    assert read_notebook(ground.project / "executed.ipynb").cells[0].execution_count == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="a fork's shared pages are told apart by /proc")
def test_memory_shared_after_a_fork_counts_once(ground, notebook):
    """Four forked workers that only read what the kernel holds do not make it five times as large."""
    path = notebook(
        "forks.ipynb",
        "import os, time\nheld = b'x' * 200_000_000\nchildren = []\nfor _ in range(4):\n    pid = os.fork()\n"
        "    if pid == 0:\n        time.sleep(2.5); os._exit(0)\n    children.append(pid)\n"
        "for pid in children:\n    os.waitpid(pid, 0)",
    )
    assert run(path, memory=700, workspace=ground).status == "FINISHED"
