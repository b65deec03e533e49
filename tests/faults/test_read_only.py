"""A project that cannot be written: everything works from the user's state directory, and comes home later."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nbops.recording.process.start import recorder_environment
from nbops.workspace import Workspace, find_workspace, open_workspace, substitute

_KERNEL = r"""
import warnings
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
from nbops.capture.boundary import NotRecorded
import sys
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    shell.run_cell("%load_ext nbops").raise_error()
    shell.run_cell("%%track " + sys.argv[1] + "\nimport numpy as np, pandas as pd\n"
                   "C = 0.5\nframe = pd.DataFrame({'x': np.arange(20.0)})\nscore = C / 2\n",
                   store_history=True).raise_error()
    shell.run_cell("%%track data\nmean = float(frame.x.mean()) * C", store_history=True).raise_error()
print("SAID", [str(item.message) for item in heard if issubclass(item.category, NotRecorded)])
from nbops.recording.list_runs import list_runs
print("HERE", [run.name for run in list_runs()])
shell.run_cell("%nbops")
from nbops.server.place import find_place
from pathlib import Path
print("SERVER", find_place(Path.cwd()).exists, [run.name for run in list_runs(find_place(Path.cwd()).workspace)])
"""
_LOCK = "mount --bind {project} {project} && mount -o remount,ro,bind {project} && cd {project} && ! touch {project}/x"
_SCENE = """set -e
{lock} 2>/dev/null
echo == kernel; {python} -P {script} locked-run
echo == runs; {nbops} runs --json
echo == sync; {nbops} sync --json
echo == doctor; {nbops} doctor --json || true
echo == again; {nbops} runs --json
"""


def _run(scene, environment):
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", scene], env=environment, capture_output=True, text=True, timeout=250, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    parts = [part.partition("\n")[::2] for part in done.stdout.split("== ")[1:]]
    return {name: text.strip() for name, text in parts}


@pytest.fixture
def scene(tmp_path):
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount read-only (unshare -m is refused)")
    project = tmp_path / "shared project"
    project.mkdir()
    (project / "pyproject.toml").write_text("[tool.nbops]\nexperiment = 'shared'\n")
    script = tmp_path / "kernel.py"
    script.write_text(_KERNEL)
    environment = recorder_environment() | {
        "XDG_STATE_HOME": str(tmp_path / "state"), "NBOPS_QUIET": "1", "NBOPS_RECORDER": "off",
        "NBOPS_RECORDER_IDLE": "1", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    for name in ("NBOPS_WORKSPACE", "MLFLOW_TRACKING_URI"):
        environment.pop(name, None)
    given = {"project": f"'{project}'", "python": sys.executable, "script": script,
             "nbops": f"{sys.executable} -m nbops.cli"}  # fmt: skip
    return project, environment, given


def _prepare(root, template):
    """Spare the recorder the seconds that MLflow takes to make its database."""
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, root / "mlflow.db")


def test_read_only_project(scene, tmp_path, mlflow_template, monkeypatch):
    """Kernel, `nbops runs`, `sync`, `doctor` and the server find what was recorded; MLflow too lies elsewhere."""
    project, environment, given = scene
    monkeypatch.setenv("XDG_STATE_HOME", environment["XDG_STATE_HOME"])
    _prepare(substitute(Workspace(project / ".nbops")).root, mlflow_template)
    told = _run(_SCENE.format(lock=_LOCK.format(**given), **given), environment)
    lines = dict(
        line.partition(" ")[::2] for line in told["kernel"].splitlines() if line.startswith(("SAID", "HERE", "SERVER"))
    )
    assert "which cannot be written" in lines["SAID"]
    assert str(project) not in lines["SAID"]
    assert (lines["HERE"], lines["SERVER"]) == ("['data', 'locked-run']", "True ['data', 'locked-run']")
    _, run = json.loads(told["runs"])
    assert (run["name"], run["experiment"], run["pending"]) == ("locked-run", "shared", True)
    assert json.loads(told["sync"])["pending"] == 0
    data, run = json.loads(told["again"])
    assert (run["pending"], run["metrics"], data["pending"]) == (False, {"score": 0.25}, False)
    assert data["snapshots"][0]["id"]
    finding = next(item for item in json.loads(told["doctor"]) if item["topic"] == "file system")
    assert finding["state"] == "look"
    assert "cannot be written" in finding["sentence"]
    assert [path.name for path in project.iterdir()] == ["pyproject.toml"]
    (elsewhere,) = (tmp_path / "state" / "nbops").glob("*/.nbops")
    _prepare(project / ".nbops", mlflow_template)

    open_scene = (
        "set -e\ncd {project}\necho == kernel; {python} -P {script} free-run\necho == runs; {nbops} runs --json\n"
    )
    open_scene += "echo == sync; {nbops} sync --json\necho == again; {nbops} runs --json\n"
    told = _run(open_scene.format(**given), environment)
    assert [run["name"] for run in json.loads(told["runs"])] == ["data", "free-run", "data", "locked-run"]
    assert json.loads(told["sync"])["pending"] == 0
    runs = json.loads(told["again"])
    assert {(run["status"], run["pending"]) for run in runs} == {("FINISHED", False)}
    assert not list((elsewhere / "journals").iterdir())
    _is_in_own_store(project, {run["run_id"] for run in runs})


def _is_in_own_store(project, ids):
    import mlflow
    from mlflow.entities import ViewType

    from nbops.snapshots.list_snapshots import list_snapshots

    workspace = Workspace(project / ".nbops")
    client = mlflow.MlflowClient(workspace.tracking_uri)
    found = client.search_runs([item.experiment_id for item in client.search_experiments()], "", ViewType.ALL)
    assert sorted(run.data.tags["nbops.run"] for run in found) == sorted(ids)
    assert sum(len(run.inputs.dataset_inputs) for run in found) == 2
    assert list_snapshots(workspace)
    assert "replaced" not in os.listdir(project)  # noqa: PTH208 # names are enough


def test_other_users_without_mounts(tmp_path, monkeypatch):
    """A folder without write permission, for those whom permissions bind."""
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("NBOPS_WORKSPACE", raising=False)
    project.chmod(0o555)
    workspace = open_workspace(project)
    assert Path(workspace.root).is_relative_to(tmp_path / "state")
    assert workspace.project == project
    project.chmod(0o755)
    assert find_workspace(project).root == project / ".nbops"
