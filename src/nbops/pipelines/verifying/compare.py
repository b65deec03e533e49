"""Hold what a fresh kernel gave against what was captured."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from nbops.pipelines.verifying.compare_models import compare_models
from nbops.pipelines.verifying.comparison import Comparison
from nbops.recording.run import Run
from nbops.workspace import Workspace

TOLERANCE = 1e-9
_RESULTS = ("metric ", "model ", "predictions ")
_NOT_FINITE = re.compile(r"(?P<name>\S.*) is (?P<value>nan|-?inf)")


@dataclass(frozen=True, slots=True)
class Compared:
    """What could be held against what.

    Attributes:
        comparisons: One for each value.
        unheld: Sentences about results that could not be compared; while there is one, nothing is proven.
        uncompared: Names of the data that were read but of which no snapshot could be compared.
    """

    comparisons: tuple[Comparison, ...] = ()
    unheld: tuple[str, ...] = ()
    uncompared: tuple[str, ...] = ()


def compare(captured: Run, fresh: Run, workspace: Workspace) -> Compared:
    """Hold metrics (within 1e-9 relative), facts, models and the snapshots that were read against each other.

    Metrics that are not finite are told as text, `nan`, and are equal where they are the same. Models are the same
    where their bytes are, or where they predict the same for the rows that the run read.
    """
    wanted, given = _metrics(captured), _metrics(fresh)
    found = [
        Comparison(f"metric {name}", value, given.get(name), _is_equal(value, given.get(name)))
        for name, value in wanted.items()
    ]
    for name, count in captured.facts.items():
        found.append(Comparison(f"fact {name}", count, fresh.facts.get(name), fresh.facts.get(name) == count))
    models, unheld = compare_models(captured, fresh, workspace)
    found += models
    data, uncompared = _data(captured, fresh)
    return Compared((*found, *data), tuple(unheld), tuple(uncompared))


def proves(comparisons: tuple[Comparison, ...]) -> bool:
    """Say whether everything was equal, and something of it was a result, not only data that went in and sizes."""
    return any(one.what.startswith(_RESULTS) for one in comparisons) and all(one.equal for one in comparisons)


def _metrics(run: Run) -> Mapping[str, float | str]:
    """Return the metrics of *run*, with those that are not finite, of which it only keeps a sentence."""
    told = (_NOT_FINITE.fullmatch(sentence) for sentence in run.warnings)
    return {one["name"]: one["value"] for one in told if one} | run.metrics


def _is_equal(one: float | str, other: float | str | None) -> bool:
    if isinstance(one, str) or isinstance(other, str | None):
        return one == other
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-300)


def _data(captured: Run, fresh: Run) -> tuple[list[Comparison], list[str]]:
    """Compare the snapshots that were read; name those that one of the two runs could only refer to."""
    given = {item["name"]: item for item in fresh.snapshots}
    found, uncompared = [], []
    for item in captured.snapshots:
        name, own = str(item["name"]), item["id"]
        other = given.get(name, {}).get("id")
        if own and (other or name not in given):
            found.append(Comparison(f"snapshot {name}", own[:12], other and other[:12], other == own))
        else:
            uncompared.append(name)
    return found, uncompared
