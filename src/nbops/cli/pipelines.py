"""`nbops pipelines`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nbops.cli.answers import json_option, tell, tell_json
from nbops.cli.tables import ago, figures, table

if TYPE_CHECKING:
    from nbops.workspace import Workspace


@click.command()
@json_option
def pipelines(as_json: bool) -> None:
    """List promoted pipelines: whether each still holds, what it takes, and its last run."""
    from nbops.pipelines.list_pipelines import list_pipelines
    from nbops.workspace import find_workspace

    place = find_workspace()
    found = list_pipelines(place)
    if as_json:
        tell_json([item | {"last_run": _last(item, place)} for item in found])
        return
    if not found:
        tell("no pipeline yet: nbops promote last")
        return
    rows = []
    for item in found:
        last = _last(item, place)
        given = figures({one["name"]: one.get("default") for one in item.get("parameters", ())})
        told = f"{last['status']} {ago(last['started'])} ({last['run_id'][:8]})" if last else None
        rows.append([item["name"], item["state"], given, told])
    tell(table(["pipeline", "state", "parameters", "last run"], rows))
    for item in found:
        if item["state"] != "verified":
            tell(f"{item['name']} is {item['state']}: {item['reason']}")
        if item["note"]:
            tell(f"{item['name']}: {item['note']}")


def _last(item: dict[str, Any], workspace: Workspace) -> dict[str, Any] | None:
    from nbops.errors import RunNotFound
    from nbops.recording.get_run import get_run

    for run in item.get("runs", ())[:1]:
        try:
            last = get_run(run, workspace=workspace)
        except RunNotFound:
            return None
        return {"run_id": last.id, "status": last.status, "started": last.started}
    return None
