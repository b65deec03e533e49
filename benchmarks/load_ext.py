"""What `%load_ext nbops` costs in a kernel, beside loading autoreload, IPython's own smallest extension.

Prints milliseconds of CPU (loading waits for nothing; best of several fresh processes, so that a busy machine counts
little) and how many modules loading brings in.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

LIMIT_MS = 50
ROUNDS = 7
_MEASURE = """
import json, sys, time
import ipykernel.ipkernel, ipykernel.zmqshell
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
shell.run_cell("a = 1")
before = set(sys.modules)
start = time.process_time()
shell.extension_manager.load_extension({name!r})
took = time.process_time() - start
print(json.dumps([took * 1000, len(set(sys.modules) - before)]))
"""


def measure(name: str, cache: str) -> tuple[float, int]:
    """Return the best time in milliseconds and how many modules came in; byte code is cached, as after any install."""
    best, modules = float("inf"), 0
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = cache
    command = [sys.executable, "-c", _MEASURE.format(name=name)]
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            answer = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
        took, modules = json.loads(answer.stdout.splitlines()[-1])
        best = min(best, took)
    return best, modules


def main() -> int:
    """Compare, print, and say by the exit code whether the promise holds."""
    with tempfile.TemporaryDirectory() as cache:
        ours, modules = measure("nbops", cache)
        theirs, _ = measure("autoreload", cache)
    print(f"%load_ext nbops       {ours:6.1f} ms, {modules} modules (promised: {LIMIT_MS} ms)")
    print(f"%load_ext autoreload  {theirs:6.1f} ms")
    print(f"ratio                 {ours / theirs:6.1f}")
    return int(ours > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
