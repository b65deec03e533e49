"""List the runs of a workspace, latest first."""

from __future__ import annotations

from typing import Any

from nbops.recording.folding.read_model import ReadModel
from nbops.recording.folding.rows import SELECT, run_from
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace

_SHORTEST_ID = 4


def list_runs(
    workspace: Workspace | None = None,
    *,
    notebook: str | None = None,
    experiment: str | None = None,
    kind: str | None = None,
    status: str | None = None,
    query: str | None = None,
    hidden: bool = False,
    deleted: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> list[Run]:
    """Return runs, latest first.

    Args:
        workspace: Default: the one of the current directory.
        notebook: Only runs of this notebook, as its path is recorded (relative to the project).
        experiment: Only runs of this MLflow experiment.
        kind: Only `cell`, `block`, `pipeline`, `drift` or `mlflow` runs.
        status: Only `RUNNING`, `FINISHED`, `FAILED` or `KILLED` runs.
        query: Words that all have to be in the run's names, parameters, metrics, tags or note,
            or begin its id; case is ignored.
        hidden: Also hidden and empty runs.
        deleted: Only deleted runs.
        limit: At most so many.
        offset: Pass over so many.
    """
    clause, values = _filter(notebook, experiment, kind, status, query, hidden=hidden, deleted=deleted)
    model = ReadModel(workspace or find_workspace())
    model.fold()
    # The page is found in the lean table; only its rows are joined with their bodies.
    page = f"SELECT id FROM runs WHERE {clause} ORDER BY started DESC, runs.rowid DESC LIMIT ? OFFSET ?"  # noqa: S608 # no user text
    statement = f"{SELECT} WHERE id IN ({page}) ORDER BY started DESC, runs.rowid DESC"
    with model.open() as connection:
        rows = connection.execute(statement, (*values, -1 if limit is None else limit, offset)).fetchall()
    return [run_from(row) for row in rows]


def count_runs(
    workspace: Workspace | None = None,
    *,
    notebook: str | None = None,
    experiment: str | None = None,
    kind: str | None = None,
    status: str | None = None,
    query: str | None = None,
    hidden: bool = False,
    deleted: bool = False,
) -> int:
    """Count what `list_runs` would return without a limit."""
    clause, values = _filter(notebook, experiment, kind, status, query, hidden=hidden, deleted=deleted)
    model = ReadModel(workspace or find_workspace())
    model.fold()
    with model.open() as connection:
        return int(connection.execute(f"SELECT COUNT(*) FROM runs WHERE {clause}", values).fetchone()[0])  # noqa: S608


def _filter(
    notebook: str | None,
    experiment: str | None,
    kind: str | None,
    status: str | None,
    query: str | None,
    *,
    hidden: bool,
    deleted: bool,
) -> tuple[str, tuple[Any, ...]]:
    clauses: list[str] = ["deleted = ?"]
    values: list[Any] = [int(deleted)]
    if not hidden:
        clauses.append("hidden = 0 AND empty = 0")
    for column, value in (("notebook", notebook), ("experiment", experiment), ("kind", kind), ("status", status)):
        if value is not None:
            clauses.append(f"{column} = ?")
            values.append(value)
    for word in (query or "").lower().split():
        # Of ids only the beginning counts: any two digits stand somewhere in most of them.
        begins = " OR id BETWEEN ? AND ? OR mlflow_run_id BETWEEN ? AND ?" if len(word) >= _SHORTEST_ID else ""
        clauses.append(f"(instr(words || lower(COALESCE(renamed, '')) || ' ' || lower(note), ?) > 0{begins})")
        values += [word, *([word, word + "g"] * 2 if begins else [])]
    return " AND ".join(clauses), tuple(values)
