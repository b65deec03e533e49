"""Slices of the scenario suite, run again: right ones and cells kept, nbops beside names-only analysis and ipyflow.

    python benchmarks/slice_scenarios.py [--few]

A slice is right when running only its cells, in a process of their own, prints what the last cell of the notebook
printed. The notebooks are those of tests/slicing, on which nbops was developed: what they show is which kinds of
dependence each way of slicing follows, not how often real notebooks hold them. `nbops, text alone` knows nothing of
what happened at run time. ipyflow is skipped where it is not installed (`pip install ipyflow`, the extra `bench`).
The same run times the slice of a log of 500 executions. `--few` takes the 30 notebooks of the first suite only.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "tests")]

from names_only import names_only_slice  # noqa: E402 # after the path

from nbops.capture.journal.records import Execution  # noqa: E402 # after the path
from nbops.slicing.slice_executions import slice_executions  # noqa: E402 # after the path
from slicing.apart import record_apart, run_apart  # noqa: E402 # after the path
from slicing.modes import blind  # noqa: E402 # after the path
from slicing.more_scenarios import EVERYTHING  # noqa: E402 # after the path
from slicing.scenarios import APPENDIX_A, FURTHER  # noqa: E402 # after the path

_MOST = 0.1  # seconds for a log of 500


def main() -> int:
    """Print the table; return 1 where a slice of nbops is wrong or takes too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--few", action="store_true", help="only the 30 notebooks of the first suite")
    chosen = parser.parse_args()
    scenarios = APPENDIX_A if chosen.few else (*APPENDIX_A, *FURTHER, *EVERYTHING)
    ways = {"names only": _names_only, "nbops, text alone": _text_alone, "nbops": _nbops}
    if importlib.util.find_spec("ipyflow"):
        told = _ipyflow([scenario.cells for scenario in scenarios])
        ways["ipyflow"] = lambda cells, _: told[cells]
    else:
        print("ipyflow is not installed, so that it is not measured: pip install ipyflow")
    right, kept = dict.fromkeys(ways, 0), dict.fromkeys(ways, 0)
    for scenario in scenarios:
        executions, printed = record_apart(scenario.cells)
        results = {scenario.cells: printed}
        for name, way in ways.items():
            cells = tuple(scenario.cells[place] for place in way(scenario.cells, executions))
            if cells not in results:
                results[cells] = run_apart(cells)
            right[name] += results[cells] == printed
            kept[name] += len(cells)
    _table(right, kept, len(scenarios), sum(len(one.cells) for one in scenarios))
    seconds = _long_log()
    print(f"slice of 500 executions: {seconds * 1000:.0f} ms (at most {_MOST * 1000:.0f} ms)")
    return int(right["nbops"] < len(scenarios) or seconds > _MOST)


def _table(right: dict[str, int], kept: dict[str, int], notebooks: int, cells: int) -> None:
    print(f"{notebooks} notebooks, {cells} cells")
    print(f"{'':<20}{'right':>12}{'cells kept':>14}")
    for name in sorted(right, key=lambda name: right[name]):
        print(f"{name:<20}{right[name]:>8} {right[name] / notebooks:>4.0%}{kept[name]:>9} {kept[name] / cells:>4.0%}")
    ours = right["nbops"]
    for name, theirs in right.items():
        if not name.startswith("nbops"):
            print(
                f"nbops ÷ {name}: {ours / max(theirs, 1):.2f}×; wrong: {notebooks - ours} beside {notebooks - theirs}"
            )


def _names_only(_: tuple[str, ...], executions: list[Execution]) -> tuple[int, ...]:
    return names_only_slice(tuple(item.code for item in executions))


def _nbops(_: tuple[str, ...], executions: list[Execution]) -> tuple[int, ...]:
    return tuple(item.execution.index - 1 for item in slice_executions(executions, len(executions)).kept)


def _text_alone(cells: tuple[str, ...], executions: list[Execution]) -> tuple[int, ...]:
    return _nbops(cells, blind(executions))


def _ipyflow(notebooks: list[tuple[str, ...]]) -> dict[tuple[str, ...], list[int]]:
    """Return what ipyflow keeps of each notebook; nothing where it fails."""
    script = Path(__file__).with_name("ipyflow_slice.py")
    with tempfile.TemporaryDirectory() as folder:
        command, given = [sys.executable, script], json.dumps(notebooks)
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=True, cwd=folder)
    return dict(zip(notebooks, json.loads(done.stdout), strict=True))


def _long_log() -> float:
    """Return the seconds that slicing 500 executions takes, none of which was ever read before; the fastest of 5."""
    odd = "df['c{n}'] = df.a * {n}\nsub{n} = df[df.b == {n}].copy()\nfor k in xs:\n    t{n} = f(sub{n}, k)\nprint(t{n})"
    even = "def f(x, k={n}):\n    y = x + k\n    return np.mean(y) + g\ng = {n}\nm = fit(df, C={n})\nscore{n} = m.score(df)"  # noqa: E501
    fastest = float("inf")
    for salt in range(5):
        cells = [(odd if n % 2 else even).format(n=n) + f"\n# {salt}" for n in range(498)]
        cells = [f"import numpy as np\ndf = load()\n# {salt}", *cells, f"print(score496)\n# {salt}"]
        log = [Execution(session="s", index=n, source=cell, code=cell) for n, cell in enumerate(cells, 1)]
        gc.collect()
        start = time.process_time()
        slice_executions(log, 500)
        fastest = min(fastest, time.process_time() - start)
    return fastest


if __name__ == "__main__":
    sys.exit(main())
