"""What `%%track` adds to a cell, against the same cell with hand-written MLflow logging on SQLite.

Run: `python benchmarks/tracked_cell.py`. Prints medians and their ratio; all are measured side by side in one process.
W&B (offline, so that nothing waits for its server) is measured too where it is installed.
The promise: 5 ms added at the median, and at least 5 times less than by hand; 100 times less than autolog with a model.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

os.environ |= {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "NBOPS_RECORDER": "off",
    "GIT_PYTHON_REFRESH": "quiet",
    "NBOPS_QUIET": "1",
    "WANDB_MODE": "offline",
    "WANDB_SILENT": "true",
}

SETUP = """
import numpy as np, pandas as pd
from sklearn.linear_model import LogisticRegression
rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(2000, 5)), columns=list("abcde"))
y = (X.a + X.b > 0).astype(int)
"""
PLAIN = "C = 0.5\ndepth = {n}\naccuracy = float(np.mean([C, 0.9]))\nloss = accuracy / 2\n"
BY_HAND = (
    "with mlflow.start_run():\n    C = 0.5\n    depth = {n}\n    accuracy = float(np.mean([C, 0.9]))\n"
    "    loss = accuracy / 2\n    mlflow.log_params(dict(C=C, depth=depth))\n"
    "    mlflow.log_metrics(dict(accuracy=accuracy, loss=loss))\n"
)
BY_WANDB = (
    "with wandb.init(project='peer') as peer:\n    C = 0.5\n    depth = {n}\n    accuracy = float(np.mean([C, 0.9]))\n"
    "    loss = accuracy / 2\n    peer.config.update(dict(C=C, depth=depth))\n"
    "    peer.log(dict(accuracy=accuracy, loss=loss))\n"
)
MODEL = "C = 0.{n}1\nmodel = LogisticRegression(C=C).fit(X, y)\naccuracy = model.score(X, y)\n"


def main() -> int:
    """Measure and print; return 1 where the promise does not hold."""
    folder = Path(tempfile.mkdtemp())
    os.chdir(folder)
    (folder / "pyproject.toml").touch()
    bare, watched = shells()
    run(watched, "%load_ext nbops")
    run(bare, f"import mlflow\nmlflow.set_tracking_uri('sqlite:///{folder / 'peer.db'}')")
    for shell in (bare, watched):
        run(shell, SETUP)
    cells = {
        "plain": (bare, PLAIN),
        "untracked": (watched, PLAIN),
        "tracked": (watched, "%%track\n" + PLAIN),
        "by hand": (bare, BY_HAND),
    }
    times = measure(cells, rounds=40)
    wandb = measure_wandb(bare)
    models = measure({"plain": (bare, MODEL), "tracked": (watched, "%%track\n" + MODEL)}, rounds=15)
    run(bare, "mlflow.sklearn.autolog(silent=True)")
    autolog = measure({"autolog": (bare, MODEL)}, rounds=3, warm=0)["autolog"]
    added, peer = times["tracked"] - times["plain"], times["by hand"] - times["plain"]
    added_model, peer_model = max(0.1, models["tracked"] - models["plain"]), autolog - models["plain"]
    print(f"a cell that is not tracked: {times['untracked'] - times['plain']:.2f} ms added")
    print(f"parameters and metrics: {added:.2f} ms added, by hand {peer:.2f} ms: {peer / added:.1f} x less")
    if wandb is not None:
        extra = wandb - times["plain"]
        print(f"W&B offline {extra:.0f} ms added: {extra / added:.0f} x less")
    ratio = peer_model / added_model
    print(f"a model and its data: {added_model:.2f} ms added, autolog {peer_model:.0f} ms: {ratio:.0f} x less")
    return int(added > 5 or peer / added < 5 or ratio < 100)


def measure_wandb(shell) -> float | None:
    """Return the median milliseconds of the cell logged to W&B offline; None where it is not installed."""
    if find_spec("wandb") is None:
        print("W&B is not installed and was not measured: pip install -e '.[bench]'")
        return None
    run(shell, "import wandb")
    return measure({"W&B": (shell, BY_WANDB)}, rounds=8, warm=2)["W&B"]


def shells():
    """Return two shells of one process, whose histories stay in memory."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    return InteractiveShell.instance(config=config), InteractiveShell(config=config)


def measure(cells: dict[str, tuple], *, rounds: int, warm: int = 4) -> dict[str, float]:
    """Return the median milliseconds of each cell; all take turns, so that a busy machine is equally busy for all."""
    times: dict[str, list[float]] = {name: [] for name in cells}
    for n in range(rounds + warm):
        for name, (shell, source) in cells.items():
            times[name].append(run(shell, source.format(n=n % 9 + 1)))
    return {name: statistics.median(taken[warm:]) for name, taken in times.items()}


def run(shell, source: str) -> float:
    """Run one cell and return its milliseconds."""
    start = time.perf_counter()
    result = shell.run_cell(source, store_history=True)
    took = 1000 * (time.perf_counter() - start)
    result.raise_error()
    return took


if __name__ == "__main__":
    sys.exit(main())
