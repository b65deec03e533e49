"""Cut time into windows of equal length."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbops.errors import ProfileError

if TYPE_CHECKING:
    import numpy as np

_SECONDS = {"min": 60, "h": 3600, "D": 86400, "W": 604800}
_SPEC = re.compile(r"(\d*)\s*(min|h|D|W)")
_ROWS = re.compile(r"(\d[\d_]*)\s*rows?")
_MONDAY = 4 * 86400  # 1970-01-05, so that weeks begin on Mondays
MOST = 10_000


def window_seconds(window: str) -> int:
    """Return the length of a window such as `1D`, `6h`, `30min` or `1W`, in seconds.

    Raises:
        ProfileError: It is written otherwise, or zero.
    """
    found = _SPEC.fullmatch(window.strip())
    length = int(found[1] or 1) * _SECONDS[found[2]] if found else 0
    if not length:
        raise ProfileError(
            f"window {window!r} is not a length of time", hint='window="1D", "6h", "30min", "1W" or "1000 rows"'
        )
    return length


def counts_rows(window: str) -> int:
    """Return how many rows a window such as `1000 rows` holds, 0 for a length of time.

    Raises:
        ProfileError: Zero rows.
    """
    found = _ROWS.fullmatch(window.strip())
    if found and not int(found[1]):
        raise ProfileError(f"window {window!r} holds no row", hint='window="1000 rows"')
    return int(found[1]) if found else 0


def number_rows(rows: int, window: str, order: np.ndarray | None = None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Number windows of so many rows each, in the dataset's order or in the order of time.

    Args:
        rows: How many there are.
        window: Such as `1000 rows`.
        order: Time of every row in seconds since the epoch, shape (rows,); rows are taken as they come without.

    Returns:
        Index of every row's window, and `row 1`, `row 1001`, … as the windows' starts.

    Raises:
        ProfileError: There would be more than 10,000 windows.
    """
    import numpy as np

    length = counts_rows(window)
    count = -(-rows // length)
    if count > MOST:
        raise ProfileError(f"window={window!r} cuts this dataset into {count:,} windows", hint="a longer window")
    index = np.arange(rows) // length
    if order is not None:
        place = np.empty(rows, dtype=np.int64)
        place[np.argsort(order, kind="stable")] = index
        index = place
    return index, tuple(f"row {at * length + 1}" for at in range(count))


def number_windows(seconds: np.ndarray, missing: np.ndarray, window: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Number the windows that hold at least one row.

    Args:
        seconds: Time of every row, in seconds since the epoch, shape (rows,).
        missing: Whether a row has no time, shape (rows,).
        window: Length of a window.

    Returns:
        Index of every row's window (-1 without a time), and the ISO start of each window, ascending.

    Raises:
        ProfileError: The window is written otherwise, or so short that there would be more than 10,000 of them.
    """
    import numpy as np

    length = window_seconds(window)
    slots = (seconds - _MONDAY) // length
    present = np.unique(slots[~missing])
    if len(present) > MOST:
        raise ProfileError(f"window={window!r} cuts this dataset into {len(present):,} windows", hint="a longer window")
    index = np.searchsorted(present, slots)
    index[missing] = -1
    return index, tuple(iso(slot * length + _MONDAY, day=length % 86400 == 0) for slot in present.tolist())


def iso(seconds: int, *, day: bool = False) -> str:
    """Return the date, or date and minute, of *seconds* since the epoch."""
    import numpy as np

    text = str(np.datetime64(int(seconds), "s"))
    return text[:10] if day or text.endswith("T00:00:00") else text[:16]
