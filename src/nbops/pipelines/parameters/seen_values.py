"""What earlier runs of the same cell were given: information for people, never a constraint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbops.recording.list_runs import list_runs
from nbops.recording.run import Run
from nbops.workspace import Workspace

_MOST_RUNS, _MOST_CHOICES = 1000, 20


def seen_values(run: Run, names: Iterable[str], workspace: Workspace) -> dict[str, dict[str, Any]]:
    """Return, for each parameter that runs of *run*'s cell varied, what they were given.

    Numbers give `{"runs", "minimum", "maximum"}`; texts, truth values and None give `{"runs", "choices"}`. Runs of the
    same cell in the same experiment count, whatever became of them; pipelines' own runs do not.

    Args:
        run: One of them.
        names: Parameters.
        workspace: The run's.
    """
    runs = list_runs(workspace, experiment=run.experiment, kind="cell", hidden=True, limit=_MOST_RUNS)
    same = [one for one in runs if _is_same_cell(one, run) and one.parameters]
    found = {}
    for name in names:
        given = [one.parameters[name] for one in reversed(same) if name in one.parameters]
        told = _summary(given)
        if told:
            found[name] = told
    return found


def _is_same_cell(one: Run, run: Run) -> bool:
    if one.cell and run.cell:
        return one.cell == run.cell and one.notebook == run.notebook
    return one.id == run.id or (one.notebook == run.notebook and bool(one.source) and _shape(one) == _shape(run))


def _shape(run: Run) -> tuple[str, ...]:
    """Return a cell's lines without what stands behind `=`: where no id tells cells apart, that does."""
    return tuple(line.partition("=")[0].rstrip() for line in run.source.splitlines() if line.strip())


def _summary(given: list[Any]) -> dict[str, Any]:
    distinct: list[Any] = []
    for value in given:
        if not any(type(value) is type(known) and value == known for known in distinct):
            distinct.append(value)
    if len(distinct) < 2:  # noqa: PLR2004 # nothing was varied
        return {}
    if all(type(value) in {int, float} for value in distinct):
        return {"runs": len(given), "minimum": min(distinct), "maximum": max(distinct)}
    if all(isinstance(value, str | bool | int | float | None) for value in distinct) and len(distinct) <= _MOST_CHOICES:
        return {"runs": len(given), "choices": distinct}
    return {}
