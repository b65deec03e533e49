"""How fast snapshots are, against one pass of their hash and against writing the frame by hand.

    python benchmarks/snapshot_speed.py [--rows 1000000] [--columns 10] [--repeats 5] [--dvc]

The hand-written peer is `to_parquet` (pandas' default) followed by a SHA-256-named copy, which is what adding a file to
a content-addressed store costs at least. `--dvc` installs DVC into a temporary environment (network needed) and
measures `to_parquet` + `dvc add` itself, in a git repository, interpreter start included, as a user has it.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from blake3 import blake3
from snapshot_frame import mixed_frame

from nbops.snapshots import digest, load, snapshot
from nbops.workspace import Workspace


def main() -> int:
    """Print every time in milliseconds and every ratio, and return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--dvc", action="store_true")
    chosen = parser.parse_args()
    frame = mixed_frame(chosen.rows, chosen.columns)
    matrix = pd.DataFrame(np.random.default_rng(1).normal(size=(chosen.rows, chosen.columns)), copy=False)
    print(f"{len(frame):,} rows × {frame.shape[1]} columns, best of {chosen.repeats}")
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        missed += _against_hash("mixed dtypes", frame, Path(folder) / "mixed", chosen.repeats)
        missed += _against_hash("row-major matrix", matrix, Path(folder) / "matrix", chosen.repeats)
        unchanged = _best(lambda: snapshot(frame, workspace=Workspace(Path(folder) / "mixed")), chosen.repeats)
        copied = _best(lambda: _copied(frame, Path(folder)), chosen.repeats)
        print(f"  to_parquet + SHA-256 copy         {copied * 1e3:9.1f} ms = {copied / unchanged:6.1f} × unchanged")
        if chosen.dvc:
            added = _dvc(frame, Path(folder) / "dvc")
            missed += added < 20 * unchanged
            print(
                f"  to_parquet + dvc add              {added * 1e3:9.1f} ms = {added / unchanged:6.1f} × (at least 20)"
            )
        else:
            print("  DVC itself was not measured; --dvc does")
    return 1 if missed else 0


def _against_hash(title: str, frame: pd.DataFrame, root: Path, repeats: int) -> bool:
    place = Workspace(root)
    start = time.perf_counter()
    taken = snapshot(frame, workspace=place)
    first = time.perf_counter() - start
    restored = _best(lambda: load(taken.id, workspace=place), repeats)
    buffers = _buffers(frame)
    unchanged, one_pass, named = _best_in_turn(
        [
            lambda: snapshot(frame, workspace=place),
            lambda: [blake3(buffer).digest() for buffer in buffers],
            lambda: digest(frame),
        ],
        3 * repeats,
    )
    size = sum(buffer.size for buffer in buffers)
    missed = unchanged > 1.5 * one_pass + 0.010
    print(f"{title}: Arrow buffers {size / 1e6:.1f} MB, {taken.new_bytes / 1e6:.1f} MB on disk")
    print(f"  BLAKE3 over its Arrow buffers     {one_pass * 1e3:9.1f} ms, one thread")
    ratio = unchanged / one_pass
    print(
        f"  unchanged snapshot                {unchanged * 1e3:9.1f} ms = {ratio:6.2f} × (at most 1.5 × + 10 ms)",
        end="",
    )
    print("   MISSED" if missed else "")
    print(f"  digest only                       {named * 1e3:9.1f} ms")
    print(f"  first snapshot                    {first * 1e3:9.1f} ms")
    print(f"  load                              {restored * 1e3:9.1f} ms")
    return missed


def _buffers(frame: pd.DataFrame) -> list[pa.Buffer]:
    table = pa.Table.from_pandas(frame)
    chunks = [chunk for column in table.columns for chunk in column.chunks]
    return [buffer for chunk in chunks for buffer in chunk.buffers() if buffer is not None]


def _copied(frame: pd.DataFrame, folder: Path) -> None:
    path = folder / "frame.parquet"
    frame.to_parquet(path)
    name = hashlib.sha256(path.read_bytes()).hexdigest()
    shutil.copyfile(path, folder / name)


def _dvc(frame: pd.DataFrame, folder: Path) -> float:
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    run = folder / "venv" / "bin"
    subprocess.run([run / "pip", "install", "-q", "dvc"], check=True)
    project = folder / "project"
    project.mkdir()
    subprocess.run(["git", "init", "-q", project], check=True)
    subprocess.run([run / "dvc", "init", "-q"], cwd=project, check=True)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        frame.to_parquet(project / "frame.parquet")
        subprocess.run([run / "dvc", "add", "-q", "frame.parquet"], cwd=project, check=True)
        times.append(time.perf_counter() - start)
    return min(times)


def _best(work, repeats: int) -> float:
    return _best_in_turn([work], repeats)[0]


def _best_in_turn(works, repeats: int) -> list[float]:
    """Return the shortest time of each; they take turns, so that a busy machine is unfair to none."""
    times = [[] for _ in works]
    for _ in range(repeats):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return [min(taken) for taken in times]


if __name__ == "__main__":
    sys.exit(main())
