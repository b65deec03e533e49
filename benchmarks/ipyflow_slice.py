"""The cells that ipyflow's slices of notebooks keep; a part of `slice_scenarios.py`, run as a process of its own.

Reads a JSON list of notebooks, each a list of cells, and writes one of the places, from 0, of the cells that it keeps.
"""

from __future__ import annotations

import json
import os
import sys


def ipyflow_slice(cells: list[str]) -> list[int]:
    """Run *cells* under ipyflow; return the places of those in its slice of the last one."""
    from ipyflow.data_model.cell import Cell
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    shell.run_line_magic("load_ext", "ipyflow.shell")
    counters = []
    for source in cells:
        counters.append(shell.execution_count)
        shell.run_cell(source, store_history=True)
    kept = Cell.at_counter(counters[-1]).make_cell_dict_slice()
    return [place for place, counter in enumerate(counters) if counter in kept]


def in_child(cells: list[str]) -> list[int]:
    """Do so in a forked process, so that nothing is left of it; empty where ipyflow fails."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # ipyflow writes through to whatever stdout is
        os.dup2(1, 2)
        try:
            os.write(writing, json.dumps(ipyflow_slice(cells)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.wait()
    return json.loads(text or "[]")


if __name__ == "__main__":
    import ipyflow.data_model.cell  # noqa: F401 # once, before the forks

    notebooks = json.load(sys.stdin)
    json.dump([in_child(cells) for cells in notebooks], sys.stdout)
