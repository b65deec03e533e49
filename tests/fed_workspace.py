"""A workspace as a user's week leaves it: runs in a journal, and the documents that rooms keep for screens."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbops.capture.journal.journal import Journal
from nbops.capture.journal.records import FAILED, FINISHED, Execution, RunClosed, RunOpened, Session
from nbops.pipelines.notebook.notebooks import content_hash, make_notebook, write_notebook
from nbops.processes import this_process
from nbops.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
MONTHS = ("ok", "ok", "warn", "alert")


def feed(project: Path, notebook: str = "wine.ipynb", *, now: float | None = None) -> Workspace:
    """Fill the workspace of *project*: five runs of two cells, a hostile one, a model, a watch and a pipeline."""
    workspace = open_workspace(project)
    now = time.time() if now is None else now
    journal = Journal(workspace, "20260101T000000-0000abcd")
    journal.append(Session(session=journal.folder.name, owner=this_process(), time=now, notebook=notebook))
    for number, c in enumerate((0.1, 0.5, 1.0), 1):
        add_run(journal, number, f"LogisticRegression C={c}", notebook, "cell-1", now - 600 + number, C=c)
    add_run(journal, 4, "LogisticRegression", notebook, "cell-1", now - 100, error="Input X contains NaN")
    add_run(journal, 5, "RandomForest", notebook, "cell-3", now - 60, trees=300)
    add_run(journal, 6, HOSTILE, "other.ipynb", "cell-9", now - 86_400, note=HOSTILE)
    journal.close()
    _put_documents(workspace, now)
    return workspace


def run_id(number: int) -> str:
    """Return the id of the run with that number."""
    return f"{number:032x}"


def add_run(
    journal: Journal, number: int, name: str, notebook: str, cell: str, time: float, *, error: str = "", **values: Any
) -> None:
    """Write one run, opened and closed."""
    key = run_id(number)
    opened = RunOpened(run=key, session=journal.folder.name, time=time, name=name, notebook=notebook, cell=cell)
    note = values.pop("note", "")
    journal.append(opened)
    journal.append(
        RunClosed(
            run=key,
            status=FAILED if error else FINISHED,
            time=time + 3.2,
            duration=3.2,
            parameters=values,
            metrics={} if error else {"accuracy": 0.9 + number / 100, "log_loss": 0.3},
            datasets=({"name": "X_train", "role": "input", "snapshot": "ab" * 32, "digest": "x", "rows": 65_321},),
            models=() if error else ({"name": "model", "class": "sklearn.linear_model.LogisticRegression"},),
            git={"commit": "0123456789abcdef", "dirty": True},
            error={"ename": "ValueError", "evalue": error} if error else None,
            warnings=(f"not recorded: {note}",) if note else (),
            tags={"note": note} if note else {},
        )
    )


def _put_documents(workspace: Workspace, now: float) -> None:
    from nbops.recording.folding.read_model import ReadModel

    model = ReadModel(workspace)
    for version, aliases, drift in ((1, ["champion"], "alert"), (2, ["challenger"], "unknown")):
        body = {"name": "wine", "version": version, "aliases": aliases, "metrics": {"accuracy": 0.9 + version / 100}}
        more = {"run_id": run_id(version), "created": now - 86_400 * (3 - version), "by": "ada", "drift": drift}
        model.put("version", f"wine/{version}", body | more)
    model.put("watch", "wine", {"name": "wine", "model": "wine", "version": 1})
    for month, state in enumerate(MONTHS, 1):
        model.put("report", f"wine/{month}", _report(month, state, now))
    path = "pipelines/wine.ipynb"
    body = {"path": path, "name": "wine", "run_id": run_id(3), "verified": True, "verdict": "2 metrics equal"}
    parameters = [
        {"name": "C", "type": "float", "default": 1.0, "minimum": 0.01, "maximum": 100},
        {"name": "scale", "type": "bool", "default": True},
        {"name": "solver", "type": "str", "default": "lbfgs", "choices": ["lbfgs", "saga"]},
        {"name": "since", "type": "date", "default": "2024-02-29"},
    ]
    kept = [{"count": 2, "cell": "cell-1", "reason": "the result is computed here", "source": "accuracy = …"}]
    dropped = [{"count": 1, "cell": "cell-0", "reason": "only plots", "source": "df.plot()"}]
    more = {"parameters": parameters, "kept": kept, "dropped": dropped, "created": now - 4000}
    model.put("pipeline", "wine", body | more)
    cells = [("code", "C = 1.0", ["parameters"]), ("code", "accuracy = C", ["nbops-target"])]
    written = make_notebook(cells, {"version": 1, "pipeline": "wine"}, "python3")
    proof = {"verified": True, "verdict": "2 metrics equal", "content": content_hash(written)}
    written.metadata["nbops"]["verification"] = proof
    write_notebook(written, workspace.project / path)


def add_explained(workspace: Workspace, cells: int, notebook: str = "wine.ipynb") -> str:
    """Add a session of so many cells, every third a dead end, whose last one was tracked; return the run's id."""
    session = "20260102T000000-0000beef"
    journal = Journal(workspace, session)
    now = time.time()
    journal.append(Session(session=session, owner=this_process(), time=now, notebook=notebook))
    live = "0"
    for number in range(1, cells + 1):
        name = "result" if number == cells else f"x{number}" if number % 3 else f"unused{number}"
        source = f"{name} = {live} + {number}" if number % 3 else f"{name} = {HOSTILE!r}"
        source = f"%%track\nresult = {live}" if number == cells else source
        live = name if number % 3 else live
        code = source.removeprefix("%%track\n")
        one = Execution(session=session, index=number, count=number, cell=f"cell-{number}", source=source, code=code)
        journal.append(replace(one, time=now, defined=(name,)))
    run = run_id(99)
    known = {"cell": f"cell-{cells}", "count": cells, "notebook": notebook, "execution": cells}
    journal.append(RunOpened(run=run, session=session, time=now, name="explained", **known))
    journal.append(RunClosed(run=run, status=FINISHED, time=now + 1, duration=1.0, metrics={"result": 1.0}))
    journal.close()
    return run


def _report(month: int, state: str, now: float) -> dict[str, Any]:
    moved = (("alcohol", "feature", 0.6), ("prediction", "prediction", 0.4), ("ash", "feature", 0.1))
    columns = [
        {
            "name": name,
            "role": role,
            "statistic": month * strength,
            "threshold": 1.0,
            "drifted": month * strength > 1,
            "sentence": f"{name}: mean 12.4 → {12.4 + month * strength:.1f}",
        }
        for name, role, strength in moved
    ]
    window = {"rows": 27_004, "from": f"2013-{month:02}-01", "to": f"2013-{month:02}-28"}
    return {
        "watch": "wine",
        "model": "wine",
        "version": 1,
        "label": f"2013-{month:02}",
        "state": state,
        "current": {"name": "flights", **window},
        "reference": {"name": "winter", "rows": 51_955, "from": "2012-11-01", "to": "2012-12-31"},
        "columns": columns,
        "created": now - 86_400 * 30 * (5 - month),
    }
