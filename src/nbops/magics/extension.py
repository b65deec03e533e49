"""Everything that nbops hangs on a shell, and how it is taken off again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from nbops.capture.cells.observe import forget, observe
from nbops.capture.runs.on_wake import on_wake
from nbops.magics.cards import Cards
from nbops.magics.cell_to_line import cell_to_line
from nbops.magics.contracts import ContractMagics
from nbops.magics.datasets import DatasetMagics
from nbops.magics.display import forget_displays, register_displays
from nbops.magics.models import ModelMagics
from nbops.magics.performance import PerformanceMagics
from nbops.magics.promotion import PromotionMagics
from nbops.magics.runs import RunsMagics
from nbops.magics.status import StatusMagics
from nbops.magics.tracking import TrackingMagics
from nbops.magics.watching import WatchMagics
from nbops.settings import usable_settings
from nbops.workspace import find_workspace

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.core.magic import Magics

    from nbops.workspace import Workspace

_TRACKING_URI = "MLFLOW_TRACKING_URI"
_STATELESS: tuple[type[Magics], ...] = (
    TrackingMagics,
    RunsMagics,
    DatasetMagics,
    ContractMagics,
    PerformanceMagics,
    PromotionMagics,
    ModelMagics,
    WatchMagics,
)


class Attachment:
    """What one shell got from us."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.cards = Cards(quiet=usable_settings(find_workspace().project).quiet)
        self.magics: list[Magics] = [kind(shell) for kind in _STATELESS]
        self.magics.append(StatusMagics(shell, self.cards))

    def hang(self) -> None:
        """Put hooks, magics and displays on the shell."""
        observer = observe(self.shell, on_run_closed=self.cards.collect)
        on_wake(_wake)
        # Plain MLflow in this kernel means the same store, unless the user has chosen one.
        os.environ.setdefault(_TRACKING_URI, observer.session.tracking_uri)
        if told := _unseen(observer.session.unseen):
            print(told)  # noqa: T201 # the one line that loading in mid-session owes
        self.cards.watch(self.shell)
        self.shell.input_transformers_cleanup.append(cell_to_line)
        self.shell.register_magics(*self.magics)
        register_displays(self.shell)

    def take_off(self) -> None:
        """Leave the shell as it was."""
        forget_displays(self.shell)
        self.shell.input_transformers_cleanup.remove(cell_to_line)
        self.cards.leave(self.shell)
        forget(self.shell)
        _unregister(self.shell, self.magics)


def attach(shell: InteractiveShell) -> None:
    """Hang everything on *shell*."""
    attachment = Attachment(shell)
    attachment.hang()
    _ATTACHED[shell] = attachment


def detach(shell: InteractiveShell) -> None:
    """Take everything off *shell* again."""
    _ATTACHED.pop(shell).take_off()


_ATTACHED: WeakKeyDictionary[InteractiveShell, Attachment] = WeakKeyDictionary()


def _wake(workspace: Workspace) -> None:
    from nbops.recording.process.start import wake

    wake(workspace)


def _unseen(executions: int) -> str:
    if not executions:
        return ""
    cells = "In [1]" if executions == 1 else f"In [1] to In [{executions}]"
    changed = "what it changed is" if executions == 1 else "what they changed is"
    return f"nbops has not seen {cells}: {changed} judged by the text alone; %track N records a cell as a run"


def _unregister(shell: InteractiveShell, magics: list[Magics]) -> None:
    manager = shell.magics_manager
    for ours in magics:
        for kind, functions in ours.magics.items():
            for name in functions:
                manager.magics[kind].pop(name, None)
        manager.registry.pop(type(ours).__name__, None)
