"""Eight kernels on one workspace, whose path has spaces and letters beyond ASCII, and one recorder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import defaultdict

import mlflow
import pytest
from mlflow.entities import ViewType

from end_recorder import end_recorder
from journal_writer import computed, until
from nbops.recording.flush import flush
from nbops.recording.list_runs import list_runs
from nbops.recording.process.interpreter import recorders
from nbops.workspace import open_workspace

_KERNELS, _CELLS = 8, 10
_KERNEL = r"""
import sys, time
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
shell.run_cell("%load_ext nbops").raise_error()
Path(f"ready-{sys.argv[1]}").touch()
while not Path("go").exists():
    time.sleep(0.01)
for number in range(int(sys.argv[2])):
    shell.run_cell(f"%%track 'größe {sys.argv[1]}-{number}'\nlr = 0.{number + 1}\nloss = lr / 2\n",
                   store_history=True).raise_error()
"""


@pytest.fixture
def project(tmp_path, mlflow_template, monkeypatch):
    """A project whose path few tools expect."""
    folder = tmp_path / "Pläne für Müller 数据"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    shutil.copy(mlflow_template, open_workspace(folder).root / "mlflow.db")
    monkeypatch.chdir(folder)
    for name in ("NBOPS_WORKSPACE", "MLFLOW_TRACKING_URI", "NBOPS_RECORDER"):
        monkeypatch.delenv(name, raising=False)
    yield folder
    end_recorder(open_workspace(folder))


def test_eight_kernels_and_one_recorder(project):
    """Eighty runs, each once and FINISHED, each kernel's in the order in which its cells ran."""
    environment = os.environ | {"NBOPS_QUIET": "1", "OMP_NUM_THREADS": "1"}
    started = [
        subprocess.Popen([sys.executable, "-c", _KERNEL, str(kernel), str(_CELLS)], env=environment, cwd=project)
        for kernel in range(_KERNELS)
    ]
    try:
        until(lambda: len(list(project.glob("ready-*"))) == _KERNELS)
        (project / "go").touch()
        assert [process.wait(120) for process in started] == [0] * _KERNELS
    finally:
        for process in started:
            process.kill()
    workspace = open_workspace(project)
    assert flush(150, workspace=workspace)
    assert recorders(workspace) == [""], "one recorder, and it waits for nothing"
    client = mlflow.MlflowClient(workspace.tracking_uri)
    experiments = [item.experiment_id for item in client.search_experiments()]
    found = client.search_runs(experiments, "", ViewType.ALL, order_by=["attributes.start_time ASC"])
    assert len(found) == len({run.data.tags["nbops.run"] for run in found}) == _KERNELS * _CELLS
    assert {run.info.status for run in found} == {"FINISHED"}
    order = defaultdict(list)
    for run in found:
        kernel, _, number = run.info.run_name.removeprefix("größe ").partition("-")
        order[kernel].append(int(number))
        assert computed(run.data.metrics) == {"loss": float(f"0.{int(number) + 1}") / 2}
    assert dict(order) == {str(kernel): list(range(_CELLS)) for kernel in range(_KERNELS)}
    listed = [run.id for run in list_runs(workspace, limit=None)]
    assert sorted(listed) == sorted(run.data.tags["nbops.run"] for run in found)
