"""One column held against its terms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.contracts.limits import allowed, percent, span_text
from nbops.contracts.seen_as import Seen, plain_text, seen_as
from nbops.contracts.terms import BOOL, CATEGORY, INTEGER, NUMBER, TEXT, TIME, VECTOR, Terms
from nbops.contracts.told_values import listed, told_values
from nbops.contracts.violation import Violation

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from nbops.profiles.column import Column

_WHOLE = re.compile(r"u?int", re.IGNORECASE)
_FAMILIES = {
    INTEGER: {"number", "id", BOOL}, NUMBER: {"number", "id", BOOL}, BOOL: {BOOL}, TIME: {TIME},
    TEXT: {"string"}, CATEGORY: {"string"}, VECTOR: {VECTOR},
}  # fmt: skip
_CUT = 80  # a profile's labels are no longer


def needs_rows(terms: Terms, column: Column) -> bool:
    """Say whether the profile of a column leaves open whether *terms* hold, or how often they do not."""
    if column.kind == "empty":
        return False
    if terms.unique or terms.fresh is not None or terms.length is not None:
        return True
    if terms.type is not None and column.family not in _FAMILIES[terms.type]:
        return True
    if terms.type == INTEGER and column.family == "number" and not _WHOLE.match(column.dtype):
        return True
    return not _in_range(terms, column) or not _all_known(terms, column)


def check_column(name: str, terms: Terms, column: Column, series: pd.Series | None, now: float) -> Iterator[Violation]:
    """Yield what is wrong with the column called *name*.

    Args:
        name: Label.
        terms: What it was promised to be.
        column: What its profile says.
        series: Its values, where `needs_rows` asked for them.
        now: Seconds since the epoch.
    """
    state = _State(name, terms, column.rows)
    yield from _missing(state, column)
    if column.rows and column.missing == column.rows:
        return
    if series is None:
        yield from _from_profile(state, column)
        return
    seen = seen_as(series, terms.type, terms.values)
    yield from _wrong(state, seen)
    yield from _infinite(state, column.infinite)
    yield from _outside(state, seen)
    yield from _unknown(state, seen)
    yield from _repeated(state, seen)
    yield from _stale(state, seen, now)


@dataclass(frozen=True, slots=True)
class _State:
    name: str
    terms: Terms
    rows: int

    def violation(self, rule: str, count: int, values: Any, sentence: str, rows: int | None = None) -> Violation:
        """Make one; `{values}` in *sentence* is where the examples stand, `{share}` the share of the rows."""
        total = self.rows if rows is None else rows
        share = count / total if total else 0.0
        sensitive = self.terms.sensitive
        examples = told_values(self.name, values, sensitive=sensitive)
        told = sentence.replace("{share}", f"{count:,} of {total:,} ({percent(share)})")
        shown = listed(examples, sensitive=sensitive) if values is not _NONE else ""
        told = told.replace("{values}", shown)
        return Violation(self.name, rule, self.terms.enforcement(rule, share), count, total, examples, told)


_NONE: tuple[()] = ()


def _missing(state: _State, column: Column) -> Iterator[Violation]:
    limit, count, rows = state.terms.missing, column.missing, column.rows
    if not rows:
        return
    if count == rows and limit is not None and limit < 1:
        said = f"column {state.name!r} holds no value at all"
        yield Violation(state.name, "missing", state.terms.enforcement("missing", 1.0), count, rows, (), said)
    elif limit is not None and count > allowed(limit, rows):
        told = f"at most {percent(limit)}" if limit else "none"
        said = f"column {state.name!r} has no value in {{share}} rows, {told} may be missing"
        yield state.violation("missing", count, _NONE, said)


def _from_profile(state: _State, column: Column) -> Iterator[Violation]:
    """Yield what the profile alone tells; how many rows and which values are known as far as it says."""
    terms = state.terms
    yield from _infinite(state, column.infinite)
    if terms.type is not None and column.family not in _FAMILIES[terms.type]:
        found = column.rows - column.missing
        said = f"column {state.name!r} holds {_word(column)} where the contract says {terms.type}: {{share}} rows"
        yield state.violation("type", found, _NONE, said)
        return
    if not _in_range(terms, column) and column.low is not None and column.high is not None:
        low, high = terms.range or (None, None)
        beyond = [value for value in (column.low, column.high) if _beyond(value, low, high)]
        said = f"column {state.name!r} reaches beyond {range_text(terms)}{{values}}"
        yield state.violation("range", _counted_beyond(column, low, high), beyond, said)
    if not _all_known(terms, column):
        new = _new_labels(terms, column)
        count = sum(new.values()) + column.cells[-2] - sum(rows for _, rows in column.unlisted)
        if count > allowed(terms.new_values, column.rows):
            said = f"column {state.name!r} has values that the contract does not know in {{share}} rows{{values}}"
            yield state.violation("values", count, list(new), said)


def _wrong(state: _State, seen: Seen) -> Iterator[Violation]:
    count = int(seen.wrong.sum())
    if not count:
        return
    kind, name = state.terms.type, state.name
    examples = _values(seen, seen.wrong)
    if seen.as_text:
        said = f"column {name!r} has its numbers written as text, in {{share}} rows{{values}}"
    elif kind == INTEGER and seen.numbers is not None and not _any_unread(seen):
        said = f"column {name!r} has fractions where the contract says integer, in {{share}} rows{{values}}"
    else:
        said = f"column {name!r} has values that are not {_KINDS.get(str(kind), kind)} in {{share}} rows{{values}}"
    yield state.violation("type", count, examples, said)


_KINDS = {
    INTEGER: "whole numbers", NUMBER: "numbers", TEXT: "text", CATEGORY: "categories", BOOL: "true or false",
    TIME: "times (ISO 8601)", VECTOR: "vectors of numbers",
}  # fmt: skip


def _infinite(state: _State, count: int) -> Iterator[Violation]:
    if count and not state.terms.infinite and state.terms.type in {INTEGER, NUMBER}:
        yield state.violation("infinite", count, _NONE, f"column {state.name!r} is infinite in {{share}} rows")


def _outside(state: _State, seen: Seen) -> Iterator[Violation]:
    terms = state.terms
    if terms.type == VECTOR and terms.length is not None:
        lengths = seen.series[~seen.missing & ~seen.wrong].map(len)
        other = lengths[lengths != terms.length]
        if len(other):
            said = f"column {state.name!r} has vectors of other lengths than {terms.length} in {{share}} rows{{values}}"
            yield state.violation("length", len(other), other, said)
    if terms.range is None or seen.numbers is None:
        return
    import numpy as np

    low, high = (_as_number(end) for end in terms.range)
    finite = np.isfinite(seen.numbers) & (~seen.wrong | seen.as_text)
    with np.errstate(invalid="ignore"):
        beyond = finite & ((seen.numbers < low) if low is not None else False)
        beyond |= finite & ((seen.numbers > high) if high is not None else False)
    count = int(beyond.sum())
    if count > allowed(terms.outside, state.rows):
        more = f", {percent(terms.outside)} may" if terms.outside else ""
        said = f"column {state.name!r} lies outside of {range_text(terms)} in {{share}} rows{more}{{values}}"
        yield state.violation("range", count, _extremes(seen, beyond), said)


def _unknown(state: _State, seen: Seen) -> Iterator[Violation]:
    terms = state.terms
    if terms.values is None or terms.type == TIME:
        return
    labels = seen.labels if seen.labels is not None else seen.series.map(plain_text, na_action="ignore")
    known = labels.isin(terms.values).to_numpy(dtype=bool)
    new = ~known & ~seen.missing & ~seen.wrong
    count = int(new.sum())
    if count > allowed(terms.new_values, state.rows):
        different = labels[new].value_counts()
        more = f", {percent(terms.new_values)} may" if terms.new_values else ""
        words = "value" if len(different) == 1 else "values"
        said = (
            f"column {state.name!r} has {len(different):,} {words} that the contract does not know, "
            f"in {{share}} rows{more}{{values}}"
        )
        yield state.violation("values", count, different.index, said)


def _repeated(state: _State, seen: Seen) -> Iterator[Violation]:
    if not state.terms.unique:
        return
    known = seen.series[~seen.missing]
    again = known.map(plain_text).duplicated() if known.dtype == object else known.duplicated()
    count = int(again.sum())
    if count:
        said = f"column {state.name!r} is to be unique, but {{share}} rows repeat a value{{values}}"
        yield state.violation("unique", count, known[again], said)


def _stale(state: _State, seen: Seen, now: float) -> Iterator[Violation]:
    limit = state.terms.fresh
    if limit is None or seen.numbers is None:
        return
    import numpy as np

    latest = float(np.nanmax(seen.numbers)) if not np.isnan(seen.numbers).all() else -np.inf
    age = now - latest
    if age > limit and np.isfinite(age):
        said = (
            f"column {state.name!r} ends at {np.datetime64(int(latest), 's')} UTC, {_age(age)} ago, "
            f"and is to be no older than {span_text(limit)}"
        )
        yield Violation(state.name, "fresh", state.terms.enforcement("fresh", 0.0), 1, 1, (), said)


def range_text(terms: Terms) -> str:
    """Return the range as a sentence says it."""
    low, high = terms.range or (None, None)
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"


def _age(seconds: float) -> str:
    for length, unit in ((86400.0, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.0f} seconds"


def _in_range(terms: Terms, column: Column) -> bool:
    if terms.range is None or not column.rows:
        return True
    if terms.type == TIME or column.low is None or column.high is None or column.family == "string":
        return False
    return not any(_beyond(value, *terms.range) for value in (column.low, column.high))


def _beyond(value: float, low: Any, high: Any) -> bool:
    low, high = _as_number(low), _as_number(high)
    return (low is not None and value < low) or (high is not None and value > high)


def _as_number(end: Any) -> float | None:
    if isinstance(end, str):
        import pandas as pd

        return float(pd.to_datetime(end, utc=True).timestamp())
    return None if end is None else float(end)


def _counted_beyond(column: Column, low: Any, high: Any) -> int:
    """Return how many rows surely lie outside, as far as the bins of the profile tell; at least one."""
    low, high = _as_number(low), _as_number(high)
    edges = column.edges
    sure = sum(
        rows
        for cell, rows in enumerate(column.cells[: len(edges) + 1])
        if (low is not None and cell < len(edges) and edges[cell] < low)
        or (high is not None and cell > 0 and edges[cell - 1] >= high)
    )
    return max(1, sure)


def _all_known(terms: Terms, column: Column) -> bool:
    if terms.values is None:
        return True
    labels = column.labels if column.family == "string" else ()
    cut = any(len(label) >= _CUT for label in (*labels, *terms.values))
    return bool(labels) and column.closed and not cut and not column.cells[-2] and not _new_labels(terms, column)


def _new_labels(terms: Terms, column: Column) -> dict[str, int]:
    known = set(terms.values or ())
    listed_ones = zip(column.labels, column.cells, strict=False)
    return {label: rows for label, rows in (*listed_ones, *column.unlisted) if rows and label not in known}


def _values(seen: Seen, where: np.ndarray) -> Any:
    return seen.series[where]


def _extremes(seen: Seen, where: np.ndarray) -> Any:
    """Return the offending values, the farthest first."""
    import numpy as np

    assert seen.numbers is not None
    middle = float(np.nanmedian(seen.numbers[np.isfinite(seen.numbers)]))
    far = np.argsort(-np.abs(seen.numbers[where] - middle), kind="stable")
    return seen.series[where].iloc[far[:50]]


def _any_unread(seen: Seen) -> bool:
    import numpy as np

    assert seen.numbers is not None
    return bool((seen.wrong & np.isnan(seen.numbers)).any())


def _word(column: Column) -> str:
    return {"string": "text", "number": "numbers", "id": "numbers", "opaque": "mixed values"}.get(
        column.family, column.family
    )
