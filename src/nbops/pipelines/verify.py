"""Run a pipeline in a fresh kernel and hold what it gives against what was captured."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.capture.journal.journal import read_journal
from nbops.capture.journal.records import RunClosed
from nbops.errors import PipelineFailed
from nbops.pipelines.promotion import Comparison
from nbops.pipelines.run import execute_notebook
from nbops.recording.annotate import annotate
from nbops.recording.flush import flush
from nbops.recording.get_run import get_run
from nbops.recording.run import Run
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

_TOLERANCE = 1e-9


def rerun(notebook: NotebookNode, path: Path, workspace: Workspace, of: Run,
          on_cell: Callable[[int, int], None] | None = None) -> Run | PipelineFailed:  # fmt: skip
    """Execute *notebook* with its defaults in a fresh kernel; return the hidden run that it was, or how it failed."""
    run_id = uuid.uuid4().hex
    output = workspace.outputs / f"{path.stem}-verification.ipynb"
    tags = {"nbops.verifies": of.id}
    try:
        execute_notebook(
            notebook, {}, run_id, output, workspace, path, name=f"verification of {of.name}", tags=tags, on_cell=on_cell
        )
    except PipelineFailed as failure:
        _hide(run_id, workspace)
        return failure
    _hide(run_id, workspace)
    return get_run(run_id, workspace=workspace)


def compare(captured: Run, fresh: Run, workspace: Workspace) -> tuple[Comparison, ...]:
    """Hold metrics (within 1e-9 relative), facts and the snapshots that were read against each other.

    Models are held against each other, by their serialised bytes, only where there is no metric: equal bytes are the
    same model, but the same model may be serialised to other bytes.
    """
    found = []
    for name, value in captured.metrics.items():
        other = fresh.metrics.get(name)
        same = other is not None and math.isclose(value, other, rel_tol=_TOLERANCE, abs_tol=1e-300)
        found.append(Comparison(f"metric {name}", value, other, same))
    for name, count in captured.facts.items():
        found.append(Comparison(f"fact {name}", count, fresh.facts.get(name), fresh.facts.get(name) == count))
    if not captured.metrics:
        models = _models(fresh, workspace)
        for name, blob in _models(captured, workspace).items():
            again = models.get(name, "")
            found.append(Comparison(f"model {name}", blob[:12], again[:12] or None, again == blob))
    datasets = {item["name"]: item["id"] for item in fresh.snapshots}
    for item in captured.snapshots:
        if item["id"]:
            other = datasets.get(item["name"])
            found.append(
                Comparison(f"snapshot {item['name']}", item["id"][:12], other and other[:12], other == item["id"])
            )
    return tuple(found)


def _models(run: Run, workspace: Workspace) -> dict[str, str]:
    """Return the hash of each serialised model of *run*, from its journal."""
    reading = read_journal(workspace.journals / str(run.session))
    closed = (one for one in reading.records if isinstance(one, RunClosed) and one.run == run.id)
    return {str(item["name"]): str(item["blob"]) for one in closed for item in one.models if item.get("blob")}


def proves(comparisons: tuple[Comparison, ...]) -> bool:
    """Say whether everything was equal, and something of it was a result, not only data that went in."""
    results = [one for one in comparisons if not one.what.startswith("snapshot ")]
    return bool(results) and all(one.equal for one in comparisons)


def is_within_spread(captured: Run, one: Run, two: Run) -> bool:
    """Say whether each captured metric lies within the spread of two runs of everything that was executed."""
    for name, value in captured.metrics.items():
        if name not in one.metrics or name not in two.metrics:
            return False
        low, high = sorted((one.metrics[name], two.metrics[name]))
        slack = abs(value) * _TOLERANCE
        if not low - slack <= value <= high + slack:
            return False
    return bool(captured.metrics) and any(one.metrics[name] != two.metrics[name] for name in captured.metrics)


def _hide(run_id: str, workspace: Workspace) -> None:
    flush(120.0, workspace=workspace)
    annotate(run_id, hide=True, workspace=workspace)
