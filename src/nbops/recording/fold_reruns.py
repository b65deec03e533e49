"""Put the runs of one cell together, so that thirty re-runs are one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbops.recording.run import Run


def fold_reruns(runs: Iterable[Run]) -> list[tuple[Run, ...]]:
    """Return the runs of each cell, latest first, and the cells by their latest run.

    A cell is known by its id where the frontend tells it; elsewhere `rerun_of` leads from a run to the former one.
    """
    ordered = sorted(runs, key=lambda run: run.started, reverse=True)
    parents = {run.id: run.rerun_of for run in ordered}
    groups: dict[Any, list[Run]] = {}
    for run in ordered:
        cell = (run.notebook, run.cell) if run.cell and run.kind == "cell" else _first(run.id, parents)
        groups.setdefault((run.kind, cell), []).append(run)
    return [tuple(group) for group in groups.values()]


def _first(run: str, parents: Mapping[str, str | None]) -> str:
    seen = {run}
    while (former := parents.get(run)) and former not in seen:
        seen.add(former)
        run = former
    return run
