"""Slices of the notebooks in a folder, run again: whether they give the same, and how many cells they keep.

    python benchmarks/slice_folder.py FOLDER [--most N] [--seconds N] [--chance N] [--only TEXT]

Every notebook (`*.ipynb`, and `*.py` that is divided by `# %%`, `# In[1]:` or a line of `#`) runs once with nbops in
a process and a folder of its own, with links to the files that lie beside it. Targets are its last cell and another
that shows something, and three of its names. Each slice, of the full log and of the text alone, runs again in
another process; what the target printed, its figures and the values of the names must be the same. Where they are
not, the whole notebook runs again: if it does not give the same either, nothing could (random numbers without a
seed, times), and the target does not count. The notebooks run: only pass a folder that you trust.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # sums in the same order
os.environ.setdefault("PYTHONHASHSEED", "0")
sys.path[:0] = [str(Path(__file__).parents[1] / "tests"), str(Path(__file__).parent)]
os.environ["PYTHONPATH"] = os.pathsep.join([*sys.path[:2], os.environ.get("PYTHONPATH", "")])

from nbops.slicing.slice_executions import slice_executions  # noqa: E402 # after the path
from slicing.apart import apart  # noqa: E402 # after the path
from slicing.digest import digest  # noqa: E402 # after the path
from slicing.modes import blind, full  # noqa: E402 # after the path
from slicing.recorder import new_shell, recorded, run  # noqa: E402 # after the path

_DIVIDES = re.compile(r"^(?:# ?%%.*|# In\[[\d ]*\]:|#{20,})\n", re.MULTILINE)
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}|^Out\[\d+\]: ", re.MULTILINE)
_INLINE = re.compile(r"^ *%matplotlib .*$", re.MULTILINE)  # figures are closed after each cell as it is
_SHOWN, _NAMES = 1, 3


@dataclass(frozen=True)
class Task:
    """What a process of its own does: run *cells* among the files of *folder*, recorded or not."""

    folder: str
    cells: tuple[str, ...]
    recorded: bool = False
    figures: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ran:
    """What came of it: what each cell showed, digests of the values at the end, and the log if it was recorded."""

    shown: dict[str, str]
    values: dict[str, str]
    executions: list[Any]


def main() -> int:
    """Print one line a notebook and the sums; return 1 where a slice is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=10_000, help="at most so many notebooks")
    parser.add_argument("--seconds", type=float, default=30, help="for one run of a notebook, else it is left out")
    parser.add_argument("--chance", type=int, default=0, help="seed of the choice of targets")
    parser.add_argument("--only", default="", help="only notebooks whose path holds this")
    chosen = parser.parse_args()
    paths = sorted(path for path in chosen.folder.rglob("*") if path.is_file() and chosen.only in str(path))
    sums = dict.fromkeys(("notebooks", "cells", "targets", "wrong", "chance", "kept", "of"), 0)
    for path in paths:
        cells = cells_of(path)
        if len(cells) < 3 or sums["notebooks"] >= chosen.most:
            continue
        try:
            _measure(path, cells, random.Random(f"{path.name}{chosen.chance}"), chosen.seconds, sums)
        except Exception as error:  # noqa: BLE001 # the notebook's own, or its time is over
            print(f"left out {path.name}: {type(error).__name__} {str(error)[:80]}", flush=True)
    print(" ".join(f"{key} {number}" for key, number in sums.items()), f"share {sums['kept'] / max(sums['of'], 1):.0%}")
    return int(sums["wrong"] > 0)


def cells_of(path: Path) -> tuple[str, ...]:
    """Return the code cells of a notebook or divided script; nothing of any other file."""
    if path.name.endswith((".ipynb", ".ipynb.gz")) and ".ipynb_checkpoints" not in path.parts:
        notebook = json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())
        found = ["".join(cell["source"]) for cell in notebook.get("cells", []) if cell["cell_type"] == "code"]
    elif path.name.endswith((".py", ".py.gz")):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found = _DIVIDES.split(content.decode(errors="replace"))
    else:
        return ()
    written = (_INLINE.sub("", cell).strip("\n") for cell in found)
    code = [cell for cell in written if [line for line in cell.splitlines() if line.strip() and line[:1] != "#"]]
    return tuple(f"{cell}\n# cell {number}" if code.count(cell) > 1 else cell for number, cell in enumerate(code))


def _measure(path: Path, cells: tuple[str, ...], chance: random.Random, seconds: float, sums: dict[str, int]) -> None:
    middle = frozenset(chance.sample(cells, len(cells) // 3)) | {cells[-1]}
    whole = Task(str(path.parent), cells, figures=middle)
    first = apart(run_task, replace(whole, recorded=True), seconds)
    good = [item for item in first.executions if item.success]
    if len(good) < max(3, len(first.executions) / 2):
        print(f"left out {path.name}: {len(good)} of {len(first.executions)} cells run", flush=True)
        return
    shows = [item for item in good if first.shown[item.source].strip()]
    targets: list[tuple[int, str]] = [(item.index, "") for item in shows[-1:]]
    among = [item for item in shows[:-1] if item.source in middle]
    targets += [(item.index, "") for item in chance.sample(among, min(_SHOWN, len(among)))]
    last = first.executions[-1].index
    targets += [(last, name) for name in chance.sample(sorted(first.values), min(_NAMES, len(first.values)))]
    again: dict[tuple[str, ...], Ran] = {}
    wrong, checked, of, kept = [], 0, 0, 0
    for mode in (full, blind) if len(good) == len(first.executions) else (full,):  # the text tells of no failure
        log = mode(first.executions)
        for index, name in targets:
            checked += 1
            slice_ = slice_executions(log, index, [name] if name else None)
            chosen = tuple(item.execution.source for item in slice_.kept)
            if mode is full:
                kept, of = kept + len(chosen), of + sum(item.index <= index for item in log)
            if chosen not in again:
                again[chosen] = apart(run_task, replace(whole, cells=chosen), seconds)
            source = next(item.source for item in log if item.index == index)
            if _same(first, again[chosen], source, name):
                continue
            upto = cells[: index if not name else len(cells)]
            if upto not in again:
                again[upto] = apart(run_task, replace(whole, cells=upto), seconds)
            if not _same(first, again[upto], source, name):
                sums["chance"] += 1
            else:
                sums["wrong"] += 1
                wrong.append(
                    f"  WRONG {mode.__name__} {name or index}: kept {[i.execution.index for i in slice_.kept]}"
                )
    sums["notebooks"] += 1
    sums["cells"] += len(cells)
    sums["targets"] += checked
    sums["kept"] += kept
    sums["of"] += of
    print(f"{path.name}: {len(cells)} cells, {len(targets)} targets, {kept}/{of} kept", *wrong, sep="\n", flush=True)


def _same(first: Ran, second: Ran, source: str, name: str) -> bool:
    if name:
        return first.values.get(name) == second.values.get(name)
    return first.shown[source] == second.shown.get(source)


def run_task(task: Task) -> Ran:
    """Run the cells of *task* in this process."""
    for file in Path(task.folder).iterdir():
        with suppress(OSError):
            Path(file.name).symlink_to(file)
    import numpy as np
    from matplotlib import pyplot as plt

    random.seed(), np.random.seed()  # noqa: NPY002 # every process starts elsewhere
    shell, shown = new_shell(), dict[str, str]()

    def cells_run() -> None:
        for cell in task.cells:
            shown[cell] = _ADDRESS.sub("", run(shell, cell))
            if cell in task.figures:
                shown[cell] += "".join(digest(_pixels(plt.figure(number))) for number in plt.get_fignums())
            plt.close("all")

    executions = recorded(shell, cells_run) if task.recorded else cells_run() or []
    return Ran(shown, _values(shell), executions)


def _pixels(figure: Any) -> Any:
    import numpy as np

    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())


def _values(shell: Any) -> dict[str, str]:
    hidden = {*shell.user_ns_hidden, "track", "nbops"}
    kept = {}
    for name, value in list(shell.user_ns.items()):
        if name not in hidden and not name.startswith("_") and not callable(value) and type(value).__name__ != "module":
            kept[name] = digest(value)
    return kept


if __name__ == "__main__":
    sys.exit(main())
