"""Drift report of 1,000,000 rows x 50 columns against a stored profile, beside a plain scipy loop and its peers.

    python benchmarks/drift_speed.py [rows]

The loop is what people write by hand: `ks_2samp` for numbers and `chi2_contingency` for categories, with the whole
reference at hand. NannyML and Evidently are measured where they can be imported (with pandas 3 they mostly cannot).
"""

from __future__ import annotations

import sys
import time
import tracemalloc

import numpy as np
import pandas as pd

from nbops.monitoring import drift
from nbops.profiles import Profile, profile


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


def nannyml(current: pd.DataFrame, reference: pd.DataFrame) -> None:
    """Univariate drift with NannyML's defaults, in one chunk."""
    import nannyml as peer

    names = [name for name in reference.columns if name != "at"]
    peer.UnivariateDriftCalculator(column_names=names, chunk_size=len(current)).fit(reference).calculate(current)


def evidently(current: pd.DataFrame, reference: pd.DataFrame) -> None:
    """Evidently's preset."""
    from evidently import Report
    from evidently.presets import DataDriftPreset

    Report([DataDriftPreset()]).run(current, reference)


def seconds(call, *arguments, times: int = 1) -> float:
    """Return the shortest time of *times* calls."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        call(*arguments)
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Print seconds and ratios."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    reference, current = make(rows, 1), make(rows, 2)
    made = seconds(profile, reference, times=2)
    stored = profile(reference, time="at").to_json()
    plain = profile(reference.drop(columns="at")).to_json()
    print(
        f"{rows:,} rows x 50 columns; stored profile {len(plain) / 1e3:.0f} kB, with 60 days {len(stored) / 1e3:.0f} kB"
    )
    print(f"profile, edges included        {made:7.2f} s")
    ours = seconds(lambda: drift(current, Profile.from_json(stored)), times=3)
    print(f"drift, calibrated on 60 days   {ours:7.2f} s")
    bare = current.drop(columns="at")
    rough = seconds(lambda: drift(bare, Profile.from_json(plain)), times=3)
    print(f"drift, by rows                 {rough:7.2f} s")
    tracemalloc.start()
    drift(current, Profile.from_json(stored))
    print(f"memory over the data           {tracemalloc.get_traced_memory()[1] / 1e6:7.0f} MB")
    tracemalloc.stop()
    loop = seconds(scipy_loop, current, reference)
    print(f"scipy loop                     {loop:7.2f} s   ratio {loop / ours:.1f} (by rows {loop / rough:.1f})")
    for peer in (nannyml, evidently):
        try:
            taken = seconds(peer, current, reference)
        except Exception as error:  # noqa: BLE001 # a peer that does not run here is part of the answer
            print(f"{peer.__name__:<30} does not run here: {type(error).__name__}: {str(error)[:60]}")
        else:
            print(f"{peer.__name__:<30} {taken:7.2f} s   ratio {taken / ours:.1f}")


if __name__ == "__main__":
    main()
