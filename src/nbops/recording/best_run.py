"""Find the best run of an experiment by one metric."""

from __future__ import annotations

import difflib
import json
import re
import sqlite3
from dataclasses import replace

from nbops.errors import RunNotFound
from nbops.recording.folding.rows import SELECT, run_from
from nbops.recording.run import Run

_MINIMISED = ("loss", "error", "err", "mae", "mse", "rmse", "mape", "msle", "brier", "deviance", "perplexity",
              "latency", "rmsle", "logloss", "smape", "misses")  # fmt: skip
_CANDIDATES = "status = 'FINISHED' AND deleted = 0 AND hidden = 0 AND empty = 0 AND kind != 'drift'"


def best_run(metric: str, direction: str | None, *, experiment: str | None, connection: sqlite3.Connection) -> Run:
    """Return the best FINISHED, unhidden run; `chosen` says among how many, and in which direction.

    Args:
        metric: Name of the metric.
        direction: `min` or `max`; None means by the metric's name: known losses and errors are minimised.
        experiment: Only runs of this experiment; None means all.
        connection: To the read model, folded.

    Raises:
        RunNotFound: No such run has the metric.
    """
    rows = connection.execute(
        f"SELECT id, metrics FROM runs WHERE {_CANDIDATES} AND COALESCE(experiment = ?, 1) ORDER BY started DESC",  # noqa: S608
        (experiment,),
    ).fetchall()
    known = {row["id"]: json.loads(row["metrics"]) for row in rows}
    scored = {run: float(metrics[metric]) for run, metrics in known.items() if metric in metrics}
    if not scored:
        names = sorted({name for metrics in known.values() for name in metrics})
        near = difflib.get_close_matches(metric, names, n=3) or names[:5]
        where = f" of experiment {experiment!r}" if experiment else ""
        hint = " or ".join(f"best:{name}" for name in near) if near else "%runs"
        raise RunNotFound(f"no finished run{where} has a metric {metric!r}", hint=hint)
    smaller = direction == "min" or (direction is None and is_minimised(metric))
    best = (min if smaller else max)(scored, key=scored.__getitem__)
    run = run_from(connection.execute(f"{SELECT} WHERE id = ?", (best,)).fetchone())
    runs = "1 run" if len(scored) == 1 else f"{len(scored)} runs"
    sentence = f"{'smallest' if smaller else 'greatest'} {metric} of {runs}: {scored[best]:.6g}"
    return replace(run, chosen=sentence + _differing_data(list(scored), connection))


def is_minimised(metric: str) -> bool:
    """Say whether smaller is better for *metric*, judged by its name (losses and errors)."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", metric)]
    if words[:1] == ["neg"]:  # scikit-learn's scores of losses: greater is better
        return False
    return any(word == known or (len(known) > 3 and word.endswith(known)) for word in words for known in _MINIMISED)  # noqa: PLR2004


def _differing_data(runs: list[str], connection: sqlite3.Connection) -> str:
    """Return a warning where the compared runs saw different data, so that their metrics say little."""
    marks = ", ".join("?" * len(runs[:500]))
    seen = set()
    for row in connection.execute(f"SELECT closed FROM bodies WHERE id IN ({marks})", runs[:500]):  # noqa: S608
        datasets = json.loads(row["closed"]).get("datasets", ())
        found = sorted((item["name"], item.get("snapshot") or item.get("digest") or "") for item in datasets)
        seen.add(tuple(found))
    return "; the runs compared saw different data" if len(seen - {()}) > 1 else ""
