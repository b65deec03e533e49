"""A real shell, without history, that raises what a cell raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbops.workspace import Workspace


class Shell(InteractiveShell):
    """IPython's shell; `run` raises what the cell raised and returns its last value."""

    def run(self, cell: str) -> Any:
        """Run *cell* as a frontend does."""
        result = self.run_cell(cell, store_history=True)
        result.raise_error()
        return result.result


@pytest.fixture(scope="session")
def _shell() -> Iterator[Shell]:
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    former = InteractiveShell.instance() if InteractiveShell.initialized() else None
    if former:
        type(former).clear_instance()
    yield Shell.instance(config=config)
    Shell.clear_instance()
    for kind in type(former)._walk_mro() if former else ():
        kind._instance = former


@pytest.fixture
def shell(_shell: Shell, stored_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """The shell with nbops loaded and an empty namespace, in a project of its own."""
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    _shell.run("%reset -f")
    _shell.history_manager.input_hist_raw[:] = _shell.history_manager.input_hist_parsed[:] = [""]
    _shell.execution_count = 1
    _shell.run("%load_ext nbops")
    yield _shell
    _shell.run("%unload_ext nbops")
