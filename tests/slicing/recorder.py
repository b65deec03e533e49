"""Run cells in a shell of their own and write down what happened, by comparing pickles of the whole namespace."""

# ruff: noqa: E501 # a record a line
from __future__ import annotations

import os
import pickle
import random
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from nbops.capture.records import Execution

_opened: list[dict[str, str]] | None = None
_IGNORED = {"In", "Out", "_", "__", "___", "_i", "_ii", "_iii", "_ih", "_oh", "_dh", "exit", "quit", "open"}


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _opened is not None and isinstance(arguments[0], str):
        mode = arguments[1] or "r"
        _opened.append({"path": arguments[0], "mode": "w" if set(mode) & set("wax+") else "r"})


sys.addaudithook(_audit)


def new_shell() -> InteractiveShell:
    """Make a shell that shares nothing with others but the process."""
    shell = InteractiveShell()
    shell.history_manager.enabled = False
    return shell


def run(shell: InteractiveShell, source: str) -> tuple[str, bool, BaseException | None]:
    """Run one cell; return what it printed and whether it succeeded."""
    printed = StringIO()
    with redirect_stdout(printed):
        result = shell.run_cell(source, store_history=True)
    return printed.getvalue(), bool(result.success), result.error_in_exec


def record(cells: tuple[str, ...]) -> tuple[list[Execution], str]:
    """Run *cells*; return their executions and what the last one printed."""
    global _opened  # noqa: PLW0603
    shell = new_shell()
    executions: list[Execution] = []
    printed = ""
    for index, source in enumerate(cells, 1):
        before, states = _look(shell.user_ns), _states()
        _opened = []
        printed, success, error = run(shell, source)
        opened, _opened = _opened, None
        after, moved = _look(shell.user_ns), _states()
        executions.append(
            Execution(
                session="s", index=index, count=index, source=source, code=shell.transform_cell(source), success=success,
                error={"ename": type(error).__name__, "evalue": str(error)} if error else None,
                defined=tuple(name for name in after if name not in before or after[name][0] != before[name][0]),
                deleted=tuple(name for name in before if name not in after),
                changed=tuple(
                    name for name in after if name in before and after[name][0] == before[name][0] and after[name] != before[name]
                ),
                assumed=tuple(name for name in after if name in before and after[name][1] is None and name in source),
                opened=tuple(opened),
                drew=tuple(name for name in ("random", "numpy") if states[name] != moved[name]),
                settings=tuple(name for name in ("environ", "cwd") if states[name] != moved[name]),
            )
        )  # fmt: skip
    return executions, printed


def _look(namespace: dict[str, Any]) -> dict[str, tuple[int, bytes | None]]:
    looked = {}
    for name, value in namespace.items():
        if name in _IGNORED or name.startswith("_i") or (name.startswith("_") and name[1:].isdigit()):
            continue
        try:
            looked[name] = (id(value), pickle.dumps(value))
        except Exception:  # noqa: BLE001 # whatever cannot be pickled
            looked[name] = (id(value), None)
    return looked


def _states() -> dict[str, Any]:
    import numpy as np

    return {
        "random": random.getstate(),
        "numpy": pickle.dumps(np.random.get_state()),  # noqa: NPY002 # what users' code draws from
        "environ": dict(os.environ),
        "cwd": str(Path.cwd()),
    }
