"""False alarms and power of drift reports on real days: 336,776 flights that left New York in 2013.

    python benchmarks/drift_calibration.py [draws]

Healthy datasets are made by dealing the days of January to March, whole weeks or single days, at random to a reference
(8 weeks) and a current dataset (4 weeks, or one day): nothing but chance tells the two apart. Eight columns, two of
them outcomes. Then real months are held against winter. Prints the shares that reach `warn` and `alert`; the promise
is at most 5 % and under 1 %.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
from pointblank import load_dataset

from nbops.monitoring import drift
from nbops.profiles import profile

COLUMNS = ["date", "carrier", "origin", "dest", "hour", "distance", "dep_delay", "arr_delay", "late"]
ROLES = {"late": "label", "arr_delay": "performance"}


def flights() -> pd.DataFrame:
    """One row a flight, with its date and whether it arrived more than 15 minutes late."""
    frame = load_dataset("nycflights", tbl_type="pandas")
    frame["date"] = pd.to_datetime(frame[["year", "month", "day"]])
    frame["late"] = (frame["arr_delay"] > 15).astype("boolean").mask(frame["arr_delay"].isna())
    return frame


def take(whole, days):
    """Return the profile of some days of *whole*."""
    columns = {}
    for name, column in whole.columns.items():
        counts = column.window_cells()[days]
        columns[name] = replace(column, cells=tuple(counts.sum(axis=0).tolist()), windows=counts.tobytes())
    rows = tuple(whole.window_rows[day] for day in days)
    starts = tuple(whole.starts[day] for day in days)
    return replace(whole, rows=sum(rows), columns=columns, window_rows=rows, starts=starts)


def false_alarms(pool, draws: int, current: int, *, weekly: bool, reference: int = 56) -> list[str]:
    """Deal days anew *draws* times and return the states."""
    random = np.random.default_rng(11)
    states = []
    for _ in range(draws):
        days = np.arange(84)
        days = days.reshape(12, 7)[random.permutation(12)].ravel() if weekly else random.permutation(days)
        now, before = days[:current].tolist(), days[current : current + reference].tolist()
        states.append(drift(take(pool, now), take(pool, before)).state)
    return states


def main() -> None:
    """Print false alarms, then the months."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    frame = flights()
    pool = profile(frame[frame["month"] <= 3][COLUMNS], time="date", roles=ROLES)
    error = (0.05 * 0.95 / draws) ** 0.5
    print(f"healthy datasets, {draws} draws each (standard error of 5 %: {error:.1%})   warn or more, alert")
    for said, current, weekly in (
        ("4 weeks dealt whole against 8", 28, True),
        ("28 days dealt singly against 56", 28, False),
        ("10 days against 56", 10, False),
        ("1 day against 56", 1, False),
    ):
        states = false_alarms(pool, draws, current, weekly=weekly)
        warned, alerted = (sum(state in kinds for state in states) / draws for kinds in ({"warn", "alert"}, {"alert"}))
        print(f"{said:<45}{warned:>10.1%}{alerted:>10.1%}", flush=True)
    winter = profile(frame[frame["month"] <= 2][COLUMNS], time="date", roles=ROLES, name="winter")
    print("\nmonths against January and February")
    for month in range(3, 13):
        current = frame[frame["month"] == month][COLUMNS]
        report = drift(current, winter)
        moved = "; ".join(f"{role}: {', '.join(names)}" for role, names in report.moved.items() if names)
        print(f"{month:>2}  {current['late'].mean():6.1%} late  {report.state:<6} {moved}")


if __name__ == "__main__":
    main()
