"""Run pipelines in shells of this process, with the checkpoints that a kernel would have."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO
from uuid import uuid4

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from nbops import load_ipython_extension, unload_ipython_extension
from nbops.capture.checkpoints.answer import answer, keeper_of
from nbops.pipelines.resuming.entries import Entries
from nbops.pipelines.resuming.reuse import Reuse
from nbops.slicing.effects import read_effects


class Done:
    """What one run of a pipeline was: `skipped`, numbers of cells; `reasons`, by number; `shell`, as it was left."""

    def __init__(self, reuse, shell, printed):
        self.skipped = [one.number for one in reuse.decisions if one.skipped]
        self.reasons = {one.number: one.reason for one in reuse.decisions}
        self.decisions = reuse.decisions
        self.ns = shell.user_ns
        self.shell = shell
        self.printed = printed


def run_cells(workspace, *cells, fresh=False, worth=0.0, limit=100_000_000, read=None, **reuse_options):
    """Run *cells* as one pipeline; a cell that begins with `#target` is the target."""
    made = [nbformat.v4.new_code_cell(source, id=f"c{place}") for place, source in enumerate(cells)]
    for cell in made:
        if cell.source.startswith("#target"):
            cell.metadata["tags"] = ["nbops-target"]
    notebook = nbformat.v4.new_notebook(cells=made)
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell(config=config)
    load_ipython_extension(shell)

    def ask(question):
        return json.loads(answer(json.dumps(question), shell))

    reuse = Reuse(
        notebook,
        Entries(workspace),
        uuid4().hex,
        read_effects(),
        limit=limit,
        fresh=fresh,
        worth=worth,
        **reuse_options,
    )
    printed = StringIO()
    try:
        for cell in made:
            if reuse.skips(cell, ask):
                continue
            with redirect_stdout(printed):
                result = shell.run_cell(cell.source, store_history=True)
            if not result.success:
                break
            reuse.ran(cell, ask)
        names = {name: shell.user_ns[name] for name in read or ()}
    finally:
        keeper_of(shell).forget()
        unload_ipython_extension(shell)
    done = Done(reuse, shell, printed.getvalue())
    done.names = names
    done.cells = made
    return done
