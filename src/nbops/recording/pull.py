"""MLflow → read model: runs that nbops did not make, and what people did to runs in MLflow's own UI."""

from __future__ import annotations

import json
import os
import sqlite3
from typing import TYPE_CHECKING, Any

from nbops.addresses import storable
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.writing.describe import note_in
from nbops.recording.writing.tell import DESCRIPTION, HIDDEN, STAR
from nbops.settings import read_settings

if TYPE_CHECKING:
    from nbops.recording.writing.mlflow_store import StoredRun
    from nbops.workspace import Workspace

_PREFIX = ("mlflow.", "nbops.")
_COLUMNS = "SELECT runs.*, json_extract(opened, '$.attach') AS inside FROM runs LEFT JOIN bodies USING (id)"
_OURS = f"{_COLUMNS} WHERE mlflow_run_id = ? ORDER BY inside IS NOT NULL, started"
_NEW = f"{_COLUMNS} WHERE id = ?"


def pull(workspace: Workspace, *, most: int = 10_000) -> int:
    """Bring the read model in line with MLflow and return how many runs were new to it.

    Looks at the workspace's own store wholly, on other stores at the experiments that this workspace uses (at all where
    it uses none yet).

    Args:
        workspace: Whose read model.
        most: The latest so many runs of each store.

    Raises:
        StoreUnavailable: A store does not answer.
        StoreRefused: A store answered no.
    """
    from nbops.recording.writing.mlflow_store import MlflowStore

    model = ReadModel(workspace)
    model.fold()
    new = 0
    for uri, experiments in _places(workspace, model).items():
        store = MlflowStore(workspace, uri)
        if store.is_local and not (workspace.root / "mlflow.db").exists():
            continue
        found = list(store.latest_runs(None if store.is_local else experiments or None, most=most))
        with model.open(write=True) as connection:
            new += sum(_take_over(stored, uri, connection) for stored in found)
    return new


def _places(workspace: Workspace, model: ReadModel) -> dict[str, list[str]]:
    """Return store → experiments that this workspace uses there."""
    settings = read_settings(workspace.project)[0]
    named = settings.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI", "") or workspace.tracking_uri
    places: dict[str, list[str]] = {storable(named): [settings.experiment] if settings.experiment else []}
    with model.open() as connection:
        for row in connection.execute("SELECT DISTINCT uri, experiment FROM runs WHERE uri != ''"):
            places.setdefault(row["uri"], []).append(row["experiment"])
    return places


def _take_over(stored: StoredRun, uri: str, connection: sqlite3.Connection) -> bool:
    # What a recorder has written keeps nbops' id, also where no journal of it is left (or it is a colleague's).
    run = stored.tags["nbops.run"] if {"nbops.run", "nbops.kind"} <= stored.tags.keys() else stored.id
    row = connection.execute(_OURS, (stored.id,)).fetchone()
    if row is None and connection.execute("SELECT 1 FROM runs WHERE id = ?", (run,)).fetchone():
        return False  # a recorder is about to note it
    if row is None or row["origin"] == "mlflow":
        _keep(stored, run, uri, connection)
    current = row or connection.execute(_NEW, (run,)).fetchone()
    if not current["unsaid"] and current["state"] != "pending":
        _keep_changes(stored, current, connection)
    return row is None


def _keep_changes(stored: StoredRun, row: sqlite3.Row, connection: sqlite3.Connection) -> None:
    description = stored.tags.get(DESCRIPTION, "")
    renamed = stored.name if stored.name != row["name"] else None
    if row["inside"]:  # the name of what the user had begun before is not that of the execution
        renamed = row["renamed"]
    connection.execute(
        "UPDATE runs SET renamed = ?, note = ?, starred = ?, hidden = ?, deleted = ? WHERE id = ?",
        (
            renamed,
            note_in(description),
            stored.tags.get(STAR) == "true",
            stored.tags.get(HIDDEN) == "true",
            stored.deleted,
            row["id"],
        ),
    )
    added = json.dumps({name: text for name, text in stored.tags.items() if not name.startswith(_PREFIX)})
    connection.execute("UPDATE bodies SET tags = ? WHERE id = ?", (added, row["id"]))


def _keep(stored: StoredRun, run: str, uri: str, connection: sqlite3.Connection) -> None:
    """Write the row of a run that nbops did not make, or of which no journal is left."""
    tags = stored.tags
    kind = tags.get("nbops.kind", "mlflow")
    parameters = [f"{name}={value}" for name, value in stored.parameters.items()]
    words = [stored.name, stored.experiment, kind, stored.status, *parameters, *_metrics(stored)]
    values: dict[str, Any] = {
        "id": run, "started": stored.started, "ended": stored.ended, "status": stored.status, "kind": kind,
        "experiment": stored.experiment, "name": stored.name, "uri": uri, "mlflow_run_id": stored.id,
        "state": "recorded", "origin": "mlflow", "metrics": json.dumps(_metrics(stored)),
        "notebook": tags.get("mlflow.source.name") if "nbops.session" in tags else None,
        "cell": tags.get("nbops.cell_id"), "empty": int(tags.get("nbops.empty") == "true"),
        "words": " ".join(words).lower() + " ",
    }  # fmt: skip
    _upsert("runs", values, connection)
    body = {"id": run, "opened": _opened(stored), "closed": _closed(stored), "models": _models(stored)}
    _upsert("bodies", body, connection)


def _metrics(stored: StoredRun) -> dict[str, float]:
    """Return what is measured of the model; time and memory of the machine are nothing to compare runs by."""
    return {name: value for name, value in stored.metrics.items() if not name.startswith("system/")}


def _upsert(table: str, values: dict[str, Any], connection: sqlite3.Connection) -> None:
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    changes = ", ".join(f"{name} = excluded.{name}" for name in values)
    connection.execute(
        f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {changes}",  # noqa: S608 # names above
        tuple(values.values()),
    )


def _opened(stored: StoredRun) -> str:
    count = stored.tags.get("nbops.execution_count", "")
    return json.dumps({"count": int(count) if count.isdigit() else None, "rerun_of": stored.tags.get("nbops.rerun_of")})


def _closed(stored: StoredRun) -> str:
    try:
        data = json.loads(stored.tags.get("nbops.data", "[]"))
    except ValueError:
        data = []
    datasets = [{"snapshot": item.get("id")} | item for item in data if isinstance(item, dict) and "name" in item]
    git = {"commit": stored.tags.get("mlflow.source.git.commit")}
    return json.dumps({"parameters": dict(stored.parameters), "datasets": datasets, "git": git})


def _models(stored: StoredRun) -> str:
    several = len(stored.models) > 1
    return json.dumps(
        [
            {"name": f"model-{number}" if several else "model", "uri": f"models:/{model}"}
            for number, model in enumerate(stored.models, 1)
        ]
    )
