"""List the runs of a workspace, latest first."""

from __future__ import annotations

from typing import Any

from nbops.recording.read_model import ReadModel
from nbops.recording.rows import run_from
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace


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
    """Return runs, latest first; hidden (and empty) and deleted ones only when asked for."""
    clause, values = _filter(notebook, experiment, kind, status, query, hidden=hidden, deleted=deleted)
    model = ReadModel(workspace or find_workspace())
    model.fold()
    statement = f"SELECT * FROM runs WHERE {clause} ORDER BY started DESC, rowid DESC LIMIT ? OFFSET ?"  # noqa: S608 # no user text
    with model.open() as connection:
        return [
            run_from(row) for row in connection.execute(statement, (*values, -1 if limit is None else limit, offset))
        ]


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
    with ReadModel(workspace or find_workspace()).open() as connection:
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
    clauses, values = ["deleted = ?"], [int(deleted)]
    if not hidden:
        clauses.append("hidden = 0")
    for column, value in (("notebook", notebook), ("experiment", experiment), ("kind", kind), ("status", status)):
        if value is not None:
            clauses.append(f"{column} = ?")
            values.append(value)  # type: ignore[arg-type]
    for word in (query or "").split():
        clauses.append("(COALESCE(renamed, name) || ' ' || id || ' ' || COALESCE(notebook, '') || ' ' || "
                       "experiment || ' ' || note || ' ' || COALESCE(closed, '')) LIKE ? ESCAPE '\\'")  # fmt: skip
        values.append("%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")  # type: ignore[arg-type]
    return " AND ".join(clauses), tuple(values)
