"""Row of the read model → Run."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from nbops.recording.run import Json, Run


def run_from(row: sqlite3.Row) -> Run:
    """Make the Run that *row* stands for."""
    opened, closed = json.loads(row["opened"]), json.loads(row["closed"] or "{}")
    parameters, metrics = dict(closed.get("parameters", {})), dict(closed.get("metrics", {}))
    for logged in json.loads(row["logged"]):
        parameters |= logged.get("parameters", {})
        metrics |= logged.get("metrics", {})
    uris = {item["name"]: item for item in json.loads(row["models"])}
    return Run(
        id=row["id"],
        name=row["renamed"] or row["name"] or row["id"][:8],
        status=row["status"],
        experiment=row["experiment"],
        kind=row["kind"],
        mlflow_run_id=row["mlflow_run_id"],
        parameters=parameters,
        metrics=metrics,
        facts=closed.get("facts", {}),
        seeds=closed.get("seeds", {}),
        origins=closed.get("origins", {}),
        snapshots=tuple(_snapshot(item) for item in closed.get("datasets", ())),
        models=tuple(
            item | uris.pop(item["name"], {"uri": None}) for item in map(_public_model, closed.get("models", ()))
        )
        + tuple(uris.values()),
        tags=opened.get("tags", {}) | closed.get("tags", {}) | json.loads(row["tags"]),
        environment=closed.get("environment", {}),
        git=closed.get("git", {}),
        warnings=tuple(closed.get("warnings", ())),
        error=closed.get("error"),
        started=row["started"],
        ended=row["ended"],
        duration=closed.get("duration") or max(0.0, (row["ended"] or row["started"]) - row["started"]),
        notebook=row["notebook"],
        cell=row["cell"],
        count=opened.get("count"),
        session=row["session"],
        execution=opened.get("execution"),
        source=opened.get("source", ""),
        parent=opened.get("parent"),
        rerun_of=opened.get("rerun_of"),
        repeat_of=row["repeat_of"],
        note=row["note"],
        starred=bool(row["starred"]),
        hidden=bool(row["hidden"]),
        deleted=bool(row["deleted"]),
        empty=bool(closed.get("empty")),
        pending=row["state"] == "pending",
        origin=row["origin"],
    )


def _snapshot(item: Json) -> Json:
    known: dict[str, Any] = {name: item.get(name) for name in ("name", "role", "rows", "digest", "columns")}
    return {"id": item.get("snapshot")} | known | {"by_reference": bool(item.get("by_reference"))}


def _public_model(item: Json) -> Json:
    return {name: value for name, value in item.items() if name != "blob"}
