"""Re-use and resume through real kernels, with runs in MLflow."""

from __future__ import annotations

import nbformat
import pytest
from click.testing import CliRunner

from end_recorder import end_recorder
from nbops.errors import PipelineFailed, RunNotUsable
from nbops.pipelines.running.run import run
from nbops.recording.list_runs import list_runs

SLOW = "import time\ntime.sleep(0.6)\nlevel = C * 2\nheld = [level]"
LATER = "time.sleep(0.6)\nheld.append(level + 1)\nprint('worked')"


@pytest.fixture
def project(stored_workspace):
    """A workspace with an MLflow store; its recorder ends with the test."""
    yield stored_workspace
    end_recorder(stored_workspace)


def write(workspace, *cells, name="pipe"):
    made = [nbformat.v4.new_code_cell(source, id=f"c{place}") for place, source in enumerate(cells)]
    made[0].metadata["tags"] = ["parameters"]
    made[-1].metadata["tags"] = ["nbops-target"]
    path = workspace.project / f"{name}.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=kernel), path)
    return path


def output_of(workspace, done):
    return nbformat.read(next(workspace.outputs.glob(f"*{done.id[:8]}.ipynb")), as_version=4)


def test_a_second_run_skips_what_is_unchanged_and_says_so(project):
    """Outputs are carried over and marked, the run's tags and the command say which cells and why."""
    from nbops.cli import main

    path = write(project, "C = 0.5", SLOW, LATER, "score = float(sum(held))")
    first = run(path, workspace=project)
    assert first.metrics == {"score": 3.0}
    assert "nbops.skipped" not in first.tags
    again = run(path, workspace=project)
    assert again.metrics == first.metrics
    assert again.tags["nbops.skipped"] == "2,3"
    assert again.tags["nbops.reuse"].startswith("2 of 4 cells skipped, saved 1.")
    cells = output_of(project, again).cells
    assert cells[2].metadata.nbops.skipped.run == first.id
    assert cells[2].outputs[0].text == "worked\n"
    assert [cell.execution_count for cell in cells] == [1, 2, 3, 4]
    assert cells[3].metadata.nbops.executed.reason == "the target is always executed"
    told = CliRunner().invoke(main, ["run", str(path), "-p", "C", "0.25", "--no-progress-bar"])
    assert told.exit_code == 0, told.output
    assert told.output.count("cell 3 of 5 re-run: C changed") == 1
    assert "executed notebook: .nbops/outputs/pipe-" in told.output
    known = len(list_runs(workspace=project))
    told = CliRunner().invoke(main, ["run", str(path), "-p", "C", "0.25", "--dry-run"])
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    assert lines[-6:-3] == ["cell 1 of 5  C = 0.5", "cell 2 of 5  # Parameters", lines[-4]]
    assert lines[-4].startswith("cell 3 of 5  time.sleep(0.6) · may be skipped: run ")
    assert (lines[-2], lines[-1]) == ("cell 5 of 5  score = float(sum(held))", "nothing was started")
    assert len(list_runs(workspace=project)) == known
    assert list_runs(workspace=project)[0].metrics == {"score": 2.0}


def test_a_failed_run_is_resumed_with_the_mended_notebook(project):
    """The good cells are put back, the parameters are the run's, and the new run names the one it resumes."""
    write(project, "C = 0.5", SLOW, LATER, "held = held[7]", "score = float(sum(held))")
    with pytest.raises(PipelineFailed) as failure:
        run("pipe.ipynb", {"C": 1.5}, workspace=project)
    failed = list_runs(workspace=project)[0]
    assert failed.status == "FAILED"
    assert failure.value.hint == f"nbops run --resume {failed.id[:8]}"
    write(project, "C = 0.5", SLOW, LATER, "held = held[:1]", "score = float(sum(held))")
    done = run(resume=failed.id[:8], workspace=project)
    assert done.status == "FINISHED"
    assert done.tags["nbops.resumes"] == failed.id
    assert done.tags["nbops.skipped"] == "3,4"
    assert done.parameters["C"] == 1.5
    assert done.metrics == {"score": 3.0}
    with pytest.raises(RunNotUsable, match="only a run that failed"):
        run(resume=done.id, workspace=project)


def test_a_killed_kernel_is_resumed_where_it_died(project):
    """SIGKILL in the middle of a cell: what ran before is put back, and the cell itself runs."""
    kill = "import os, signal\nif os.path.exists('kill'):\n    os.kill(os.getpid(), signal.SIGKILL)\nheld.append(5)"
    write(project, "C = 0.5", SLOW, LATER, kill, "score = float(sum(held))")
    flag = project.project / "kill"
    flag.touch()
    with pytest.raises(Exception):  # noqa: B017 # how it is told is another test's business
        run("pipe.ipynb", workspace=project)
    killed = list_runs(workspace=project)[0]
    assert killed.status == "KILLED"
    flag.unlink()
    done = run(resume=killed, workspace=project)
    assert done.metrics == {"score": 8.0}
    assert done.tags["nbops.skipped"] == "2,3"


def test_only_runs_of_pipelines_can_be_resumed(journaled, stored_workspace):
    """A tracked cell's run has nothing to go on with; what an unknown pipeline executed is not guessed."""
    cell = journaled(status="FAILED")
    with pytest.raises(RunNotUsable, match="not the run of a pipeline"):
        run(resume=cell, workspace=stored_workspace)
    old = journaled(status="FAILED", opened={"kind": "pipeline"})
    with pytest.raises(RunNotUsable, match="not known any more"):
        run(resume=old, workspace=stored_workspace)
