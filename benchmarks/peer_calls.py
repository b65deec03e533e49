"""One comparison by a peer with its defaults; started by `peers.py` with the interpreter of the peer's environment.

    python peer_calls.py PEER speed REFERENCE.parquet CURRENT.parquet
    python peer_calls.py PEER windows REFERENCE.parquet CURRENT.parquet [CURRENT.parquet …]

`speed` answers seconds and the peak of memory over the data, `windows` which columns drifted in each window (`day`).
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import warnings

warnings.filterwarnings("ignore")
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
os.environ["DO_NOT_TRACK"] = "1"

import pandas as pd  # noqa: E402 # the environment's switches come first


def evidently(reference: pd.DataFrame, current: pd.DataFrame) -> tuple[list[str], bool]:
    """Return columns that drifted by DataDriftPreset's defaults, and whether it calls the dataset drifted."""
    from evidently import Report
    from evidently.presets import DataDriftPreset

    answer = Report([DataDriftPreset()]).run(current, reference).dict()
    columns, dataset = [], False
    for one in answer["metrics"]:
        config, value = one.get("config", {}), one["value"]
        if "column" in config and isinstance(value, int | float):
            method, limit = str(config.get("method", "")), float(config.get("threshold", 0.05))
            columns += [config["column"]] if (value < limit if "p_value" in method else value >= limit) else []
        elif isinstance(value, dict) and "share" in value:
            dataset = value["share"] >= float(config.get("drift_share", 0.5))
    return columns, dataset


def nannyml(reference: pd.DataFrame, current: pd.DataFrame, chunk: int | None = None) -> list[list[str]]:
    """Return the columns that alert in each chunk by UnivariateDriftCalculator's defaults."""
    import nannyml as peer

    names = [name for name in reference.columns if name not in {"day", "at"}]
    sizes = {"chunk_size": chunk} if chunk else {"chunk_period": "D", "timestamp_column_name": "day"}
    calculator = peer.UnivariateDriftCalculator(column_names=names, **sizes)
    table = calculator.fit(reference).calculate(current).filter(period="analysis").to_df()
    alerts = {name: table[[one for one in table.columns if one[0] == name and one[2] == "alert"]] for name in names}
    return [[name for name in names if alerts[name].iloc[at].any()] for at in range(len(table))]


def peak(call, *arguments) -> tuple[float, float]:
    """Return seconds, and by how many megabytes memory rose at most."""
    before, most, done = resident(), [0.0], threading.Event()

    def look() -> None:
        while not done.wait(0.05):
            most[0] = max(most[0], resident())

    watcher = threading.Thread(target=look)
    watcher.start()
    start = time.perf_counter()
    try:
        call(*arguments)
    finally:
        took = time.perf_counter() - start
        done.set()
        watcher.join()
    return took, max(most[0] - before, 0.0)


def resident() -> float:
    """Return the memory of this process in megabytes."""
    with open("/proc/self/statm") as file:  # noqa: PTH123 # read twenty times a second
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(peer: str, what: str, first: str, *others: str) -> None:
    """Answer with one line of JSON."""
    reference = pd.read_parquet(first)
    frames = [pd.read_parquet(one) for one in others]
    if what == "speed":
        if peer == "nannyml":
            took, memory = peak(nannyml, reference, frames[0], len(frames[0]))
        else:
            took, memory = peak(evidently, reference.drop(columns="at"), frames[0].drop(columns="at"))
        print(json.dumps({"seconds": took, "megabytes": memory}))
        return
    if peer == "nannyml":
        print(json.dumps({"windows": [nannyml(reference, frame) for frame in frames]}))
        return
    told = []
    for frame in frames:
        days = [part.drop(columns="day") for _, part in frame.groupby("day")]
        told.append([evidently(reference.drop(columns="day"), day) for day in days])
    print(json.dumps({"windows": told}))


if __name__ == "__main__":
    main(*sys.argv[1:])
