"""Peers in throw-away environments of their own, since none installs beside today's pandas.

`NBOPS_PEERS` says where the environments are kept; default: `nbops-peers` in the folder for temporary files.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("NBOPS_PEERS") or Path(tempfile.gettempdir()) / "nbops-peers")
# Evidently does not import with pandas 3.1; NannyML does not declare statsmodels.
NEEDS = {
    "evidently": ("evidently==0.7.23", "pandas>=3.0,<3.1", "pyarrow"),
    "nannyml": ("nannyml==0.13.1", "statsmodels", "pyarrow"),
}


def interpreter(peer: str) -> Path:
    """Return the interpreter of the environment that *peer* is installed in; it is made on first use."""
    home = FOLDER / peer
    program = home / "bin" / "python"
    probe = [program, "-c", f"import {peer}, pyarrow"]
    there = program.exists() and subprocess.run(probe, capture_output=True, check=False).returncode == 0
    if not there:
        venv.create(home, with_pip=True)
        subprocess.run([program, "-m", "pip", "install", "-q", *NEEDS[peer]], check=True, capture_output=True)
    return program


def ask(peer: str, what: str, *arguments: object, limit: float = 1800) -> dict[str, Any] | str:
    """Run `peer_calls.py WHAT …` in the environment of *peer*; return what it answers, or why it did not run."""
    try:
        call = [interpreter(peer), HERE / "peer_calls.py", peer, what, *map(str, arguments)]
        done = subprocess.run(call, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return f"did not finish in {limit:.0f} s"
    except (subprocess.CalledProcessError, OSError) as error:
        return f"cannot be installed here: {error}"
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        return f"did not run: {(done.stderr.strip().splitlines() or ['no answer'])[-1][:120]}"
    return json.loads(lines[-1])


if __name__ == "__main__":
    for name in sys.argv[1:] or NEEDS:
        print(name, interpreter(name))
