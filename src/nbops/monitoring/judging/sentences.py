"""What happened to a column, in one sentence with numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.monitoring.judging.extras import tell_extras
from nbops.monitoring.judging.measures import KS, MISSING, NEW
from nbops.profiles.column import PERFORMANCE, TEXT, VECTOR
from nbops.profiles.publish import FEWEST

if TYPE_CHECKING:
    from nbops.profiles.column import Column

_POINTS = {
    "0.5": "median",
    "0.25": "lower quartile",
    "0.75": "upper quartile",
    "0.95": "95 % point",
    "0.05": "5 % point",
}
_MOVERS = 2
_UNITS = {TEXT: "length", VECTOR: "norm"}
_ROUNDED = 0.001


def tell(reference: Column, current: Column, measure: str) -> str:
    """Say how *current* differs from *reference*, beginning with what *measure* saw."""
    parts = [tell_extras(reference, current, measure)]
    if measure == MISSING.name:
        parts.append(_missing(reference, current))
    elif measure == NEW.name:
        parts.append(_new(reference, current))
    if reference.edges and current.quantiles:
        parts.append(_shift(reference, current))
    elif reference.labels:
        parts.append(_movers(reference, current))
    said = _missing(reference, current)
    if (
        measure != MISSING.name
        and abs(_rate(current, current.missing) - _rate(reference, reference.missing)) > KS.effect
    ):
        parts.append(said)
    return f"{reference.name}: {'; '.join(part for part in parts if part)}"


def percent(share: float) -> str:
    """Return *share* as a percentage with as many digits as a person wants."""
    if share in {0, 1}:
        return f"{share:.0%}".replace("%", " %")
    return f"{100 * share:.1f} %" if share >= _ROUNDED else f"{100 * share:.2g} %"


def _missing(reference: Column, current: Column) -> str:
    return f"missing {percent(_rate(reference, reference.missing))} → {percent(_rate(current, current.missing))}"


def _new(reference: Column, current: Column) -> str:
    unseen = sum(now for now, before in zip(current.cells[:-1], reference.cells[:-1], strict=True) if not before)
    if reference.edges:
        length = f" ({_UNITS[reference.kind]})" if reference.kind in _UNITS else ""
        return f"{percent(_rate(current, unseen))} outside {_number(reference.low)} … {_number(reference.high)}{length}"
    named = ", ".join(repr(label) for label, rows in current.unlisted[:_MOVERS] if rows >= FEWEST)
    return f"{percent(_rate(current, unseen))} new values" + (f" ({named})" if named else "")


def _shift(reference: Column, current: Column) -> str:
    if reference.role == PERFORMANCE:
        return f"mean {_number(reference.mean)} → {_number(current.mean)}"
    unit = f"{_UNITS[reference.kind]}, " if reference.kind in _UNITS else ""
    before, after = reference.quantiles, current.quantiles
    spread = max(before.get("0.95", 0) - before.get("0.05", 0), 1e-12)
    moves = {p: abs(after[p] - before[p]) / spread for p in _POINTS if p in before and p in after}
    point = "0.5" if moves.get("0.5", 0) > 0 else max(moves, key=lambda p: moves[p], default="")
    if point and moves[point] > 0:
        return f"{unit}{_POINTS[point]} {_number(before[point])} → {_number(after[point])}"
    return f"{unit}mean {_number(reference.mean)} → {_number(current.mean)}"


def _movers(reference: Column, current: Column) -> str:
    names = [*reference.labels, "other values"]
    moves = [
        (_rate(reference, before), _rate(current, now), name)
        for name, before, now in zip(names, reference.cells[:-1], current.cells[:-1], strict=True)
    ]
    if reference.kind == "bool":
        moves = [move for move in moves if move[2] == "True"]
    moves.sort(key=lambda move: -abs(move[1] - move[0]))
    return ", ".join(f"{name} {percent(before)} → {percent(now)}" for before, now, name in moves[:_MOVERS])


def _rate(column: Column, rows: int) -> float:
    return rows / max(column.rows, 1)


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"  # noqa: PLR2004
