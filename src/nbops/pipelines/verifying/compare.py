"""Hold what a fresh kernel gave against what was captured."""

from __future__ import annotations

import math

from nbops.capture.journal.journal import read_journal
from nbops.capture.journal.records import RunClosed
from nbops.pipelines.verifying.comparison import Comparison
from nbops.recording.run import Run
from nbops.workspace import Workspace

TOLERANCE = 1e-9


def compare(captured: Run, fresh: Run, workspace: Workspace) -> tuple[Comparison, ...]:
    """Hold metrics (within 1e-9 relative), facts and the snapshots that were read against each other.

    Models are held against each other, by their serialised bytes, only where there is no metric: equal bytes are the
    same model, but the same model may be serialised to other bytes.
    """
    found = []
    for name, value in captured.metrics.items():
        other = fresh.metrics.get(name)
        same = other is not None and math.isclose(value, other, rel_tol=TOLERANCE, abs_tol=1e-300)
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
