"""Lists that show themselves as one table instead of many values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.widgets.live_table import live_table
from nbops.widgets.runs_table import runs_table
from nbops.widgets.snapshots_table import snapshots_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbops.recording.run import Run
    from nbops.registry.live import Live
    from nbops.snapshots.snapshot import Snapshot


class Runs(list["Run"]):
    """Runs, latest first; what `%runs` answers."""

    def __init__(self, runs: Iterable[Run] = (), *, total: int | None = None) -> None:
        super().__init__(runs)
        self.total = total

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(runs_table(self, total=self.total).text)

    def _repr_html_(self) -> str:
        return runs_table(self, total=self.total).html


class LiveModels(list["Live"]):
    """What is live; what `%nbops live` answers."""

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(live_table(self).text)

    def _repr_html_(self) -> str:
        return live_table(self).html


class Snapshots(list["Snapshot"]):
    """Snapshots, latest first; what `%snapshot list` answers."""

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(snapshots_table(self).text)

    def _repr_html_(self) -> str:
        return snapshots_table(self).html
