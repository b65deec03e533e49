"""Run cells in a shell of their own with nbops loaded, and read back what it captured."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from nbops import load_ipython_extension, unload_ipython_extension
from nbops.capture.journal.journal import read_journal
from nbops.capture.journal.records import Execution
from nbops.capture.runs.session import current_session


def new_shell() -> InteractiveShell:
    """Make a shell that shares nothing with others but the process."""
    config = Config()
    config.HistoryManager.enabled = False
    return InteractiveShell(config=config)


def run(shell: InteractiveShell, source: str) -> str:
    """Run one cell and return what it printed."""
    printed = StringIO()
    with redirect_stdout(printed):
        shell.run_cell(source, store_history=True)
    return printed.getvalue()


def record(cells: tuple[str, ...]) -> tuple[list[Execution], str]:
    """Run *cells*; return their executions as captured and what the last one printed."""
    shell = new_shell()
    printed = [""]

    def cells_run() -> None:
        for source in cells:
            printed[0] = run(shell, source)

    executions = recorded(shell, cells_run)
    assert [item.source for item in executions] == list(cells)
    return executions, printed[0]


def recorded(shell: InteractiveShell, cells_run: Callable[[], None]) -> list[Execution]:
    """Load nbops into *shell*, let cells run there, and return their executions as captured."""
    load_ipython_extension(shell)
    try:
        cells_run()
        run(shell, "%%track\npass")  # with the first run, the journal is on disk
        session = current_session()
        found = read_journal(session.workspace.journals / session.id).records
    finally:
        unload_ipython_extension(shell)
    return [item for item in found if isinstance(item, Execution)][:-1]
