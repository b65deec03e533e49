"""Runs as a table: re-runs of a cell are one row, and only what varies between runs has a column."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.markup import Markup, separated, tag, together
from nbops.recording.fold_reruns import fold_reruns
from nbops.widgets.phrases import aligned, counted, lately, number, short
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import MONO, NOWRAP, QUIET, STRONG, folded, framed, quiet, state_dot, state_sign, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.recording.run import Run

_COLUMNS, _WIDEST = 6, 120
_INSIDE = 50


@dataclass(frozen=True, slots=True)
class Fold:
    """The runs of one cell, latest first."""

    runs: tuple[Run, ...]

    @property
    def latest(self) -> Run:
        """The run that stands for all."""
        return self.runs[0]

    @property
    def failures(self) -> int:
        """How many did not finish."""
        return sum(run.status in {"FAILED", "KILLED"} for run in self.runs)


def runs_table(runs: Sequence[Run], *, total: int | None = None, without: int = 0) -> Rendering:
    """Show *runs*, latest first.

    Args:
        runs: In any order.
        total: How many there are, when *runs* are only some.
        without: How many there would be without the filters that found *runs*.
    """
    if not runs:
        none = "no runs yet: put %%track on top of a cell that computes something"
        told = f"none of {counted(without, 'run')} matches" if without else none
        return Rendering(told, framed(quiet(told)))
    folds = [Fold(group) for group in fold_reruns(runs)]
    metrics, parameters = _fitting(folds, _metrics(folds), _varying(folds))
    some = f"the latest {len(runs)} of " if total and total > len(runs) else ""
    head = f"{some}{counted(total or len(runs), 'run')}" + (
        f", {counted(len(folds), 'row')} after folding re-runs" if len(folds) < len(runs) else ""
    )
    foot = _foot(runs, metrics)
    text = "\n".join([head, _lines(folds, metrics, parameters), *foot])
    below = [tag("div", quiet(line)) for line in foot]
    return Rendering(text, framed(quiet(head), _html(folds, metrics, parameters), *below))


def _lines(folds: list[Fold], metrics: list[str], parameters: list[str]) -> str:
    rows = [_row(kept, metrics, parameters) for kept in folds]
    return aligned([["", "run", "name", "", *metrics, *parameters, "started"], *rows])


def _fitting(folds: list[Fold], metrics: list[str], parameters: list[str]) -> tuple[list[str], list[str]]:
    """Leave out columns, the last first, until lines are no longer than a screen is wide."""
    metrics, parameters = metrics[:_COLUMNS], parameters[:_COLUMNS]
    while max(map(len, _lines(folds, metrics, parameters).splitlines())) > _WIDEST:
        longer = parameters if len(parameters) >= len(metrics) else metrics
        if len(metrics) + len(parameters) <= 1:
            break
        longer.pop()
    return metrics, parameters


def _foot(runs: Sequence[Run], metrics: list[str]) -> list[str]:
    more = len({name for run in runs for name in run.metrics} - set(metrics))
    lines = [f"+{counted(more, 'more metric')}: %runs show RUN"] if more else []
    gone = [run.id[:8] for run in runs if run.deleted]
    return lines + ([f"bring back what is deleted with: %runs restore {' '.join(gone[:3])}"] if gone else [])


def _metrics(folds: Sequence[Fold]) -> list[str]:
    """Return the metrics, first those that most rows have; of equally many the newest."""
    held = Counter(name for kept in folds for name in kept.latest.metrics)
    for name in [name for kept in folds for run in kept.runs for name in run.metrics]:
        held.setdefault(name, 0)
    return [name for name, _ in held.most_common()]


def _varying(folds: Sequence[Fold]) -> list[str]:
    """Return the parameters that differ between the runs that have them; all of them where there is only one run."""
    runs = [run for kept in folds for run in kept.runs]
    held = Counter(name for kept in folds for name in kept.latest.parameters)
    for name in [name for run in runs for name in run.parameters]:
        held.setdefault(name, 0)
    values = {name: {short(run.parameters[name]) for run in runs if name in run.parameters} for name in held}
    return [name for name, _ in held.most_common() if len(runs) == 1 or len(values[name]) > 1]


def _row(kept: Fold, metrics: list[str], parameters: list[str]) -> list[str]:
    run = kept.latest
    return [
        state_sign(run.status),
        run.id[:8],
        f"{'★ ' if run.starred else ''}{short(run.name, 40)}{' (deleted)' if run.deleted else ''}",
        _times(kept),
        *_values(run, metrics, parameters),
        lately(run.started),
    ]


def _times(kept: Fold) -> str:
    if len(kept.runs) == 1:
        return ""
    return f"×{len(kept.runs)}" + (f" ({kept.failures} failed)" if kept.failures else "")


def _values(run: Run, metrics: list[str], parameters: list[str]) -> list[str]:
    measured = [number(run.metrics[name]) if name in run.metrics else "" for name in metrics]
    return measured + [short(run.parameters[name], 24) if name in run.parameters else "" for name in parameters]


def _html(folds: list[Fold], metrics: list[str], parameters: list[str]) -> Markup:
    heads: list[tuple[object, bool]] = [("run", False), ("name", False)]
    heads += [(name, True) for name in metrics] + [(name, False) for name in parameters] + [("started", False)]
    rows = [_cells(kept, metrics, parameters) for kept in folds]
    return table(heads, rows)


def _cells(kept: Fold, metrics: list[str], parameters: list[str]) -> list[object]:
    run = kept.latest
    named = together(
        tag("span", "★ ", title="starred") if run.starred else None,
        tag("span", short(run.name, 60), style=STRONG),
        quiet(" deleted") if run.deleted else None,
        tag("div", quiet(short(run.note, 120))) if run.note else None,
    )
    identity = tag("span", state_dot(run.status), " ", tag("span", run.id[:8], style=MONO), style=NOWRAP)
    if len(kept.runs) > 1:
        named = together(named, folded(quiet(_times(kept)), _inside(kept, metrics, parameters)))
    return [
        identity,
        named,
        *_values(run, metrics, parameters),
        tag("span", lately(run.started), style=f"{QUIET};{NOWRAP}"),
    ]


def _inside(kept: Fold, metrics: list[str], parameters: list[str]) -> Markup:
    names = [*metrics, *parameters]
    lines = []
    for run in kept.runs[1 : 1 + _INSIDE]:
        values = [
            f"{name} {value}" if name in metrics else f"{name}={value}"
            for name, value in zip(names, _values(run, metrics, parameters), strict=True)
            if value
        ]
        error = (run.error or {}).get("ename", "")
        lines.append(
            tag(
                "div", state_dot(run.status), " ", tag("span", run.id[:8], style=MONO), " ", separated([*values, error])
            )
        )
    hidden = len(kept.runs) - 1 - len(lines)
    return together(*lines, tag("div", quiet(f"and {hidden:,} more")) if hidden > 0 else None)
