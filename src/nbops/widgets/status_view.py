"""How nbops itself is doing: what `%nbops` shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbops.markup import tag, together
from nbops.widgets.phrases import counted
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import AMBER, GREEN, STRONG, dot, framed, labelled


@dataclass(frozen=True, slots=True)
class Status:
    """The workspace at a glance.

    Attributes:
        version: Of nbops.
        workspace: Its directory, relative to the current one where it lies in it.
        store: MLflow's address, without user and password.
        pending: Runs that have not reached MLflow yet.
        recorder: What the recorder is doing.
        runs: How many there are.
        last: The latest run in words; empty before the first.
        unseen: Executions of this kernel that ran before nbops was loaded.
        quiet: Whether cards are silenced.
        problems: Sentences about what is degraded.
    """

    version: str
    workspace: str
    store: str
    pending: int
    recorder: str
    runs: int
    last: str = ""
    unseen: int = 0
    quiet: bool = False
    problems: tuple[str, ...] = ()

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(status_view(self).text)

    def _repr_html_(self) -> str:
        return status_view(self).html


def status_view(status: Status) -> Rendering:
    """Show *status* as a short list."""
    waiting = f"{counted(status.pending, 'run')} not in MLflow yet" if status.pending else "everything is in MLflow"
    rows = [
        ("workspace", status.workspace),
        ("store", status.store),
        ("recorder", f"{status.recorder}, {waiting}"),
        ("runs", f"{status.runs:,}" if status.runs else "none yet: put %%track on top of a cell"),
        ("last run", status.last),
        ("not seen", f"{counted(status.unseen, 'execution')} before %load_ext nbops" if status.unseen else ""),
        ("cards", "silenced; %nbops quiet off shows them again" if status.quiet else ""),
    ]
    told = [(label, value) for label, value in rows if value]
    text = [f"nbops {status.version}", *(f"  {label:<10} {value}" for label, value in told)]
    head = together(dot(AMBER if status.problems else GREEN), " ", tag("span", f"nbops {status.version}", style=STRONG))
    html = framed(tag("div", head), labelled([*told]), *(tag("div", "⚠ ", problem) for problem in status.problems))
    return Rendering("\n".join(text + [f"  ! {problem}" for problem in status.problems]), html)
