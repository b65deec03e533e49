"""Find the run that a reference means: `last`, an id or its beginning, a name, or `best:METRIC[:min|max]`."""

from __future__ import annotations

import difflib
import sqlite3

from nbops.errors import RunNotFound
from nbops.recording.best_run import best_run, is_minimised
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.folding.rows import SELECT, run_from
from nbops.recording.kernel_session import kernel_session_id
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace

__all__ = ["get_run", "is_minimised", "last_run"]
_SHORTEST = 4
_ANSWERS = (
    "deleted = 0 AND empty = 0 AND parent IS NULL AND origin = 'nbops' AND kind != 'drift'"
    " AND NOT (hidden AND kind = 'pipeline')"
)


def get_run(ref: str | Run = "last", *, workspace: Workspace | None = None) -> Run:
    """Return the run that *ref* means.

    Args:
        ref: `last` (this kernel's latest run, else the workspace's; neither empty, nor a child, nor a drift report,
            nor a hidden run of a pipeline, such as a promotion's verification), an nbops or MLflow id or at least four
            digits of it, the exact name of a run (the latest of that name), or
            `best:METRIC[:min|max]` among the finished, unhidden runs of the experiment of `last`.
        workspace: Default: the one of the current directory.

    Raises:
        RunNotFound: Nothing answers, or more than one run does.
    """
    place = workspace or find_workspace()
    model = ReadModel(place)
    model.fold()
    with model.open() as connection:
        if isinstance(ref, Run):
            rows = connection.execute(f"{SELECT} WHERE id = ?", (ref.id,)).fetchall()
            return run_from(rows[0]) if rows else ref
        if ref == "last":
            return _last(connection, place)
        if ref.startswith("best:"):
            return _best(ref, connection, place)
        return _named(ref, connection)


def last_run() -> Run:
    """Return this kernel's latest run, or the workspace's where this process has none.

    Raises:
        RunNotFound: Nothing was tracked here.
    """
    return get_run("last")


def _last(connection: sqlite3.Connection, workspace: Workspace) -> Run:
    for clause, value in (("session = ?", kernel_session_id()), ("? IS NULL", None)):
        row = connection.execute(
            f"{SELECT} WHERE {_ANSWERS} AND {clause} ORDER BY started DESC, runs.rowid DESC LIMIT 1", (value,)
        ).fetchone()
        if row:
            return run_from(row)
    raise RunNotFound(f"no run is recorded in {workspace.project.name} yet", hint="%%track")


def _best(ref: str, connection: sqlite3.Connection, workspace: Workspace) -> Run:
    _, metric, *direction = ref.split(":")
    if direction and direction[0] not in {"min", "max"}:
        raise RunNotFound(f"{ref!r} ends in {direction[0]!r}", hint=f"best:{metric}:min or best:{metric}:max")
    try:
        experiment = _last(connection, workspace).experiment
    except RunNotFound:
        experiment = None
    return best_run(metric, direction[0] if direction else None, experiment=experiment, connection=connection)


def _named(ref: str, connection: sqlite3.Connection) -> Run:
    rows: list[sqlite3.Row] = []
    if len(ref) >= _SHORTEST and not ref.lower().strip("0123456789abcdef"):
        beginning = (ref.lower(), ref.lower() + "g")
        rows = connection.execute(
            f"{SELECT} WHERE id BETWEEN ?1 AND ?2 OR mlflow_run_id BETWEEN ?1 AND ?2 LIMIT 6", beginning
        ).fetchall()
    if not rows:
        rows = connection.execute(
            f"{SELECT} WHERE deleted = 0 AND COALESCE(renamed, name) = ? ORDER BY started DESC LIMIT 1", (ref,)
        ).fetchall()
    if len(rows) == 1:
        return run_from(rows[0])
    if rows:
        found = ", ".join(f"{row['id'][: len(ref) + 4]} ({run_from(row).name})" for row in rows[:5])
        raise RunNotFound(f"{ref!r} is the beginning of more than one run: {found}", hint="more digits of the id")
    known = connection.execute("SELECT COALESCE(renamed, name), id FROM runs WHERE NOT deleted").fetchall()
    names, ids = {row[0] for row in known}, {row[1][: len(ref)] for row in known}
    near = list(dict.fromkeys(difflib.get_close_matches(ref, [*names, *ids], n=3)))
    raise RunNotFound(f"no run answers to {ref!r}", hint=f"one of {', '.join(near)}" if near else RunNotFound.hint)
