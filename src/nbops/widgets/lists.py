"""Lists that show themselves as one table instead of many values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.widgets.alerts_table import alerts_table
from nbops.widgets.findings_view import findings_view
from nbops.widgets.live_table import live_table
from nbops.widgets.runs_table import runs_table
from nbops.widgets.snapshots_table import snapshots_table
from nbops.widgets.watches_table import watches_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbops.alerts.alert import Alert
    from nbops.monitoring.watching.list_watches import Watched
    from nbops.readiness.finding import Finding
    from nbops.recording.run import Run
    from nbops.registry.live import Live
    from nbops.snapshots.snapshot import Snapshot


class Runs(list["Run"]):
    """Runs, latest first; what `%runs` answers."""

    def __init__(self, runs: Iterable[Run] = (), *, total: int | None = None, without: int = 0) -> None:
        """Hold *runs*, of *total* that match; *without* filters there would be that many."""
        super().__init__(runs)
        self.total, self.without = total, without

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(runs_table(self, total=self.total, without=self.without).text)

    def _repr_html_(self) -> str:
        return runs_table(self, total=self.total, without=self.without).html


class Findings(list["Finding"]):
    """How well nbops is; what `%nbops doctor` answers."""

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(findings_view(self).text)

    def _repr_html_(self) -> str:
        return findings_view(self).html


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


class Alerts(list["Alert"]):
    """What somebody must act on; what `%alerts` answers."""

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(alerts_table(self).text)

    def _repr_html_(self) -> str:
        return alerts_table(self).html


class Watches(list["Watched"]):
    """Standing monitors; what `%watch` answers."""

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(watches_table(self).text)

    def _repr_html_(self) -> str:
        return watches_table(self).html
