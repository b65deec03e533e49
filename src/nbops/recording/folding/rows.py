"""Rows of the read model → Run."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import Any

from nbops.capture.journal.records import RUNNING
from nbops.recording.run import Json, Run

SELECT = "SELECT * FROM runs JOIN bodies USING (id)"
_FOUND = 2  # see Work.met
_OF_DATASETS = ("name", "role", "rows", "digest", "columns")


def run_from(row: sqlite3.Row) -> Run:
    """Make the Run that a *row* of `SELECT` stands for."""
    opened, closed, logged = json.loads(row["opened"]), json.loads(row["closed"]), json.loads(row["logged"])
    return Run(
        id=row["id"],
        name=row["renamed"] or row["name"] or _unnamed(row, opened),
        status=row["status"],
        experiment=row["experiment"],
        kind=row["kind"],
        mlflow_run_id=row["mlflow_run_id"],
        parameters=logged.get("parameters", {}) | closed.get("parameters", {}),
        metrics=json.loads(row["metrics"]),
        facts=closed.get("facts", {}),
        seeds=closed.get("seeds", {}),
        origins=closed.get("origins", {}),
        snapshots=tuple(_snapshot(item) for item in closed.get("datasets", ())),
        models=_models(closed.get("models", ()), json.loads(row["models"])),
        tags=opened.get("tags", {}) | closed.get("tags", {}) | json.loads(row["tags"]),
        environment=closed.get("environment", {}),
        git=closed.get("git", {}),
        warnings=tuple(closed.get("warnings", ())) + ((row["failure"],) if row["failure"] else ()),
        error=closed.get("error"),
        started=row["started"],
        ended=row["ended"],
        duration=closed.get("duration") or _duration(row),
        notebook=row["notebook"],
        cell=row["cell"],
        count=opened.get("count"),
        session=row["session"],
        execution=opened.get("execution"),
        source=opened.get("source", ""),
        parent=row["parent"],
        rerun_of=opened.get("rerun_of"),
        repeat_of=row["repeat_of"],
        note=row["note"],
        starred=bool(row["starred"]),
        hidden=bool(row["hidden"]),
        deleted=bool(row["deleted"]),
        empty=bool(row["empty"]),
        artifacts=tuple(str(item["path"]) for item in closed.get("artifacts", ())),
        files=tuple(closed.get("files", ())),
        masked=row["masked"],
        output={name: value for name, value in closed.get("output", {}).items() if name != "blob"},
        warned=tuple(closed.get("warned", ())),
        resources=closed.get("resources", {}),
        drew=tuple(closed.get("drew", ())),
        pending=bool(row["unsaid"]) or (row["state"] == "pending" and row["origin"] == "nbops"),
        failure=row["failure"],
        attached=bool(opened.get("attach")) or row["met"] == _FOUND,
        origin=row["origin"],
    )


def _unnamed(row: sqlite3.Row, opened: Json) -> str:
    return f"{row['kind']} [{opened['count']}]" if opened.get("count") else str(row["kind"])


def _duration(row: sqlite3.Row) -> float:
    ended = row["ended"] or (time.time() if row["status"] == RUNNING else row["started"])
    return max(0.0, float(ended - row["started"]))


def _snapshot(item: Json) -> Json:
    known: dict[str, Any] = {name: item.get(name) for name in _OF_DATASETS}
    told = {"by_reference": bool(item.get("by_reference")), "pending": bool(item.get("pending"))}
    why = {name: item[name] for name in ("reason", "kind") if item.get(name)}
    return {"id": item.get("snapshot")} | known | told | why


def _models(captured: tuple[Json, ...], written: list[Json]) -> tuple[Json, ...]:
    facts = {item["name"]: {name: value for name, value in item.items() if name != "tries"} for item in written}
    known = [
        {"uri": None} | {name: value for name, value in item.items() if name != "blob"} | facts.pop(item["name"], {})
        for item in captured
    ]
    return (*known, *({"uri": None} | item for item in facts.values()))
