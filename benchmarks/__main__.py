"""Every performance promise beside the peer it names, in one run: `make bench`, or `python benchmarks [NAME …]`.

Runs the scripts of this folder one after the other, shows what they print, and ends with a line for each: whether its
promise holds (exit code 0). Absolute times are those of this machine; the ratios are the claim.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
# Script → the options with which it measures what docs/architecture.md promises.
SCRIPTS: dict[str, tuple[str, ...]] = {
    "load_ext": (),
    "tracked_cell": (),
    "large_frames": (),
    "snapshot_speed": ("--dvc",),
    "snapshot_dedup": ("--rows", "3000000"),
    "runs_listing": (),
    "warm_kernels": (),
    "drift_speed": (),
    "drift_calibration": (),
    "drift_power": (),
    "performance_estimates": (),
    "slice_scenarios": (),
}


def main(names: list[str]) -> int:
    """Run the scripts called *names*, all where none is named; return 1 where a promise does not hold."""
    unknown = [name for name in names if name not in SCRIPTS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(SCRIPTS)}")
        return 2
    told = []
    for name in names or SCRIPTS:
        print(f"▸ {name}", flush=True)
        start = time.monotonic()
        code = subprocess.run([sys.executable, HERE / f"{name}.py", *SCRIPTS[name]], check=False).returncode
        told.append((name, code, time.monotonic() - start))
        print(flush=True)
    for name, code, took in told:
        print(f"{'✓' if code == 0 else '✗'} {name:<18} {took:5.0f} s")
    return int(any(code for _, code, _ in told))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
