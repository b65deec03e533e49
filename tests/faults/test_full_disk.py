"""A full disk: said at once, no cell fails, nothing is torn, and all goes on when there is room again."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from journal_writer import Writer
from nbops.capture.journal.journal import read_journal
from nbops.capture.journal.reserve import release_space, reserve_space
from nbops.recording.process.start import recorder_environment

_MOUNT = "set -e; mount -t tmpfs -o size={size} nbops {folder}; cd {folder}; exec {python} -P {script} {folder} {more}"
_IN_KERNEL = r"""
import json, os, sys, warnings
from pathlib import Path
folder = Path(sys.argv[1])
(folder / "pyproject.toml").touch()
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
from nbops.capture.boundary import NotRecorded
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
shell.run_cell("%load_ext nbops").raise_error()
said, filler = [], folder / "filler"

def run(name, big=False):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        more = "import numpy as np\nfrom sklearn.linear_model import LinearRegression\n" \
               "model = LinearRegression().fit(np.eye(400), np.eye(400))\n" if big else ""
        result = shell.run_cell(f"%%track {name}\n{more}lr = 0.5\nscore = lr / 2\n", store_history=True)
    result.raise_error()
    assert shell.user_ns["score"] == 0.25
    said.append([str(item.message) for item in heard if issubclass(item.category, NotRecorded)])

def fill():
    with filler.open("ab", buffering=0) as file:
        for size in (1 << 16, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass

run("before")
reserve = folder / ".nbops" / ".reserve"
held = reserve.exists()
fill()
while reserve.exists() and len(said) < 40:  # a file's last block has room for a few records
    run("into the reserve", big=len(said) == 1)
released = not reserve.exists()
fill()
while not said[-1] and len(said) < 80:
    run("full")
run("refused too")
import contextlib, io
with contextlib.redirect_stdout(io.StringIO()) as status:
    shell.run_cell("%nbops").raise_error()
filler.unlink()
run("after")
run("again")
print(json.dumps({"said": said, "held": held, "released": released, "held again": reserve.exists(),
                  "status": status.getvalue()}))
shell.run_cell("%unload_ext nbops")
# What the journal has, read before the file system is gone.
from nbops.recording.list_runs import list_runs
(journal,) = [path for path in (folder / ".nbops" / "journals").iterdir()]
from nbops.capture.journal.journal import read_journal
reading = read_journal(journal)
print(json.dumps({"damaged": reading.damaged, "tail": len(reading.tail),
                  "runs": [[run.name, run.status, run.metrics, list(run.warnings)]
                           for run in list_runs(limit=None)][::-1]}))
"""
_IN_RECORDER = r"""
import json, os, sys, time
from pathlib import Path
folder, template = Path(sys.argv[1]), sys.argv[2]
import shutil
from nbops.workspace import open_workspace
from journal_writer import Writer
from nbops.errors import NbopsError
from nbops.recording.pending import pending, recorder_state
from nbops.recording.list_runs import list_runs
from nbops.recording.process.report import report
from nbops.recording.recorder import Recorder
(folder / "pyproject.toml").touch()
workspace = open_workspace(folder)
shutil.copy(template, workspace.root / "mlflow.db")
writer = Writer(workspace)
writer.run("one")
recorder = Recorder(workspace)
report(workspace, "", "")
recorder.drain()
filler = folder / "filler"
writer.run("two", artifacts=({"path": "a.bin", "blob": writer.journal.put(os.urandom(300_000))},))
with filler.open("wb", buffering=0) as file:
    for size in (1 << 16, 512, 1):
        try:
            while True:
                file.write(b"x" * size)
        except OSError:
            pass
said = []
for _ in range(8):
    try:
        recorder.drain()
        said.append("")
    except NbopsError as error:
        said.append(f"{type(error).__name__}: {error}")
    report(workspace, said[-1], "")
filler.unlink()
recorder.drain()
import mlflow
client = mlflow.MlflowClient(workspace.tracking_uri)
found = client.search_runs([item.experiment_id for item in client.search_experiments()])
print(json.dumps({"said": said, "pending": pending(workspace),
                  "runs": sorted([run.info.run_name, run.info.status] for run in found),
                  "failures": [run.failure for run in list_runs(workspace)]}))
"""


def _on_small_disk(code, folder, size, *more):
    """Run *code* in a process that sees a small file system at *folder*; nobody else sees it."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a file system of its own (unshare -m is refused)")
    script = folder.parent / "script.py"
    script.write_text(code)
    folder.mkdir()
    line = _MOUNT.format(size=size, folder=folder, python=sys.executable, script=script, more=" ".join(map(str, more)))
    tests = str(Path(__file__).parents[1])
    environment = recorder_environment() | {"NBOPS_RECORDER": "off", "NBOPS_QUIET": "1", "OMP_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = os.pathsep.join([tests, environment["PYTHONPATH"]])
    for name in ("NBOPS_WORKSPACE", "MLFLOW_TRACKING_URI"):
        environment.pop(name, None)
    command = ["unshare", "-m", "sh", "-c", line]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(text) for text in done.stdout.splitlines() if text.startswith("{")]


def test_cells_on_a_full_disk(tmp_path):
    """Records go into the space held back; when that is gone too, they wait in memory, which is said once."""
    told, journal = _on_small_disk(_IN_KERNEL, tmp_path / "small", "8m")
    assert (told["held"], told["released"], told["held again"]) == (True, True, True)
    *well, refused, too, after, again = told["said"]
    assert len(well) > 2
    assert not any([*well, too, after, again])
    (sentence,) = refused
    assert "No space left on device; it is kept in memory until there is room" in sentence
    assert "/" not in sentence
    assert (journal["damaged"], journal["tail"]) == (0, 0)
    assert len(journal["runs"]) == len(told["said"])
    assert all(run[1:3] == ["FINISHED", {"score": 0.25}] for run in journal["runs"])
    assert [run[0] for run in journal["runs"]][-4:] == ["full", "refused too", "after", "again"]
    assert "is not stored" in journal["runs"][1][3][0]
    assert "records; they wait in memory: make room" in told["status"]


def test_recorder_on_a_full_disk(tmp_path, mlflow_template):
    """It says so, refuses no run for it, and goes on afterwards."""
    (told,) = _on_small_disk(_IN_RECORDER, tmp_path / "small", "7m", mlflow_template)
    assert all(told["said"]), told
    assert all("full" in sentence or "No space" in sentence for sentence in told["said"]), told
    assert told["pending"] == 0
    assert [run[:2] for run in told["runs"]] == [["one", "FINISHED"], ["two", "FINISHED"]]
    assert told["failures"] == ["", ""]


def test_a_file_that_may_not_grow(stored_workspace, monkeypatch):
    """The same without a file system of its own: the record is not there, and the next one is whole."""
    import signal

    from nbops.errors import JournalError

    monkeypatch.setattr(signal, "signal", signal.signal)
    writer = Writer(stored_workspace)
    writer.run("before")
    path = writer.journal.folder / "journal"
    content = path.read_bytes()
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(content) + 100, former[1]))
    try:
        with pytest.raises(JournalError, match="File too large"):
            writer.run("refused")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
    assert path.read_bytes() == content
    writer.run("after")
    reading = read_journal(writer.journal.folder)
    assert (reading.damaged, reading.tail) == (0, b"")
    assert [record.name for record in reading.records if record.type == "opened"] == ["before", "after"]


def test_space_is_held_once_and_given_back_once(tmp_path):
    """A megabyte of real blocks, however many kernels ask for it."""
    assert reserve_space(tmp_path)
    assert reserve_space(tmp_path)
    assert (tmp_path / ".reserve").stat().st_blocks * 512 >= 1 << 20
    assert release_space(tmp_path)
    assert not release_space(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not reserve_space(tmp_path / "nowhere")
