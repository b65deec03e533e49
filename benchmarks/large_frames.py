"""What a tracked cell that reads a large frame costs, against writing the frame out by hand.

Run: `python benchmarks/large_frames.py [--mb 1000]`. One kernel runs all of them, taking turns: the bare cell, the
cell with `%%track`, and with `to_parquet`. `mlflow.data.from_pandas` and `log_input`, which keep no rows at all, would
take minutes, and get a twentieth of the rows, once.
The promise: at most 250 ms (and 50 more) added, and no less kept than `to_parquet` keeps.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true", "NBOPS_QUIET": "1", "GIT_PYTHON_REFRESH": "quiet"}
warnings.filterwarnings("ignore", module="mlflow")

SETUP = """
import gc, numpy as np, pandas as pd
rng = np.random.default_rng(0)
def make(rows):
    return pd.DataFrame({{
        **{{f"x{{i}}": rng.normal(size=rows) for i in range(8)}},
        "count": rng.integers(0, 1000, rows),
        "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 10**8, rows), unit="s"),
        "city": pd.Series(np.array(["Oslo", "Łódź", "São Paulo"])[rng.integers(0, 3, rows)], dtype="str"),
        "kind": pd.Categorical.from_codes(rng.integers(0, 9, rows), list("abcdefghi")),
    }})
df = make({rows})
"""
BARE = "total = float(df['x0'].iloc[:1000].sum()) + {n}"
PARQUET = f"df.to_parquet('by-hand.parquet')\n{BARE}"
MLFLOW = (
    "with mlflow.start_run():\n"
    "    mlflow.log_input(mlflow.data.from_pandas(df[: len(df) // 20], name='df'))\n"
    "    total = {n}"
)


def main() -> int:
    """Measure and print; return 1 where the promise does not hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mb", type=int, default=1000, help="size of the frame in memory")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    os.chdir(folder)
    (folder / "pyproject.toml").touch()
    bare, watched = shells()
    run(bare, f"import mlflow\nmlflow.set_tracking_uri('sqlite:///{folder / 'peer.db'}')")
    run(watched, "%load_ext nbops")
    rows = int(options.mb * 1e6 / 99)  # bytes per row
    for shell in (bare, watched):
        run(shell, SETUP.format(rows=rows))
    run(bare, "import mlflow.data\n" + MLFLOW.format(n=-1))  # creates the database
    times: dict[str, list[float]] = {}
    for n in range(options.rounds):
        run(watched, "df.loc[0, 'x0'] = rng.normal()")  # new content each time
        for name, (shell, cell) in cells(bare, watched).items():
            times.setdefault(name, []).append(run(shell, cell.format(n=n)))
        settled(folder)
        times.setdefault("unchanged", []).append(run(watched, "%%track\n" + BARE.format(n=n + 100)))
        settled(folder)
    times["mlflow"] = [run(bare, MLFLOW.format(n=0))]
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    added = {name: medians[name] - medians["bare"] for name in medians}
    size = run_value(watched, "int(df.memory_usage(deep=False).sum())") / 1e6
    print(f"a frame of {size:,.0f} MB, {rows:,} rows; median of {options.rounds}")
    print(f"%%track, new content: {added['tracked']:.0f} ms added")
    print(f"%%track, unchanged: {added['unchanged']:.0f} ms added")
    print(f"to_parquet in the cell: {added['parquet']:.0f} ms added: {added['parquet'] / added['tracked']:.1f} x more")
    print(
        f"mlflow log_input of a twentieth: {added['mlflow']:.0f} ms added, no rows kept: "
        f"{added['mlflow'] / added['tracked']:.1f} x more (all rows, if it grows in proportion: "
        f"{20 * added['mlflow'] / added['tracked']:.0f} x)"
    )
    kept = stored(folder)
    print(f"{kept.count('stored')} of {len(kept)} runs have their snapshot: {', '.join(sorted(set(kept)))}")
    return int(added["tracked"] > 300 or added["parquet"] < added["tracked"] or set(kept) != {"stored"})


def cells(bare, watched):
    """Return each contender's shell and cell."""
    return {
        "bare": (bare, BARE),
        "tracked": (watched, "%%track\n" + BARE),
        "parquet": (bare, PARQUET),
    }


def settled(folder: Path) -> None:
    """Wait until the recorder has stored what there is, so that it does not compete with what is measured next."""
    from nbops.recording.flush import flush
    from nbops.workspace import Workspace

    flush(120, workspace=Workspace(folder / ".nbops"))


def stored(folder: Path) -> list[str]:
    """Return how each run's frame was kept."""
    from nbops.recording.list_runs import list_runs
    from nbops.workspace import Workspace

    runs = list_runs(Workspace(folder / ".nbops"))
    return ["stored" if item["id"] else str(item.get("reason")) for run in runs for item in run.snapshots]


def shells():
    """Return two shells of one process, whose histories stay in memory."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    return InteractiveShell.instance(config=config), InteractiveShell(config=config)


def run(shell, source: str) -> float:
    """Run one cell and return its milliseconds."""
    start = time.perf_counter()
    result = shell.run_cell(source, store_history=True)
    took = 1000 * (time.perf_counter() - start)
    result.raise_error()
    return took


def run_value(shell, expression: str):
    """Return the value of an expression."""
    return shell.ev(expression)


if __name__ == "__main__":
    sys.exit(main())
