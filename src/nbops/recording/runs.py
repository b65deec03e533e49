"""All runs as a DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.recording.list_runs import list_runs
from nbops.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


def runs(*, workspace: Workspace | None = None, hidden: bool = False) -> pd.DataFrame:
    """Return one row a run, latest first.

    Returns:
        Columns `run_id, name, status, experiment, kind, started` (UTC), `duration` (seconds), `notebook`,
        `mlflow_run_id`, then `params.*` and `metrics.*`.
    """
    import pandas as pd

    found = list_runs(workspace, hidden=hidden)
    fixed = ["run_id", "name", "status", "experiment", "kind", "started", "duration", "notebook", "mlflow_run_id"]
    rows = [
        {
            "run_id": run.id,
            "name": run.name,
            "status": run.status,
            "experiment": run.experiment,
            "kind": run.kind,
            "started": pd.Timestamp(run.started, unit="s", tz="UTC"),
            "duration": run.duration,
            "notebook": run.notebook,
            "mlflow_run_id": run.mlflow_run_id,
        }
        | {f"params.{name}": value for name, value in run.parameters.items()}
        | {f"metrics.{name}": value for name, value in run.metrics.items()}
        for run in found
    ]
    frame = pd.DataFrame(rows)
    return frame if rows else pd.DataFrame(columns=fixed)
