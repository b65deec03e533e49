"""Drift report of 1,000,000 rows x 50 columns against a stored profile, beside plain scipy, NannyML and Evidently.

    python benchmarks/drift_speed.py [--rows 1000000] [--nannyml-rows ROWS] [--evidently-rows 100000] [--no-peers]

The loop is what people write by hand: `ks_2samp` for numbers and `chi2_contingency` for categories, with the whole
reference at hand. Peers run with their defaults in environments of their own (see peers.py). Evidently takes minutes at
full size; at a smaller one ours is measured at that size too, and the ratio is of equals. Exits with 1 where one of the
promised ratios (100 × Evidently, 10 × NannyML, 4 × scipy) or 200 MB over the data does not hold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
from peers import ask

from nbops.monitoring import drift
from nbops.profiles import Profile, profile

PROMISED = {"scipy": 4, "nannyml": 10, "evidently": 100}
MEGABYTES = 200


def make(rows: int, seed: int) -> pd.DataFrame:
    """Make 40 numbers, a quarter of them with missing values, and 10 categories, over 60 days."""
    random = np.random.default_rng(seed)
    frame = {"at": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(rows) * 60 // rows, unit="D")}
    for place in range(39):
        values = random.normal(size=rows) if place % 2 else random.lognormal(size=rows)
        frame[f"n{place}"] = np.where(random.random(rows) < 0.02, np.nan, values) if place % 4 == 0 else values
    for place in range(10):
        frame[f"c{place}"] = pd.array(random.choice([f"v{value}" for value in range(5 + 4 * place)], rows), dtype="str")
    return pd.DataFrame(frame)


def scipy_loop(current: pd.DataFrame, reference: pd.DataFrame) -> int:
    """Count columns with p < 0.05 by one test each."""
    from scipy.stats import chi2_contingency, ks_2samp

    found = 0
    for name in current.columns.drop("at"):
        one, two = current[name], reference[name]
        if one.dtype.kind == "f":
            chance = ks_2samp(one.dropna(), two.dropna(), method="asymp").pvalue
        else:
            table = pd.concat([one.value_counts(), two.value_counts()], axis=1).fillna(0)
            chance = chi2_contingency(table.T).pvalue
        found += chance < 0.05
    return int(found)


def seconds(call, *arguments, times: int = 1) -> float:
    """Return the shortest time of *times* calls."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        call(*arguments)
        best = min(best, time.perf_counter() - start)
    return best


def ours(rows: int, *, told: bool) -> tuple[float, float]:
    """Return seconds of a report calibrated on 60 days, and megabytes over the data; print the rest where *told*."""
    reference, current = make(rows, 1), make(rows, 2)
    start = time.perf_counter()
    stored = profile(reference, time="at").to_json()
    made = time.perf_counter() - start
    taken = seconds(lambda: drift(current, Profile.from_json(stored)), times=3)
    tracemalloc.start()
    drift(current, Profile.from_json(stored))
    memory = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    if told:
        plain = profile(reference.drop(columns="at")).to_json()
        bare = current.drop(columns="at")
        rough = seconds(lambda: drift(bare, Profile.from_json(plain)), times=3)
        print(f"{rows:,} rows x 50 columns; profile {len(plain) / 1e3:.0f} kB, with days {len(stored) / 1e3:.0f} kB")
        print(f"profile, edges included {made:7.2f} s\ndrift, by rows          {rough:7.2f} s")
        print(f"drift, by 60 days       {taken:7.2f} s   {memory:5.0f} MB over the data", flush=True)
    return taken, memory


def peer(name: str, rows: int, folder: str) -> tuple[float, float] | str:
    """Return seconds and megabytes of a peer, or why there are none."""
    paths = [Path(folder) / f"{side}.parquet" for side in ("reference", "current")]
    for path, seed in zip(paths, (1, 2), strict=True):
        make(rows, seed).to_parquet(path)
    answer = ask(name, "speed", *paths)
    return answer if isinstance(answer, str) else (answer["seconds"], answer["megabytes"])


def main() -> int:
    """Print seconds and ratios."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--nannyml-rows", type=int, help="default: all")
    options.add_argument("--evidently-rows", type=int, default=100_000)
    options.add_argument("--no-peers", action="store_true")
    given = options.parse_args()
    taken, memory = ours(given.rows, told=True)
    loop = seconds(scipy_loop, make(given.rows, 2), make(given.rows, 1))
    held = memory <= MEGABYTES and loop / taken >= PROMISED["scipy"]
    print(
        f"scipy loop              {loop:7.2f} s   ratio {loop / taken:5.1f} (promised {PROMISED['scipy']})", flush=True
    )
    for name, rows in {} if given.no_peers else {
        "nannyml": given.nannyml_rows or given.rows, "evidently": given.evidently_rows,
    }.items():  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            answer = peer(name, rows, folder)
        if isinstance(answer, str):
            print(f"{name:<23} {answer}")
            continue
        same = taken if rows == given.rows else ours(rows, told=False)[0]
        ratio = answer[0] / same
        held &= ratio >= PROMISED[name] or rows < given.rows
        size = "" if rows == given.rows else f", both with {rows:,} rows (ours {same:.2f} s)"
        if rows < given.rows:
            linear = answer[0] * given.rows / rows
            size += f"; {linear:.0f} s and ratio {linear / taken:.0f} at {given.rows:,} if it scales with rows"
        print(
            f"{name:<23} {answer[0]:7.2f} s   ratio {ratio:5.1f} (promised {PROMISED[name]}){size}; {answer[1]:.0f} MB"
        )
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
