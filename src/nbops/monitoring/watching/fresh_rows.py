"""Of rows that carry times, those that were not judged yet, in whole windows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.profiles.windows import window_seconds

if TYPE_CHECKING:
    import pandas as pd

_MONDAY = 4 * 86400


@dataclass(frozen=True, slots=True, eq=False)
class Fresh:
    """What is new.

    Attributes:
        frame: Rows of complete windows after what was judged.
        until: End of the last of these windows, in seconds of the data's own clock.
        newest: Latest time of all rows.
        waiting: Rows of a window that may still grow.
        earlier: Rows before `until`.
        behind: Rows that came after their window had been judged.
    """

    frame: pd.DataFrame
    until: float | None
    newest: float | None
    waiting: int = 0
    earlier: int = 0
    behind: int = 0


def fresh_rows(
    frame: pd.DataFrame, column: str, window: str, *, until: float | None, earlier: int | None, now: float
) -> Fresh | None:
    """Return the rows of *frame* in windows that are complete and were not judged; None where it has no such times.

    A window is complete when a later one has begun, or when its end is past, by universal and by local time, since
    nobody knows which of the two the data mean.

    Args:
        frame: All rows.
        column: Which says when a row happened.
        window: Length of a window.
        until: End of the last window that was judged.
        earlier: Rows before *until* at that time; None where they are not looked at again.
        now: Seconds since the epoch.
    """
    import numpy as np
    import pandas as pd

    if column not in frame.columns or not len(frame):
        return None
    times = pd.to_datetime(frame[column], format="mixed", errors="coerce")
    if getattr(times.dtype, "kind", "") != "M" or times.isna().all():
        return None
    plain = times.dt.tz_localize(None) if times.dt.tz is not None else times
    seconds = plain.to_numpy(dtype="datetime64[s]").astype(np.int64)
    present = ~times.isna().to_numpy(dtype=bool)
    length = window_seconds(window)
    newest = int(seconds[present].max())
    end = (newest - _MONDAY) // length * length + _MONDAY + length
    clock = min(now, now + time.localtime(now).tm_gmtoff)
    limit = end if end <= clock else end - length
    begun = present & (seconds >= (-np.inf if until is None else until))
    chosen = begun & (seconds < limit)
    old = 0 if until is None else int((present & (seconds < until)).sum())
    behind = max(0, old - earlier) if earlier is not None and until is not None else 0
    waiting = int((begun & (seconds >= limit)).sum())
    done = float(limit) if chosen.any() else until
    before = 0 if done is None else int((present & (seconds < done)).sum())
    return Fresh(frame[chosen], done, float(newest), waiting, before, behind)
