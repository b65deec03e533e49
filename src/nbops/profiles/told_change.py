"""How a column's distribution changed, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.profiles.column import NUMBER
from nbops.profiles.read_quantile import read_quantile

if TYPE_CHECKING:
    from nbops.profiles.column import Column

_TOLD = 3
_QUANTILES = (("0.5", "median"), ("0.05", "5 % below"), ("0.95", "95 % below"))
_EXACT = 100_000  # rows up to which a profile's quantiles and number of different values are no estimates
_SHARE = 0.0005


def told_change(before: Column, after: Column) -> str:
    """Return what differs between two profiles of one column, *after* counted like *before*; never empty.

    Told are the dtype, missing values, and of numbers mean, spread, median and range, of categories new and lost
    values and the share that moved most, of times the first and the last.
    """
    parts: list[str] = []
    if before.dtype != after.dtype:
        parts.append(f"{before.dtype} → {after.dtype}")
    if before.missing != after.missing and _moved(_share(before), _share(after), _SHARE):
        parts.append(f"missing {_percent(_share(before))} → {_percent(_share(after))}")
    if before.family != after.family:
        pass
    elif before.kind == NUMBER:
        parts += _of_numbers(before, after)
    elif before.labels:
        parts += _of_labels(before, after)
    elif before.first is not None and (before.first, before.last) != (after.first, after.last):
        parts.append(f"{before.first} … {before.last} → {after.first} … {after.last}")
    known = before.kind != NUMBER or max(before.rows, after.rows) <= _EXACT
    if before.distinct != after.distinct and known and not parts:
        parts.append(f"{before.distinct:,} → {after.distinct:,} different values")
    same = "the same distribution" if before.rows != after.rows else "other values, the same distribution"
    return ", ".join(parts) or same


def _of_numbers(before: Column, after: Column) -> list[str]:
    pairs = [("mean", before.mean, after.mean), ("sd", before.sd, after.sd)]
    pairs += [(word, *_quantiles(before, after, at)) for at, word in _QUANTILES]
    pairs += [("minimum", before.low, after.low), ("maximum", before.high, after.high)]
    spread = before.sd or 0.0
    told = [
        f"{word} {_number(old)} → {_number(new)}"
        for word, old, new in pairs
        if _moved(old, new, 0.005 * spread) and _number(old) != _number(new)
    ]
    return told[: _TOLD + 1]


def _quantiles(before: Column, after: Column, at: str) -> tuple[float | None, float | None]:
    """Return a quantile of both; of large ones from the counts, which are exact and of the same bins."""
    if max(before.rows, after.rows) <= _EXACT or not before.edges or not after.edges:
        return before.quantiles.get(at), after.quantiles.get(at)
    return read_quantile(before, float(at)), read_quantile(after, float(at))


def _of_labels(before: Column, after: Column) -> list[str]:
    counted = dict(zip(before.labels, after.cells, strict=False))
    lost = [label for label, was in zip(before.labels, before.cells, strict=False) if was and not counted[label]]
    new = [f"{label!r} ({count:,})" for label, count in after.unlisted] if before.closed else []
    told = [f"new {_listed(new)}"] if new else []
    told += [f"lost {_listed([repr(label) for label in lost])}"] if lost else []
    if before.rows and after.rows:
        shares = [
            (was / before.rows, now / after.rows, label)
            for label, was, now in zip(before.labels, before.cells, after.cells, strict=False)
            if now
        ]
        was, now, label = max(shares, key=lambda share: abs(share[0] - share[1]), default=(0.0, 0.0, ""))
        if _moved(was, now, _SHARE):
            told.append(f"{label!r} {_percent(was)} → {_percent(now)}")
    return told


def _listed(words: list[str]) -> str:
    more = len(words) - _TOLD
    return ", ".join(words[:_TOLD]) + (f" and {more} more" if more > 0 else "")


def _moved(old: float | None, new: float | None, least: float) -> bool:
    if old is None or new is None:
        return (old is None) != (new is None)
    return abs(old - new) > least


def _share(column: Column) -> float:
    return column.missing / column.rows if column.rows else 0.0


def _percent(share: float) -> str:
    return f"{share:.2%}".replace("%", " %") if 0 < share < 0.1 else f"{share:.1%}".replace("%", " %")  # noqa: PLR2004 # two digits


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"
