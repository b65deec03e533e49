"""A real IPython shell with nbops loaded, and what it wrote into its journal."""

from __future__ import annotations

from typing import Any

import pytest

from nbops.capture.journal.journal import read_blob, read_journal
from nbops.capture.journal.records import Execution, RunClosed, RunOpened
from nbops.capture.runs.session import current_session
from nbops.workspace import ENVIRONMENT


class Cells:
    """Runs cells as a notebook does and reads their records back from disk."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell

    def run(self, source: str, *, fails: bool = False, cell_id: str | None = None) -> Any:
        result = self.shell.run_cell(source, store_history=True, cell_id=cell_id)
        assert (not result.success) == fails, result.error_in_exec or result.error_before_exec
        return result

    def track(self, source: str, line: str = "%%track", **options: Any) -> RunClosed:
        """Run a tracked cell and return its last record."""
        self.run(f"{line}\n{source}", **options)
        return self.closed[-1]

    @property
    def records(self) -> tuple[Any, ...]:
        session = current_session()
        return read_journal(session.workspace.journals / session.id).records

    @property
    def closed(self) -> list[RunClosed]:
        return [record for record in self.records if isinstance(record, RunClosed)]

    @property
    def opened(self) -> list[RunOpened]:
        return [record for record in self.records if isinstance(record, RunOpened)]

    @property
    def executions(self) -> list[Execution]:
        return [record for record in self.records if isinstance(record, Execution)]

    def execution(self, source: str, **options: Any) -> Execution:
        """Run a cell that is not tracked and return its record, once a run has put the journal on disk."""
        self.run(source, **options)
        if not self.opened:
            self.run("%%track\npass")
            return self.executions[-2]
        return self.executions[-1]

    def blob(self, digest: str) -> bytes:
        session = current_session()
        return read_blob(session.workspace.journals / session.id, digest)

    def journal_text(self) -> str:
        session = current_session()
        return (session.workspace.journals / session.id / "journal").read_text()


@pytest.fixture(scope="session")
def bare_shell():
    """One shell for all tests, its history kept in memory."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    return InteractiveShell.instance(config=config)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project that is the current directory; no recorder starts."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    monkeypatch.setenv("NBOPS_QUIET", "1")
    monkeypatch.setenv("NBOPS_FINGERPRINT_MS", "4000")  # a busy machine must not change what is seen
    monkeypatch.setenv("NBOPS_SNAPSHOT_MS", "5000")
    for name in (ENVIRONMENT, "MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "JPY_SESSION_NAME"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def cells(bare_shell, project):
    """The shell with nbops loaded and an empty namespace."""
    from nbops import load_ipython_extension, unload_ipython_extension

    empty(bare_shell)
    load_ipython_extension(bare_shell)
    yield Cells(bare_shell)
    unload_ipython_extension(bare_shell)


def empty(shell):
    """Make the shell as good as new; IPython's own `reset` collects garbage several times, which takes seconds."""
    for name in [name for name in shell.user_ns if not name.startswith("__")]:
        del shell.user_ns[name]
    shell.history_manager.reset(new_session=False)
    shell.history_manager.input_hist_raw[:] = [""]
    shell.history_manager.input_hist_parsed[:] = [""]
    shell.execution_count = 1
    shell.init_user_ns()


@pytest.fixture
def flowers(cells):
    """`cells` with a small labelled frame, split."""
    cells.run(
        "import numpy as np, pandas as pd\n"
        "from sklearn.linear_model import LogisticRegression\n"
        "_rng = np.random.default_rng(0)\n"
        "X = pd.DataFrame({'a': _rng.normal(size=200), 'b': _rng.normal(size=200)})\n"
        "y = (X['a'] > 0).astype(int)\n"
        "X_train, X_test, y_train, y_test = X[:150], X[150:], y[:150], y[150:]\n"
    )
    return cells
