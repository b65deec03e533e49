"""Cards under the cells that ran as runs, shown after everything that the cell itself showed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.capture.boundary import unharmed
from nbops.magics.display import show
from nbops.magics.place import kernel_workspace

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbops.capture.journal.records import RunClosed, RunOpened


class Cards:
    """What has closed since the running cell began.

    Attributes:
        quiet: Show none.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._closed: list[tuple[RunOpened, RunClosed]] = []
        self._depth = 0

    def collect(self, opened: RunOpened, closed: RunClosed) -> None:
        """Keep a run that has closed until its cell is done."""
        self._closed.append((opened, closed))

    def watch(self, shell: InteractiveShell) -> None:
        """Follow the shell's cells. Register after whoever closes runs."""
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)

    def leave(self, shell: InteractiveShell) -> None:
        """Undo `watch`."""
        shell.events.unregister("pre_run_cell", self._begin)
        shell.events.unregister("post_run_cell", self._end)

    def _begin(self, _cell: Any) -> None:
        self._depth += 1

    def _end(self, _result: Any) -> None:
        # Cells run inside cells, as by %%capture, which would swallow what is shown too early.
        self._depth = max(self._depth - 1, 0)
        if self._depth:
            return
        closed, self._closed = self._closed, []
        if closed and not self.quiet:
            with unharmed("what a card would show"):
                _show(closed)


def _pending() -> int:
    """Count the runs that wait because MLflow does not answer; those on their way are nothing to speak of."""
    from nbops.recording.pending import pending, recorder_state

    workspace = kernel_workspace()
    return pending(workspace) if recorder_state(workspace).startswith("waiting") else 0


def _show(closed: list[tuple[RunOpened, RunClosed]]) -> None:
    from nbops.widgets.blocks_line import blocks_line
    from nbops.widgets.card import card_of_records
    from nbops.widgets.run_card import run_card

    for opened, record in closed:
        if opened.kind == "cell":
            show(run_card(card_of_records(opened, record, pending=_pending())))
    if blocks := [card_of_records(opened, record) for opened, record in closed if opened.kind == "block"]:
        show(blocks_line(blocks))
