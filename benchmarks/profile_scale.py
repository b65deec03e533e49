"""Profile more Parquet than memory would hold, and parts that add up to the whole.

    python benchmarks/profile_scale.py [--rows 100000000] [--merged 10000000]

The first table has six columns and is written row group by row group into a temporary folder; what is printed is the
peak of memory of a process that profiles it, over that of one that has only imported what it needs. The second has
20 columns, is profiled at once and in ten parts on the same edges, and the two profiles are held against each other.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from functools import reduce
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from nbops.profiles import Profile, profile

GROUP = 1_000_000

_MEASURED = """
import json, re, sys, time
from pathlib import Path
import numpy, pyarrow.dataset, nbops.profiles.add_up, nbops.profiles.engines.arrow, nbops.profiles.engines.pandas
def kilobytes(name):
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

before = kilobytes("VmRSS")  # getrusage would tell the peak of the process that started this one
start, made = time.perf_counter(), None
if sys.argv[1]:
    made = nbops.profiles.profile(sys.argv[1], time="at")
    again = time.perf_counter()
    nbops.profiles.profile(sys.argv[1], like=made)
print(json.dumps({"before": before, "peak": kilobytes("VmHWM"),
    "first": again - start, "like": time.perf_counter() - again, "rows": made.rows,
    "distinct": made.columns["key"].distinct, "windows": len(made.starts)}))
"""


def write(folder: Path, rows: int) -> Path:
    """Write *rows* rows over sixty days: two numbers with gaps, a key, a category and a bool."""
    path, random = folder / "large.parquet", np.random.default_rng(0)
    writer = None
    for start in range(0, rows, GROUP):
        count = min(GROUP, rows - start)
        place = np.arange(start, start + count)
        amount = random.lognormal(size=count)
        amount[random.random(count) < 0.02] = np.nan
        table = pa.table(
            {
                "at": np.datetime64("2024-01-01", "us") + (place * 60 // rows).astype("timedelta64[D]"),
                "amount": amount,
                "score": random.normal(size=count).astype("float32"),
                "key": random.integers(0, rows // 3 + 1, count),
                "city": pa.DictionaryArray.from_arrays(
                    random.integers(0, 40, count), [f"city{at}" for at in range(40)]
                ),
                "paid": random.random(count) < 0.3,
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return path


def large(rows: int) -> None:
    """Print speed and memory of one table on disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), rows)
        size = path.stat().st_size / 1e6
        done = subprocess.run([sys.executable, "-c", _MEASURED, str(path)], capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout)
    print(f"{rows:,} rows x 6 columns of Parquet, {size:,.0f} MB on disk, {rows * 37 / 1e6:,.0f} MB in memory")
    print(f"profile, cells chosen first    {seen['first']:7.1f} s   {rows / seen['first'] / 1e6:.2f} M rows/s")
    print(f"profile, in given cells        {seen['like']:7.1f} s   {rows / seen['like'] / 1e6:.2f} M rows/s")
    print(f"peak over the empty process    {(seen['peak'] - seen['before']) / 1e3:7.0f} MB")
    print(f"rows counted {seen['rows']:,} in {seen['windows']} windows; keys told {seen['distinct']:,}")


def merged(rows: int) -> None:
    """Print whether ten parts add up to the whole."""
    random = np.random.default_rng(1)
    columns = {f"n{place}": random.normal(place, 1 + place, rows) for place in range(16)}
    columns |= {f"c{place}": random.integers(0, 10**place, rows) for place in range(1, 5)}
    start = time.perf_counter()
    whole = profile(pa.table(columns))
    once = time.perf_counter() - start
    start = time.perf_counter()
    parts = [
        profile(pa.table({name: part[at] for name, part in columns.items()}), like=whole)
        for at in (slice(place * rows // 10, (place + 1) * rows // 10) for place in range(10))
    ]
    total = reduce(Profile.merge, parts)
    apart = time.perf_counter() - start
    pairs = [(total.columns[name], whole.columns[name]) for name in columns]
    counts = all(one.cells == two.cells for one, two in pairs)
    floats = max(
        abs(getattr(one, name) - getattr(two, name)) / max(abs(two.sd or 0), 1e-300)
        for one, two in pairs
        for name in ("mean", "sd")
    )
    exact = {name: len(np.unique(values)) for name, values in columns.items()}
    wrong = max(abs(one.distinct / exact[one.name] - 1) for one, _ in pairs)
    print(f"{rows:,} rows x 20 columns: at once {once:.1f} s, ten parts merged {apart:.1f} s")
    print(f"counts equal: {counts}; mean and sd apart by at most {floats:.1e} sd; distinct off by at most {wrong:.2%}")


def main() -> None:
    """Print seconds, rows per second and memory."""
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=100_000_000)
    options.add_argument("--merged", type=int, default=10_000_000)
    given = options.parse_args()
    large(given.rows)
    merged(given.merged)


if __name__ == "__main__":
    main()
