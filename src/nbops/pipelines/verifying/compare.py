"""Hold what a fresh kernel gave against what was captured."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nbops.pipelines.verifying.compare_models import compare_models
from nbops.pipelines.verifying.comparison import Comparison
from nbops.recording.run import Run
from nbops.workspace import Workspace

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Compared:
    """What could be held against what.

    Attributes:
        comparisons: One for each value.
        unheld: Sentences about what could not be compared; it does not count.
    """

    comparisons: tuple[Comparison, ...] = ()
    unheld: tuple[str, ...] = ()


def compare(captured: Run, fresh: Run, workspace: Workspace) -> Compared:
    """Hold metrics (within 1e-9 relative), facts, models and the snapshots that were read against each other.

    Models are the same where their bytes are, or where they predict the same for the rows that the run read.
    """
    found = []
    for name, value in captured.metrics.items():
        other = fresh.metrics.get(name)
        same = other is not None and math.isclose(value, other, rel_tol=TOLERANCE, abs_tol=1e-300)
        found.append(Comparison(f"metric {name}", value, other, same))
    for name, count in captured.facts.items():
        found.append(Comparison(f"fact {name}", count, fresh.facts.get(name), fresh.facts.get(name) == count))
    models, unheld = compare_models(captured, fresh, workspace)
    found += models
    datasets = {item["name"]: item["id"] for item in fresh.snapshots}
    for item in captured.snapshots:
        if item["id"]:
            other = datasets.get(item["name"])
            found.append(
                Comparison(f"snapshot {item['name']}", item["id"][:12], other and other[:12], other == item["id"])
            )
    return Compared(tuple(found), tuple(unheld))


def proves(comparisons: tuple[Comparison, ...]) -> bool:
    """Say whether everything was equal, and something of it was a result, not only data that went in."""
    results = [one for one in comparisons if not one.what.startswith("snapshot ")]
    return bool(results) and all(one.equal for one in comparisons)
