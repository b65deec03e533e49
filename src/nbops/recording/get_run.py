"""Find the run that a reference means: `last`, an id or its beginning, a name, or `best:METRIC[:min|max]`."""

from __future__ import annotations

import difflib
import math
import sys

from nbops.capture.records import FINISHED
from nbops.errors import RunNotFound
from nbops.recording.list_runs import list_runs
from nbops.recording.read_model import ReadModel
from nbops.recording.rows import run_from
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace

_SHORTEST = 4
_MINIMISED = (
    "loss",
    "error",
    "mae",
    "mse",
    "rmse",
    "mape",
    "msle",
    "brier",
    "deviance",
    "perplexity",
    "misses",
    "latency",
)


def get_run(ref: str | Run = "last", *, workspace: Workspace | None = None) -> Run:
    """Return the run that *ref* means.

    Args:
        ref: `last` (this kernel's latest run, else the workspace's), an nbops or MLflow id or at least four digits of
            it, the exact name of a run, or `best:METRIC[:min|max]` among the finished, unhidden runs of the experiment.
        workspace: Default: the one of the current directory.

    Raises:
        RunNotFound: Nothing answers, or more than one run does.
    """
    place = workspace or find_workspace()
    if isinstance(ref, Run):
        return _by_id(ref.id, place) or ref
    if ref == "last":
        return _last(place)
    if ref.startswith("best:"):
        return _best(ref, place)
    return _named(ref, place)


def last_run() -> Run:
    """Return this kernel's latest run, or the workspace's where this process has none.

    Raises:
        RunNotFound: Nothing was tracked here.
    """
    return get_run("last")


def is_minimised(metric: str) -> bool:
    """Say whether smaller is better for *metric*, judged by its name (losses and errors)."""
    words = metric.lower().replace("-", "_").replace(".", "_").split("_")
    if words[0] == "neg":  # scikit-learn's scores of losses: greater is better
        return False
    return any(word.startswith(known) or word.endswith(known) for word in words for known in _MINIMISED)


def _last(workspace: Workspace) -> Run:
    module = sys.modules.get("nbops.capture.session")
    session = module.current_session_id() if module and hasattr(module, "current_session_id") else None
    model = ReadModel(workspace)
    model.fold()
    with model.open() as connection:
        for clause, values in (("session = ?", (session,)), ("1", ())):
            row = connection.execute(
                f"SELECT * FROM runs WHERE deleted = 0 AND kind != 'drift' AND {clause} "  # noqa: S608
                "ORDER BY started DESC, rowid DESC LIMIT 1",
                values,
            ).fetchone()
            if row:
                return run_from(row)
    raise RunNotFound(f"no run is recorded in {workspace.root.name} of {workspace.project.name}", hint="%%track")


def _by_id(run_id: str, workspace: Workspace) -> Run | None:
    model = ReadModel(workspace)
    model.fold()
    with model.open() as connection:
        row = connection.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
    return run_from(row) if row else None


def _named(ref: str, workspace: Workspace) -> Run:
    model = ReadModel(workspace)
    model.fold()
    with model.open() as connection:
        rows = []
        if len(ref) >= _SHORTEST and all(letter in "0123456789abcdefABCDEF" for letter in ref):
            rows = connection.execute(
                "SELECT * FROM runs WHERE id LIKE ?1 OR mlflow_run_id LIKE ?1 LIMIT 2", (ref.lower() + "%",)
            ).fetchall()
        if not rows:
            rows = connection.execute(
                "SELECT * FROM runs WHERE deleted = 0 AND COALESCE(renamed, name) = ? ORDER BY started DESC LIMIT 1",
                (ref,),
            ).fetchall()
        names = [
            row[0] for row in connection.execute("SELECT DISTINCT COALESCE(renamed, name) FROM runs WHERE deleted = 0")
        ]
    if len(rows) == 1:
        return run_from(rows[0])
    if rows:
        raise RunNotFound(f"{ref!r} is the beginning of more than one run", hint="more digits of the id, see %runs")
    near = difflib.get_close_matches(ref, names, n=3)
    raise RunNotFound(f"no run answers to {ref!r}", hint=f"one of {', '.join(near)}" if near else "%runs")


def _best(ref: str, workspace: Workspace) -> Run:
    _, metric, *direction = ref.split(":")
    if direction and direction[0] not in {"min", "max"}:
        raise RunNotFound(f"{ref!r} ends in {direction[0]!r}", hint=f"best:{metric}:min or best:{metric}:max")
    experiment = None
    try:
        experiment = _last(workspace).experiment
    except RunNotFound:
        pass
    runs = list_runs(workspace, experiment=experiment, status=FINISHED)
    scored = [run for run in runs if run.kind != "drift" and math.isfinite(run.metrics.get(metric, math.nan))]
    if not scored:
        known = sorted({name for run in runs for name in run.metrics})
        near = difflib.get_close_matches(metric, known, n=3) or known[:5]
        raise RunNotFound(f"no finished run has a metric {metric!r}", hint=f"best:{near[0]}" if near else "%runs")
    smaller = direction == ["min"] or (not direction and is_minimised(metric))
    return (min if smaller else max)(scored, key=lambda run: run.metrics[metric])
