"""Hold runs against each other: what was chosen, what came out, on which data, with which code."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nbops.errors import RunNotFound
from nbops.recording.dataset_state import dataset_state
from nbops.recording.get_run import get_run
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace

_FEWEST = 2
_ABSENT = None


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that can differ between runs.

    Attributes:
        topic: `metrics`, `parameters`, `seeds`, `facts`, `data`, `models`, `packages` or `code version`.
        name: Which one.
        values: What each run has, in the order of the runs; None where it has none.
    """

    topic: str
    name: str
    values: tuple[Any, ...]

    @property
    def differs(self) -> bool:
        """Whether not all runs have the same."""
        return any(value != self.values[0] for value in self.values[1:])


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs side by side.

    Attributes:
        runs: In the order in which they were asked for.
        rows: All metrics, and of everything else what differs.
        code: Unified difference from the first run's code to the last one's; empty where they are equal.
    """

    runs: tuple[Run, ...]
    rows: tuple[Row, ...]
    code: str


def compare(*refs: str | Run, workspace: Workspace | None = None) -> Comparison:
    """Compare two or more runs.

    Args:
        refs: Runs, or what `get_run` takes: `last`, an id or its beginning, a name, `best:METRIC`.
        workspace: Default: the one of the current directory.

    Raises:
        RunNotFound: A reference names no run, or there are fewer than two.
    """
    if len(refs) < _FEWEST:
        raise RunNotFound("comparing takes two runs or more", hint="nbops.compare('last', 'best:accuracy')")
    place = workspace or find_workspace()
    runs = tuple(get_run(ref, workspace=place) for ref in refs)
    rows = [row for topic, values in _TOPICS for row in _rows(topic, values, runs) if row.differs or topic == "metrics"]
    first, last = runs[0], runs[-1]
    diff = difflib.unified_diff(
        first.source.splitlines(), last.source.splitlines(), first.id[:8], last.id[:8], lineterm=""
    )
    return Comparison(runs, tuple(rows), "\n".join(diff))


def _rows(topic: str, values: Callable[[Run], Mapping[str, Any]], runs: tuple[Run, ...]) -> list[Row]:
    held = [values(run) for run in runs]
    names = dict.fromkeys(name for one in held for name in one)
    return [Row(topic, name, tuple(one.get(name, _ABSENT) for one in held)) for name in names]


def _data(run: Run) -> dict[str, str]:
    return {
        str(item.get("name")): f"{item.get('rows')} rows, {str(item.get('id') or dataset_state(item))[:12]}"
        for item in run.snapshots
    }


def _models(run: Run) -> dict[str, str]:
    return {str(item.get("name")): str(item.get("class") or "").rpartition(".")[2] for item in run.models}


def _version(run: Run) -> dict[str, str]:
    commit = str(run.git.get("commit") or "")[:10]
    return {"commit": f"{commit}{' + changes' if run.git.get('dirty') else ''}"} if commit else {}


_TOPICS: tuple[tuple[str, Callable[[Run], Mapping[str, Any]]], ...] = (
    ("metrics", lambda run: run.metrics),
    ("parameters", lambda run: run.parameters),
    ("seeds", lambda run: run.seeds),
    ("facts", lambda run: run.facts),
    ("data", _data),
    ("models", _models),
    ("packages", lambda run: run.environment.get("packages") or {}),
    ("code version", _version),
)
