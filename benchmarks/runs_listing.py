"""What a page of 10,000 recorded runs costs, beside the same page asked of MLflow's own client on SQLite.

Prints milliseconds (95th percentile of many calls; unchanged journals are looked at in each) and the ratio.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nbops.capture.journal.journal import Journal
from nbops.capture.journal.records import RunClosed, RunOpened, Session
from nbops.processes import this_process
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.get_run import get_run
from nbops.recording.list_runs import list_runs
from nbops.workspace import Workspace, open_workspace

LIMIT_MS, SESSIONS, EACH, PAGE, PLAIN = 50, 50, 200, 100, 1000
_COLUMNS = {f"c{number}": "float64" for number in range(30)}


def feed(workspace: Workspace) -> None:
    """Write journals of 50 sessions with 200 runs each."""
    for session in range(SESSIONS):
        journal = Journal(workspace, f"20260101T{session:06}-00000000")
        first = Session(session=journal.folder.name, owner=this_process(), time=0.0, notebook=f"nb{session}.ipynb")
        journal.append(first, durable=False)
        for number in range(EACH):
            run, begun = f"{session:016x}{number:016x}", 1e9 + session * 1000.0 + number
            opened = RunOpened(
                run=run, session=journal.folder.name, time=begun, cell=f"cell-{number % 9}", source="x=1"
            )
            closed = RunClosed(
                run=run,
                status="FINISHED",
                time=begun + 1,
                parameters={f"p{name}": name * number for name in range(10)},
                metrics={f"m{name}": name / (number + 1) for name in range(5)},
                datasets=({"name": "train", "snapshot": "ab" * 32, "rows": 5, "columns": _COLUMNS},),
                suggested_name=f"fit {number}",
            )
            journal.append(opened, durable=False)
            journal.append(closed, durable=False)
        journal.close()


def plain(folder: str) -> Callable[[], object]:
    """Return the same question to MLflow, over a tenth of the runs."""
    import mlflow
    from mlflow.entities import Metric, Param

    client = mlflow.MlflowClient(f"sqlite:///{folder}/plain.db")
    for number in range(PLAIN):
        run = client.create_run("0").info.run_id
        parameters = [Param(f"p{name}", str(name * number)) for name in range(10)]
        client.log_batch(run, [Metric(f"m{name}", name / (number + 1), 0, 0) for name in range(5)], parameters)
    return lambda: client.search_runs(["0"], max_results=PAGE)


def p95(call: Callable[[], object], rounds: int = 40) -> float:
    """Return the 95th percentile of *rounds* calls, in milliseconds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return sorted(times)[int(rounds * 0.95)] * 1000


def main() -> int:
    """Compare, print, and say by the exit code whether the promise holds."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").write_text("")
        workspace = open_workspace(folder)
        feed(workspace)
        begun = time.perf_counter()
        ReadModel(workspace).fold()
        print(f"read {SESSIONS * EACH:,} runs from journals    {time.perf_counter() - begun:7.1f} s")
        cases = {
            "latest page": lambda: list_runs(workspace, limit=PAGE),
            "page of one notebook": lambda: list_runs(workspace, limit=PAGE, notebook="nb3.ipynb"),
            "page by words": lambda: list_runs(workspace, limit=PAGE, query="p3=300"),
            "last": lambda: get_run("last", workspace=workspace),
            "best:m3": lambda: get_run("best:m3", workspace=workspace),
        }
        took = {name: p95(call) for name, call in cases.items()}
        for name, milliseconds in took.items():
            print(f"{name:<32} {milliseconds:7.1f} ms")
        theirs = p95(plain(folder), 20)
    print(f"MLflow's page, {PLAIN:,} runs         {theirs:7.1f} ms")
    print(f"ratio                            {theirs / took['latest page']:7.1f}")
    return int(max(took.values()) > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
