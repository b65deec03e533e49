"""A real IPython shell in a process of its own, which can be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

_SHELL = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
shell.run_cell("%load_ext nbops", store_history=True)
answers, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    told = json.loads(line)
    if "cell" in told:
        result = shell.run_cell(told["cell"], store_history=True)
        answer = {"error": None if result.success else repr(result.error_in_exec or result.error_before_exec)}
    else:
        answer = {"value": shell.ev(told["value"])}
    answers.write(json.dumps(answer) + "\\n")
    answers.flush()
"""


class ShellProcess:
    """Runs cells one after the other, as a kernel does."""

    def __init__(self, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SHELL],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"NBOPS_QUIET": "1"} | environment,
        )

    def run(self, cell: str) -> None:
        """Run a cell that must succeed."""
        assert self._ask(cell=cell)["error"] is None

    def value(self, expression: str) -> Any:
        """Return the value of an expression in the shell."""
        return self._ask(value=expression)["value"]

    def close(self) -> None:
        """Let it end in good order."""
        self.process.stdin.close()
        self.process.wait(60)

    def kill(self) -> None:
        """Kill it as the system would."""
        self.process.kill()
        self.process.wait()

    def _ask(self, **question: str) -> dict[str, Any]:
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer
