"""What a changed frame adds to the snapshot store, against the targets of docs/architecture.md.

    python benchmarks/snapshot_dedup.py [--rows 1000000] [--columns 10] [--flights]

Prints one line per change: new bytes on disk ÷ bytes on disk of the first snapshot (for one changed column: ÷ bytes of
that column stored alone in an empty workspace). Then the same for columns that are dull in one way or another, where
the whole column takes so little that the first kilobytes of a snapshot (its manifest, a list of chunks) count apart.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from dull_columns import dull_columns
from snapshot_frame import mixed_frame

from nbops.snapshots import snapshot
from nbops.workspace import Workspace

_FLOOR = 12_000  # bytes: manifest, pack, list of chunks, and the last, unfinished chunk of two streams


def main() -> int:
    """Measure every change and return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--flights", action="store_true", help="measure on pointblank's nycflights instead")
    chosen = parser.parse_args()
    frame, more = _frames(chosen)
    middle = len(frame) // 2
    changed = frame.copy()
    first = next(label for label in frame.columns if frame[label].dtype == float)
    changed[first] = np.random.default_rng(1).normal(size=len(frame))
    cases = {
        "unchanged": (frame, 0.0),
        "+1 % rows": (pd.concat([frame, more], ignore_index=True), 0.02),
        "100 rows deleted in the middle": (frame.drop(frame.index[middle : middle + 100]), 0.03),
        "same, index renumbered": (frame.drop(frame.index[middle : middle + 100]).reset_index(drop=True), 0.03),
        "100 rows inserted at the front": (pd.concat([more.iloc[:100], frame], ignore_index=True), 0.03),
        "one cell changed": (_one_cell(frame, first, middle), 0.03),
        "one column dropped": (frame.drop(columns=first), 0.001),
    }
    with tempfile.TemporaryDirectory() as folder:
        full = snapshot(frame, workspace=_room(folder, "full"))
        alone = snapshot(changed[[first]], workspace=_room(folder, "alone")).new_bytes
        print(f"{len(frame):,} rows × {frame.shape[1]} columns: {full.bytes / 1e6:.1f} MB in memory, ", end="")
        print(f"{full.new_bytes / 1e6:.1f} MB on disk")
        missed = 0
        for name, (case, most) in cases.items():
            missed += _line(name, _added(folder, case) / full.new_bytes, most)
        missed += _line("one column changed", _added(folder, changed) / alone, 1.1)
    missed += _dull(min(chosen.rows, 1_000_000))
    return 1 if missed else 0


def _dull(rows: int) -> int:
    """Print what changes of dull columns add, and return how many add too much."""
    print(f"dull columns of {rows:,} rows: bytes on disk; new bytes of +1 % rows, -100 in the middle, all changed")
    missed = 0
    for name, column in dull_columns(rows).items():
        frame = column.to_frame()
        known, middle = rows * 100 // 101, rows // 2
        shorter = frame.iloc[:known].reset_index(drop=True)
        fewer = frame.drop(frame.index[middle : middle + 100]).reset_index(drop=True)
        beside = frame.assign(y=np.random.default_rng(1).normal(size=rows))
        full, more = _two(shorter, frame)
        _, less = _two(frame, fewer)
        _, changed = _two(beside, beside.assign(x=frame["x"].to_numpy()[::-1]))
        _, alone = _two(frame.iloc[:0], frame.assign(x=frame["x"].to_numpy()[::-1]))
        bad = more > max(0.02 * full, _FLOOR) or less > max(0.03 * full, _FLOOR) or changed > 1.1 * alone + _FLOOR
        missed += bad
        print(f"  {name:28} {full:9,}  {more:7,}  {less:7,}  {changed:9,}{'   MISSED' if bad else ''}")
    print(f"  (at most 2 %, 3 %, 110 % of what the column takes, or {_FLOOR:,} bytes)")
    return missed


def _two(one: pd.DataFrame, other: pd.DataFrame) -> tuple[int, int]:
    """Return the bytes that *one* takes in an empty store, and those that *other* adds to it."""
    with tempfile.TemporaryDirectory() as folder:
        place = _room(folder, "two")
        return snapshot(one, workspace=place).new_bytes, snapshot(other, workspace=place).new_bytes


def _frames(chosen: argparse.Namespace) -> tuple[pd.DataFrame, pd.DataFrame]:
    if chosen.flights:
        import pointblank

        flights = pointblank.load_dataset("nycflights", tbl_type="pandas")
        known = len(flights) * 100 // 101
        return flights.iloc[:known].reset_index(drop=True), flights.iloc[known:]
    return mixed_frame(chosen.rows, chosen.columns), mixed_frame(chosen.rows // 100, chosen.columns, seed=8)


def _one_cell(frame: pd.DataFrame, label: str, row: int) -> pd.DataFrame:
    changed = frame.copy()
    changed.loc[row, label] = 42.0
    return changed


def _room(folder: str, name: str) -> Workspace:
    return Workspace(Path(folder) / name)


def _added(folder: str, case: pd.DataFrame) -> int:
    """Return what *case* adds to a store that holds the first snapshot and nothing else."""
    with tempfile.TemporaryDirectory() as elsewhere:
        shutil.copytree(_room(folder, "full").root, elsewhere, dirs_exist_ok=True)
        return snapshot(case, workspace=Workspace(Path(elsewhere))).new_bytes


def _line(name: str, share: float, most: float) -> bool:
    missed = share > most
    print(f"  {name:32} {share:8.3%}  (at most {most:.1%}){'   MISSED' if missed else ''}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
