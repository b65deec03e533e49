"""`papermill --engine nbops`, as other tools call it: its command line, and notebooks that know nothing of nbops."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from end_recorder import end_recorder
from nbops.pipelines.notebook.notebooks import read_notebook
from nbops.recording.list_runs import list_runs
from nbops.workspace import ENVIRONMENT, Workspace


def papermill(*arguments, folder, environment=None):
    """Call papermill's command line with our engine."""
    command = [sys.executable, "-m", "papermill", "--engine", "nbops", "--no-progress-bar", *map(str, arguments)]
    kept = {name: value for name, value in os.environ.items() if name != ENVIRONMENT}
    return subprocess.run(
        command, cwd=folder, env=kept | (environment or {}), capture_output=True, text=True, timeout=200, check=False
    )


@pytest.fixture
def folder(ground):
    """The project's folder; papermill finds the workspace from there, as it does for anybody."""
    return ground.project


def test_parameters_of_papermill_are_those_of_the_run(ground, folder, notebook):
    """Without `%%track` every cell counts; the run is in MLflow when papermill returns."""
    notebook("plain.ipynb", ("C = 0.5", ["parameters"]), "import math", "score = math.sqrt(C)", "print('C is', C)")
    done = papermill("plain.ipynb", "out.ipynb", "-p", "C", "0.25", folder=folder)
    assert done.returncode == 0, done.stderr
    run = list_runs(ground)[0]
    assert (run.status, run.kind, run.name, run.notebook) == ("FINISHED", "pipeline", "plain C=0.25", "plain.ipynb")
    assert (run.parameters, run.metrics) == ({"C": 0.25}, {"score": 0.5})
    assert run.mlflow_run_id
    assert not run.pending
    executed = read_notebook(folder / "out.ipynb")
    assert executed.cells[-1].outputs[0].text == "C is 0.25\n"
    assert executed.metadata.papermill.parameters == {"C": 0.25}


def test_only_tracked_cells_count_where_there_are_any(ground, folder, notebook):
    """`%%track` narrows it down, also without `%load_ext`; there is one run for the whole notebook."""
    before = len(list_runs(ground))
    notebook("some.ipynb", "a = 1.5\nnoise = a * 3", "%%track\nC = 0.5\nscore = a * C")
    done = papermill("some.ipynb", "out.ipynb", folder=folder)
    assert done.returncode == 0, done.stderr
    runs = list_runs(ground)
    assert len(runs) == before + 1
    assert (runs[0].metrics, runs[0].parameters["C"]) == ({"score": 0.75}, 0.5)


def test_a_failing_cell_and_a_dying_kernel(ground, folder, notebook):
    """FAILED and KILLED; papermill itself fails as it always does, and its output notebook says why."""
    notebook("bad.ipynb", "a = 1", "raise ValueError('no rows')")
    done = papermill("bad.ipynb", "out.ipynb", folder=folder)
    assert done.returncode == 1
    assert "PapermillExecutionError" in done.stderr
    failed = list_runs(ground)[0]
    assert (failed.status, failed.error["ename"], failed.error["evalue"]) == ("FAILED", "ValueError", "no rows")
    notebook("dying.ipynb", "a = 1", "import os\nos.kill(os.getpid(), 9)")
    done = papermill("dying.ipynb", "out.ipynb", folder=folder)
    assert done.returncode == 1
    assert "KernelDied: the kernel died in cell 2 of 2" in done.stderr
    assert (list_runs(ground)[0].status, list_runs(ground)[0].notebook) == ("KILLED", "dying.ipynb")
    errors = [output for cell in read_notebook(folder / "out.ipynb").cells for output in cell.get("outputs", ())]
    assert [error.ename for error in errors] == ["KernelDied"]


def test_the_time_limit_of_papermill_holds(ground, folder, notebook):
    """`--execution-timeout` is for each cell."""
    notebook("slow.ipynb", "import time\ntime.sleep(60)")
    done = papermill("slow.ipynb", "out.ipynb", "--execution-timeout", "1", folder=folder)
    assert "CellTimeout: cell 1 of 1 (time.sleep(60)) took longer than 1 s" in done.stderr
    assert list_runs(ground)[0].status == "KILLED"


def test_secrets_reach_neither_the_output_nor_the_run(ground, folder, notebook):
    """By name, by shape, by value of the environment; in sources, prints, HTML, errors, metadata and parameters."""
    values = {"token": "t0ken-4711-abcdef", "environment": "env-9f8e7d6c5b", "late": "late-1a2b3c4d5e"}
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    notebook(
        "secret.ipynb",
        ("api_token = ''\nC = 1.0", ["parameters"]),
        "print('the token is', api_token)",
        "import os\nprint(os.environ['DB_PASSWORD'])",
        "from IPython.display import HTML\nHTML(f'<b>{os.environ[\"DB_PASSWORD\"]}</b> <i>{api_token}</i>')",
        "os.environ['SERVICE_PASSWORD'] = 'late-' + '1a2b3c4d5e'",
        "print(os.environ['SERVICE_PASSWORD'])",
        f"aws = '{key}'",
        "raise ValueError(f'{api_token} and {os.environ[\"SERVICE_PASSWORD\"]} were refused')",
    )
    given = ("-p", "api_token", values["token"])
    done = papermill(
        "secret.ipynb", "out.ipynb", *given, folder=folder, environment={"DB_PASSWORD": values["environment"]}
    )
    assert done.returncode == 1
    run = list_runs(ground)[0]
    kept = (folder / "out.ipynb").read_text()
    assert "[masked]" in kept
    for secret in (*values.values(), key):
        assert secret not in kept
        assert secret not in done.stderr
        assert secret not in str(run)
    for path in (ground.journals / run.session).rglob("*"):
        assert not path.is_file() or not any(value.encode() in path.read_bytes() for value in values.values())


def test_the_notebook_itself_is_never_overwritten(folder, notebook):
    """As its output masks secrets and leaves out what is too large, it must not take its place."""
    path = notebook("same.ipynb", "a = 1")
    before = path.read_bytes()
    done = papermill("same.ipynb", "./same.ipynb", folder=folder)
    assert done.returncode == 1
    assert "PipelineError: same.ipynb would be overwritten" in done.stderr
    assert path.read_bytes() == before


def test_outside_of_any_project(tmp_path, notebook, mlflow_template):
    """The workspace lies beside the notebook, as in JupyterLab, wherever papermill was called from."""
    import shutil

    folder, elsewhere = tmp_path / "alone", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    workspace = Workspace(folder / ".nbops")
    workspace.root.mkdir()
    shutil.copy(mlflow_template, workspace.root / "mlflow.db")
    path = notebook("alone.ipynb", ("C = 0.5", ["parameters"]), "score = C * 3", folder=folder)
    try:
        done = papermill(path, "out.ipynb", folder=elsewhere)
        assert done.returncode == 0, done.stderr
        (run,) = list_runs(workspace)
        assert (run.status, run.metrics, bool(run.mlflow_run_id)) == ("FINISHED", {"score": 1.5}, True)
        assert (elsewhere / "out.ipynb").is_file()
        assert not (elsewhere / ".nbops").exists()
    finally:
        end_recorder(workspace)


@pytest.mark.slow
def test_another_languages_kernel_is_tracked_too(ground, folder, notebook, tmp_path, monkeypatch):
    """A kernel that cannot load nbops: status, parameters and duration are on record all the same."""
    import json

    kernel = tmp_path / "kernels" / "other"
    kernel.mkdir(parents=True)
    # A Python kernel that does not show it, and that cannot import nbops.
    launch = "import runpy, sys; sys.modules['nbops'] = None; runpy.run_module('ipyker' + 'nel_launcher', run_name=%r)"
    argv = [sys.executable, "-c", launch % "__main__", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Other", "language": "python"}))
    spec = {"kernelspec": {"name": "other", "display_name": "Other", "language": "python"}}
    notebook("other-kernel.ipynb", ("C = 1.0", ["parameters"]), "print(C)", metadata=spec)
    found = {"JUPYTER_PATH": str(tmp_path)}
    done = papermill("other-kernel.ipynb", "out.ipynb", "-p", "C", "2.0", folder=folder, environment=found)
    assert done.returncode == 0, done.stderr
    run = list_runs(ground)[0]
    assert (run.status, run.notebook, run.parameters) == ("FINISHED", "other-kernel.ipynb", {"C": 2.0})
    notebook("other-kernel.ipynb", "1 / 0", metadata=spec)
    papermill("other-kernel.ipynb", "out.ipynb", folder=folder, environment=found)
    assert (list_runs(ground)[0].status, list_runs(ground)[0].error["ename"]) == ("FAILED", "ZeroDivisionError")
