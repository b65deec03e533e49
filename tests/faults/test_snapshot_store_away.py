"""The shared snapshot store is away while cells are tracked: nobody waits for it, and nothing is lost."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

from end_recorder import end_recorder
from journal_writer import until
from nbops.recording.pending import pending, recorder_state
from nbops.snapshots import list_snapshots, load, waiting_uploads
from nbops.workspace import Workspace

CELLS = """
import json, os, sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
url = os.environ["NBOPS_SNAPSHOTS"]
shell.run_cell("%load_ext nbops")
shell.run_cell("import numpy as np, pandas as pd")
times = {"away": [], "none": []}
for count in range(16):
    kind = ("away", "none")[count % 2]
    os.environ["NBOPS_SNAPSHOTS"] = url if kind == "away" else ""
    shell.run_cell(f"frame_{count} = pd.DataFrame({{'x': np.random.default_rng({count}).normal(size=20_000)}})")
    begun = time.perf_counter()
    result = shell.run_cell(f"%%track\\nC = {count}\\ntotal = float(frame_{count}['x'].sum())", store_history=True)
    times[kind].append(time.perf_counter() - begun)
    assert result.success
print("\\n" + json.dumps(times))
"""


def test_an_outage_costs_a_cell_nothing(s3, stored_workspace, tmp_path, monkeypatch):
    """Cells are as fast as without a store, runs reach MLflow, the state is honest; when it is back all is there."""
    with s3.silent():
        answer = subprocess.run(
            [sys.executable, "-c", CELLS], capture_output=True, text=True, check=False, cwd=stored_workspace.project
        )
        assert answer.returncode == 0, answer.stderr
        times = json.loads(answer.stdout.splitlines()[-1])
        assert statistics.median(times["away"]) < statistics.median(times["none"]) + 0.5
        assert len(waiting_uploads(stored_workspace)) == 16
        until(lambda: pending(stored_workspace) == 0)
        until(lambda: recorder_state(stored_workspace).startswith(f"waiting: the snapshot store {s3.url} does not"))
    try:
        until(lambda: not waiting_uploads(stored_workspace))
        until(lambda: recorder_state(stored_workspace) == "working")
    finally:
        end_recorder(stored_workspace)
    (tmp_path / "other").mkdir()
    other = Workspace(tmp_path / "other" / ".nbops")
    assert {taken.name for taken in list_snapshots(other)} == {f"frame_{count}" for count in range(16)}
    assert load("frame_3", workspace=other).shape == (20_000, 1)
