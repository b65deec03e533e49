"""Drain by hand, and take over what MLflow knows and we do not."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from nbops.errors import StoreUnavailable
from nbops.recording.flush import flush
from nbops.recording.mlflow_store import MlflowStore
from nbops.recording.pending import is_recording, pending
from nbops.recording.read_model import ReadModel
from nbops.recording.run import Json
from nbops.recording.start import recorder_environment
from nbops.settings import resolve_settings
from nbops.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Synced:
    """What one pass did: runs written to MLflow, runs still waiting, runs taken over from MLflow."""

    recorded: int
    pending: int
    pulled: int


def sync(workspace: Workspace, *, timeout: float = 300.0) -> Synced:
    """Write what waits (at most *timeout* seconds), then read names, notes, deletions and foreign runs from MLflow.

    Raises:
        StoreUnavailable: MLflow does not answer; what waits goes on waiting.
    """
    before = pending(workspace)
    if before and not is_recording(workspace):
        subprocess.run(
            [sys.executable, "-m", "nbops.recording.recorder", "--workspace", str(workspace.root), "--once"],
            timeout=timeout,
            env=recorder_environment(),
            check=False,
        )
    elif before:
        flush(timeout, workspace=workspace)
    left = pending(workspace)
    reason = (ReadModel(workspace).get("state", "recorder") or {}).get("waiting")
    if left and reason:
        raise StoreUnavailable(f"{left} of {before} runs wait: {reason}")
    return Synced(before - left, left, pull(workspace))


def pull(workspace: Workspace) -> int:
    """Bring the read model in line with MLflow and return how many runs nbops had not made or had forgotten."""
    store = MlflowStore(workspace, resolve_settings(workspace.project).tracking_uri)
    found = list(store.all_runs())
    model = ReadModel(workspace)
    with model.open(write=True) as connection:
        known = {row["mlflow_run_id"]: row["id"] for row in connection.execute("SELECT id, mlflow_run_id FROM runs")}
        ours = {row["id"] for row in connection.execute("SELECT id FROM runs")}
        new = 0
        for item in found:
            run = known.get(item["mlflow_run_id"]) or (item["run"] if item["run"] in ours else None)
            tags = item["tags"]
            if run is None:
                run, new = item["run"] or item["mlflow_run_id"], new + 1
                connection.execute(
                    "INSERT OR IGNORE INTO runs (id, started, status, kind, origin, state, opened, closed) "
                    "VALUES (?, ?, ?, ?, 'mlflow', 'recorded', ?, ?)",
                    (run, item["started"], item["status"], tags.get("nbops.kind", "mlflow"), *_bodies(item)),
                )
                connection.execute(
                    "UPDATE runs SET ended = ?, experiment = ?, notebook = ?, cell = ?, models = ? WHERE id = ?",
                    (item["ended"], item["experiment"], tags.get("mlflow.source.name") if "nbops.cell_id" in tags else None,
                     tags.get("nbops.cell_id"), _models(item), run),
                )  # fmt: skip
            connection.execute(
                "UPDATE runs SET mlflow_run_id = ?, deleted = ?, starred = ?, hidden = ?, note = ?, name = ?, renamed = NULL, "
                "state = CASE WHEN status != 'RUNNING' AND origin = 'nbops' THEN state ELSE 'recorded' END WHERE id = ?",
                (item["mlflow_run_id"], int(item["deleted"]), int(tags.get("nbops.star") == "true"),
                 int(tags.get("nbops.hidden") == "true" or tags.get("nbops.empty") == "true"), tags.get("nbops.note", ""),
                 item["name"], run),
            )  # fmt: skip
            connection.execute("UPDATE runs SET status = ?, ended = ? WHERE id = ? AND origin = 'mlflow'",
                               (item["status"], item["ended"], run))  # fmt: skip
    return new


def _bodies(item: Json) -> tuple[str, str]:
    tags = item["tags"]
    count = tags.get("nbops.execution_count", "")
    opened = {"count": int(count) if count.isdigit() else None, "rerun_of": tags.get("nbops.rerun_of")}
    data = json.loads(tags.get("nbops.data", "[]"))
    closed = {
        "parameters": item["parameters"],
        "metrics": item["metrics"],
        "datasets": [
            {"name": one["name"], "role": one.get("role"), "snapshot": one.get("id"), "rows": one.get("rows")}
            for one in data
        ],
        "git": {"commit": tags.get("mlflow.source.git.commit")},
    }
    return json.dumps(opened), json.dumps(closed)


def _models(item: Json) -> str:
    named = json.loads(item["tags"].get("nbops.models", "[]"))
    return json.dumps(named or [{"name": "model", "uri": f"models:/{model}"} for model in item["models"]])
