"""The number of rows, in all and per window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nbops.contracts.terms import WARN, RowTerms
from nbops.contracts.violation import Violation
from nbops.profiles.windows import window_seconds

if TYPE_CHECKING:
    from nbops.profiles.profile import Profile

_SHOWN = 3


def check_rows(terms: RowTerms, profile: Profile) -> Iterator[Violation]:
    """Yield what is wrong with how many rows there are.

    The first and the last window may be cut off by the ends of the data: they may be too small. A window without any
    row between them counts.
    """
    enforce = terms.enforce or WARN
    if terms.range is not None and not _within(profile.rows, *terms.range):
        there = "is 1 row" if profile.rows == 1 else f"are {profile.rows:,} rows"
        said = f"there {there}, and there are to be {bounds_text(*terms.range)}"
        yield Violation("", "rows", enforce, profile.rows, profile.rows, (), said)
    if terms.per_window is None or not profile.starts:
        return
    low, high = terms.per_window
    counts = windows_of(profile)
    inner = [(start, rows) for start, rows in counts[1:-1] if not _within(rows, low, high)]
    outer = [(start, rows) for start, rows in {*counts[:1], *counts[-1:]} if high is not None and rows > high]
    wrong = sorted([*inner, *outer])
    if wrong:
        told = tuple(f"{start}: {rows:,}" for start, rows in wrong[:_SHOWN])
        said = (
            f"{len(wrong):,} of {len(counts):,} windows of {terms.window} have not {bounds_text(low, high)} rows "
            f"({'; '.join(told)})"
        )
        yield Violation(str(terms.time or ""), "rows", enforce, len(wrong), len(counts), told, said)


def windows_of(profile: Profile) -> list[tuple[str, int]]:
    """Return start and rows of every window from the first to the last, those without rows included."""
    import numpy as np

    known = dict(zip(profile.starts, profile.window_rows, strict=True))
    length = np.timedelta64(window_seconds(profile.window or "1D"), "s")
    found: list[tuple[str, int]] = []
    former: np.datetime64 | None = None
    for start, rows in known.items():
        moment = np.datetime64(start, "s")
        while former is not None and moment - former > length:
            former = former + length
            found.append((str(former)[:16], 0))
        found.append((start, rows))
        former = moment
    return found


def bounds_text(low: int | None, high: int | None) -> str:
    """Return limits as a sentence says them."""
    if low is None:
        return f"at most {high:,}"
    return f"at least {low:,}" if high is None else f"{low:,} to {high:,}"


def _within(rows: int, low: int | None, high: int | None) -> bool:
    return (low is None or rows >= low) and (high is None or rows <= high)
