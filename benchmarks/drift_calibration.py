"""False alarms of drift reports on real data that did not drift, because their windows were dealt at random.

    python benchmarks/drift_calibration.py [draws]

Five data sets: flights that left New York (8 columns, two of them outcomes; days, also dealt as whole weeks), American
flights of 2015 (days), American employment (19 columns; windows of 1,000 people), wages (bare frames), and, where
NBOPS_DATA names a folder with it, hourly bike rentals (days dealt as whole weeks). Prints which share of datasets and
of their single windows reaches `warn` and `alert`: promised are at most 5 % and under 1 %, and 1 % where there are no
windows. Exits with 1 where a share lies more than three Monte-Carlo errors above. Last, real months are held against
winter.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator

import numpy as np
import pandas as pd
from flights import flights, take
from wheel_files import measured, read_wheel

from nbops.monitoring import drift
from nbops.profiles import profile

COLUMNS = ["date", "carrier", "origin", "dest", "hour", "distance", "dep_delay", "arr_delay", "late"]
ROLES = {"late": "label", "arr_delay": "performance"}
PROMISED, PROVISIONAL, MOST_ALERTS = 0.05, 0.01, 0.01
PLACED = pd.Timestamp("2024-01-01")


def deal(pool, draws: int, current: int, reference: int, block: int) -> Iterator[tuple[str, list[str]]]:
    """Deal windows of *pool* anew *draws* times, in stretches of *block*; give the state, and those of the windows."""
    random = np.random.default_rng(11)
    whole = len(pool.starts) // block
    for _ in range(draws):
        days = (random.permutation(whole)[:, None] * block + np.arange(block)).ravel()
        now, before = days[:current].tolist(), days[current : current + reference].tolist()
        report = drift(take(pool, now), take(pool, before))
        yield report.state, [window.state for window in report.windows]


def halves(frame: pd.DataFrame, draws: int) -> Iterator[tuple[str, list[str]]]:
    """Divide the rows of *frame* at random and hold one half against the other."""
    random = np.random.default_rng(12)
    for _ in range(draws):
        some = random.random(len(frame)) < 0.5
        yield drift(frame[some], frame[~some]).state, []


def employment():
    """People of 2015 in random order, as windows of 1,000."""
    frame = pd.read_parquet(read_wheel("nannyml", "nannyml/datasets/data/employment_MA_reference.pq"))
    frame = frame.drop(columns=["id", "year"]).sample(frac=1, random_state=0)
    roles = {"employed": "label", "prediction": "prediction", "predicted_probability": "prediction"}
    return profile(frame[: len(frame) // 1000 * 1000], window="1000 rows", roles=roles)


def american_flights():
    """Flights of 2015 by day."""
    file = read_wheel("popmon", "popmon/test_data/flight_delays.csv.gz")
    frame = pd.read_csv(file, compression="gzip", parse_dates=["DATE"]).drop(columns="Unnamed: 0")
    return profile(frame, time="DATE")


def bikes():
    """Hourly rentals of whole weeks of 2011, what follows the calendar left out; None without the file."""
    path = measured("bike_sharing.zip")
    if path is None:
        return None
    with zipfile.ZipFile(path) as archive:
        frame = pd.read_csv(archive.open("hour.csv"), parse_dates=["dteday"])
    frame = frame[(frame["dteday"] >= "2011-01-03") & (frame["dteday"] < "2012-01-02")]
    names = ["dteday", "hr", "workingday", "weathersit", "temp", "hum", "windspeed", "casual", "registered"]
    return profile(frame[names], time="dteday", roles={"casual": "label", "registered": "label"})


def cases(draws: int) -> Iterator[tuple[str, Iterator[tuple[str, list[str]]], float]]:
    """Give what is said of a case, its states, and the promised share."""
    frame = flights(COLUMNS)
    frame = frame[frame["date"] < "2013-04-01"]
    winter = profile(frame, time="date", roles=ROLES)
    for said, current, block in (
        ("4 weeks dealt whole against 8", 28, 7),
        ("1 week dealt whole against 8", 7, 7),
        ("28 days dealt singly against 56", 28, 1),
        ("10 days against 56", 10, 1),
        ("1 day against 56", 1, 1),
    ):
        yield f"New York flights, {said}", deal(winter, draws, current, 56, block), PROMISED
    yield "American flights, 14 days against 100", deal(american_flights(), draws, 14, 100, 1), PROMISED
    yield "employment, 10 windows against 50", deal(employment(), draws, 10, 50, 1), PROMISED
    rented = bikes()
    if rented is None:
        print("bike rentals: not measured, there is no bike_sharing.zip in the folder that NBOPS_DATA names")
    else:
        yield "bike rentals, 4 weeks dealt whole against 20", deal(rented, draws, 28, 140, 7), PROMISED
    wage = pd.read_csv(read_wheel("ISLP", "ISLP/data/Wage.csv"))
    yield "wages, half against half, provisional", halves(wage, draws), PROVISIONAL


def months() -> None:
    """Hold real months against January and February."""
    frame = flights(COLUMNS)
    winter = profile(frame[frame["date"] < "2013-03-01"], time="date", roles=ROLES, name="winter")
    print("\nmonths against January and February")
    for month in range(3, 13):
        current = frame[frame["date"].dt.month == month]
        report = drift(current, winter)
        moved = "; ".join(f"{role}: {', '.join(names)}" for role, names in report.moved.items() if names)
        print(f"{month:>2}  {current['late'].mean():6.1%} late  {report.state:<6} {moved}")


def main() -> int:
    """Print false alarms, then the months."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    print(f"healthy data, {draws} draws each{'':<26}  datasets: warn+   alert    windows: warn+   alert")
    held = True
    for said, dealt, promised in cases(draws):
        states, each = zip(*dealt, strict=True)
        windows = [state for states in each for state in states]
        shares = [
            sum(state in kinds for state in found) / max(len(found), 1)
            for found in (states, windows)
            for kinds in ({"warn", "alert"}, {"alert"})
        ]
        error = 3 * (promised * (1 - promised) / draws) ** 0.5
        rare = 3 * (MOST_ALERTS * (1 - MOST_ALERTS) / draws) ** 0.5
        fine = all(shares[at] <= promised + error for at in (0, 2)) and all(
            shares[at] <= MOST_ALERTS + rare for at in (1, 3)
        )
        held &= fine
        told = (
            [f"{share:.1%}" for share in shares] if windows else [*(f"{share:.1%}" for share in shares[:2]), "–", "–"]
        )
        print(f"{said:<48}{told[0]:>16}{told[1]:>8}{told[2]:>16}{told[3]:>8}  {'✓' if fine else '✗'}", flush=True)
    months()
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
