"""Frames too large for the cell's time: what is stored is what the cell read, whoever dies or writes meanwhile."""

from __future__ import annotations

import json
import os
import time

import mlflow
import pytest

from journal_writer import until
from nbops.recording.get_run import get_run
from nbops.recording.pending import pending
from shell_process import ShellProcess

FRAME = """
import gc, time, numpy as np, pandas as pd
from nbops.snapshots import digest
rng = np.random.default_rng(0)
rows = {rows}
df = pd.DataFrame({{f"x{{i}}": rng.normal(size=rows) for i in range(8)}})
df["city"] = pd.Series(np.array(["Oslo", "Łódź", "Lima"])[rng.integers(0, 3, rows)], dtype="str")
df["kind"] = pd.Categorical.from_codes(rng.integers(0, 3, rows), ["a", "b", "c"])
df["when"] = pd.Timestamp("2020-01-01", tz="UTC") + pd.to_timedelta(rng.integers(0, 10**6, rows), unit="s")
"""
SMALL, LARGE = 400_000, 3_600_000  # 34 MB, 310 MB
# No copy in the cell, and a thread that begins late: what a busy machine would do by chance.
SLOW = """
import nbops.capture.datasets.stable_copy as copying, nbops.capture.datasets.write_copy as writing
copying._FASTEST = 1.0
writing._yield_to_others = lambda: time.sleep({seconds})
"""
READ = "%%track\ntotal = float(df['x0'].sum())"
RESIDENT = """
def resident():
    import ctypes, gc, pyarrow
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pyarrow.default_memory_pool().release_unused()
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6
"""


@pytest.fixture
def shell(stored_workspace, monkeypatch):
    """Start shells; what is left of them is killed at the end."""
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    started = []

    def start(**environment):
        made = ShellProcess(**{"NBOPS_SNAPSHOT_MS": "250"} | environment)
        started.append(made)
        return made

    yield start
    for made in started:
        made.kill()


def dataset(place, name="df"):
    """Return one dataset of the latest run."""
    return next(item for item in get_run("last", workspace=place).snapshots if item["name"] == name)


def copies(place):
    """Return the files of stable copies."""
    return [path for path in (place.root / "stable").rglob("*") if path.is_file()]


def test_a_large_frame_is_stored_by_the_recorder_and_its_memory_given_back(stored_workspace, shell, recorder):
    """310 MB: pending at first, then the id that a snapshot of it has; afterwards nobody holds it."""
    kernel = shell(NBOPS_RECORDER="off")
    kernel.run(FRAME.format(rows=LARGE) + "digest(df); del df\n" + RESIDENT)
    bare = kernel.value("resident()")
    kernel.run(FRAME.format(rows=LARGE))
    assert kernel.value("resident()") - bare > 250
    kernel.run(READ)
    first = dataset(stored_workspace)
    assert (first["id"], first["pending"], first["by_reference"], first["rows"]) == (None, True, False, LARGE)
    wanted = kernel.value("digest(df)")
    assert recorder().poll() is None
    until(lambda: pending(stored_workspace) == 0)
    found = dataset(stored_workspace)
    assert (found["id"], found["pending"]) == (wanted, False)
    assert copies(stored_workspace) == []
    run = get_run("last", workspace=stored_workspace)
    client = mlflow.MlflowClient(stored_workspace.tracking_uri)
    (used,) = client.get_run(run.mlflow_run_id).inputs.dataset_inputs
    assert used.dataset.digest == wanted[:36]
    held = kernel.value("resident()")
    kernel.run("del df")
    assert held - kernel.value("resident()") > 250


def test_an_unchanged_large_frame_is_stored_once(stored_workspace, shell, recorder):
    """Runs that read the same frame refer to one copy, before and after it was stored; a changed one is another."""
    kernel = shell()
    kernel.run(FRAME.format(rows=SMALL))
    runs = []
    for cell in (READ, READ, READ + "\nC = 2"):
        kernel.run(cell)
        runs.append(get_run("last", workspace=stored_workspace))
    until(lambda: [path.suffix for path in copies(stored_workspace)] == [""])
    recorder()
    until(lambda: pending(stored_workspace) == 0)
    kernel.run(READ)
    kernel.run("df.loc[0, 'x0'] = 1e9")
    kernel.run(READ)
    until(lambda: pending(stored_workspace) == 0)
    wanted = kernel.value("digest(df)")
    assert dataset(stored_workspace)["id"] == wanted
    ids = {get_run(run, workspace=stored_workspace).snapshots[0]["id"] for run in runs}
    assert len(ids) == 1
    assert ids != {wanted}


def test_a_cell_that_changes_its_input_in_place_is_recorded_with_what_it_read(stored_workspace, shell, recorder):
    """The copy is made before the cell's code runs."""
    kernel = shell(NBOPS_SNAPSHOT_MS="9000", NBOPS_FINGERPRINT_MS="1")
    kernel.run(FRAME.format(rows=SMALL) + "X = df[['x0', 'x1', 'x2']].to_numpy(copy=True).repeat(10, axis=0)")
    before = kernel.value("digest(X)")
    kernel.run("import nbops.capture.datasets.record_datasets as r; r._BYTES_PER_SECOND = 1.0")
    kernel.run("%%track\nX *= 2\nmean = float(X.mean())")
    assert dataset(stored_workspace, "X")["pending"]
    recorder()
    until(lambda: pending(stored_workspace) == 0)
    assert dataset(stored_workspace, "X")["id"] == before != kernel.value("digest(X)")


@pytest.mark.parametrize("change", ["df.iloc[5, 0] = 1e9", "pass"])
def test_a_frame_changed_while_it_is_copied_is_by_reference(stored_workspace, shell, recorder, change):
    """Where a thread had to copy beside later cells, its copy is held against what the cell read."""
    kernel = shell()
    kernel.run(FRAME.format(rows=SMALL))
    kernel.run(SLOW.format(seconds=0.5))
    before = kernel.value("digest(df)")
    kernel.run(READ)
    kernel.run(change)
    recorder()
    until(lambda: pending(stored_workspace) == 0)
    found = dataset(stored_workspace)
    if change == "pass":
        assert (found["id"], found["by_reference"]) == (before, False)
    else:
        assert (found["id"], found["by_reference"]) == (None, True)
        assert found["reason"] == "it changed while it was being copied"
        assert "df is by reference: it changed" in get_run("last", workspace=stored_workspace).warnings[0]


def test_a_kernel_killed_before_its_copy_is_whole_leaves_a_run_by_reference(stored_workspace, shell, recorder):
    """The run is in MLflow as it ended, and says what is missing; nothing is left behind."""
    kernel = shell()
    kernel.run(FRAME.format(rows=SMALL))
    kernel.run(SLOW.format(seconds=600))
    kernel.run(READ)
    kernel.kill()
    recorder()
    until(lambda: pending(stored_workspace) == 0)
    run = get_run("last", workspace=stored_workspace)
    assert (run.status, run.snapshots[0]["by_reference"]) == ("FINISHED", True)
    assert run.snapshots[0]["reason"] == "the kernel ended before its rows were copied"
    client = mlflow.MlflowClient(stored_workspace.tracking_uri)
    stored = client.get_run(run.mlflow_run_id)
    assert json.loads(stored.inputs.dataset_inputs[0].dataset.source)["reason"] == run.snapshots[0]["reason"]
    assert "by reference" in stored.data.tags["mlflow.note.content"]
    assert copies(stored_workspace) == []


def test_a_kernel_killed_after_its_copy_is_whole_loses_nothing(stored_workspace, shell, recorder):
    """The recorder needs no kernel to store it."""
    kernel = shell()
    kernel.run(FRAME.format(rows=SMALL))
    wanted = kernel.value("digest(df)")
    kernel.run(READ)
    until(lambda: [path.suffix for path in copies(stored_workspace)] == [""])
    kernel.kill()
    assert recorder("--once").wait(120) == 0
    assert dataset(stored_workspace)["id"] == wanted


def test_a_kernel_that_ends_in_good_order_waits_for_its_copies(stored_workspace, shell, recorder):
    """Shutting the notebook down right after the cell costs no data."""
    kernel = shell()
    kernel.run(FRAME.format(rows=SMALL))
    kernel.run(SLOW.format(seconds=0.5))
    wanted = kernel.value("digest(df)")
    kernel.run(READ)
    kernel.close()
    assert recorder("--once").wait(120) == 0
    assert dataset(stored_workspace)["id"] == wanted


def test_a_recorder_killed_while_it_stores_is_followed_by_another(stored_workspace, shell, recorder):
    """Twice killed, the third finishes; had it been the frame's fault, the third time would have been the last."""
    kernel = shell()
    kernel.run(FRAME.format(rows=LARGE))
    wanted = kernel.value("digest(df)")
    kernel.run(READ)
    notes = stored_workspace.journals / kernel.value("__import__('nbops').capture.runs.session.current_session().id")
    for times in (1, 2):
        process = recorder()
        until(lambda: _count(notes / "notes", b"storing") >= times)  # noqa: B023 # used before the next turn
        process.kill()
        process.wait()
    assert dataset(stored_workspace)["pending"]
    assert recorder("--once").wait(120) == 0
    assert dataset(stored_workspace)["id"] == wanted
    assert (pending(stored_workspace), copies(stored_workspace)) == (0, [])


def test_what_a_crash_left_behind_is_swept(stored_workspace, shell, recorder):
    """A copy whose cell never ended, half a copy, and a stray file of a session that nobody knows."""
    kernel = shell()
    kernel.run(FRAME.format(rows=SMALL))
    kernel.process.stdin.write(json.dumps({"cell": READ + "\ntime.sleep(600)"}) + "\n")
    kernel.process.stdin.flush()
    until(lambda: [path.suffix for path in copies(stored_workspace)] == [""])
    kernel.kill()
    stray = stored_workspace.root / "stable" / "20200101T000000-00000000" / "abc.partial"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"half")
    os.utime(stray, (0, 0))
    recorder("--once").wait(120)
    assert copies(stored_workspace) == []
    assert get_run("last", workspace=stored_workspace).status == "KILLED"


def test_a_frame_over_the_size_limit_is_by_reference_at_once(stored_workspace, shell):
    """1.6 GB: no copy, hardly any time, and a sentence that names the setting."""
    kernel = shell()
    kernel.run("import numpy as np, pandas as pd, time\nX = np.zeros((20_000_000, 10))\n")
    kernel.run("%%track\nC = 1\nfirst = X[0, 0]")
    began = time.monotonic()
    kernel.run("%%track\nC = 2\nfirst = X[0, 0]")
    assert time.monotonic() - began < 0.25
    found = dataset(stored_workspace, "X")
    assert (found["by_reference"], found["rows"]) == (True, 20_000_000)
    assert "1,600 MB are more than capture.snapshot_mb = 1,000" in found["reason"]
    assert copies(stored_workspace) == []


def test_a_used_up_quota_is_told_with_its_setting(stored_workspace, shell):
    """No copy is made for a store that will take nothing."""
    kernel = shell(NBOPS_SNAPSHOT_GB="0")
    kernel.run(FRAME.format(rows=SMALL))
    (stored_workspace.snapshots / "packs").mkdir(parents=True, exist_ok=True)
    (stored_workspace.snapshots / "packs" / "some").write_bytes(b"x")
    kernel.run(READ)
    found = dataset(stored_workspace)
    assert found["by_reference"]
    assert "quota" in found["reason"]
    assert "snapshot_gb" in found["reason"]
    assert copies(stored_workspace) == []


def _count(path, word):
    return path.read_bytes().count(b'"kind":"' + word + b'"') if path.exists() else 0
