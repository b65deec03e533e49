"""Runs that did not arrive whole: refused by MLflow, without a model, by reference, or of a process nobody can ask."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nbops.processes import Owner, is_alive
from nbops.readiness.finding import BROKEN, LOOK, WELL, Finding
from nbops.recording.folding.read_model import ReadModel

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from nbops.workspace import Workspace

_SHOWN = 3
_LACKING = "SELECT id, failure FROM runs WHERE state = ? AND failure != '' AND deleted = 0 ORDER BY started DESC"
_BY_REFERENCE = """
SELECT runs.id AS id, json_extract(item.value, '$.name') AS name
FROM runs JOIN bodies USING (id), json_each(closed, '$.datasets') AS item
WHERE deleted = 0 AND json_extract(item.value, '$.by_reference') ORDER BY started DESC
"""
_OPEN = """
SELECT runs.id AS id, body FROM runs JOIN sessions USING (session)
WHERE status = 'RUNNING' AND origin = 'nbops'
"""


def runs(workspace: Workspace) -> Iterator[Finding]:
    """Look through the read model for runs that lack something."""
    model = ReadModel(workspace)
    model.fold()
    with model.open() as connection:
        count = connection.execute("SELECT COUNT(*) FROM runs WHERE deleted = 0").fetchone()[0]
        refused, partial = (connection.execute(_LACKING, (state,)).fetchall() for state in ("refused", "recorded"))
        by_reference, still_open = (connection.execute(query).fetchall() for query in (_BY_REFERENCE, _OPEN))
    yield Finding("runs", WELL, f"{count} known")
    if refused:
        yield Finding("runs", BROKEN, f"{_some(refused)} MLflow does not take: {refused[0]['failure']}", "nbops sync")
    if partial:
        yield Finding("runs", LOOK, f"{_some(partial)} arrived without a part: {partial[0]['failure']}")
    if by_reference:
        names = dict.fromkeys(row["name"] for row in by_reference)
        told = ", ".join(list(names)[:_SHOWN])
        yield Finding(
            "runs",
            LOOK,
            f"{len({row['id'] for row in by_reference})} read data that is kept by reference only ({told}): "
            "they cannot be verified on it",
            "%snapshot NAME stores a frame whatever it takes",
        )
    unknown = [row for row in still_open if _is_elsewhere(row)]
    if unknown:
        yield Finding("runs", LOOK, f"{_some(unknown)} belong to other hosts; nobody here can say if they still run")


def _some(rows: list[sqlite3.Row]) -> str:
    ids = ", ".join(row["id"][:8] for row in rows[:_SHOWN])
    return f"{len(rows)} ({ids}{' …' if len(rows) > _SHOWN else ''})"


def _is_elsewhere(row: sqlite3.Row) -> bool:
    owner = json.loads(row["body"]).get("owner")
    return bool(owner) and is_alive(Owner(**owner)) is None
