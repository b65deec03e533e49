"""What moved in a watched version, and for how long: on this others decide whether to retrain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nbops.errors import WatchNotFound

if TYPE_CHECKING:
    from nbops.workspace import Workspace

_BROKEN = {"dropped", "retyped", "all missing"}


@dataclass(frozen=True, slots=True)
class Moved:
    """Columns of one role beyond their limits.

    Attributes:
        columns: In the latest report.
        reports: Reports in a row, up to the latest, in which any column of that role moved; 0 where none does now.
        windows: Windows in these reports in which one did. A report of a single window is one.
    """

    columns: tuple[str, ...] = ()
    reports: int = 0
    windows: int = 0

    def __bool__(self) -> bool:
        return self.reports > 0


@dataclass(frozen=True, slots=True)
class Signal:
    """What the latest reports of a watch say together.

    Attributes:
        watch: Its name.
        model: Of the version.
        version: Its number.
        label: Of the latest report.
        state: Of the latest report.
        features: What goes in.
        predictions: What comes out.
        labels: What turned out to be true.
        residuals: Errors of single rows, whether they grew or shrank.
        performance: Errors of single rows whose mean grew: the model got worse.
        broken: Columns that are gone, of another type or all missing: data to mend, not to learn from.
    """

    watch: str
    model: str
    version: int
    label: str
    state: str
    features: Moved = Moved()
    predictions: Moved = Moved()
    labels: Moved = Moved()
    residuals: Moved = Moved()
    performance: Moved = Moved()
    broken: tuple[str, ...] = ()

    @property
    def together(self) -> bool:
        """Whether features moved, and with them predictions, residuals or performance; never for broken data.

        Drift of features alone is no reason to retrain.
        """
        outcome = self.predictions or self.residuals or self.performance
        return bool(self.features) and bool(outcome) and not self.broken

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**asdict(self), "together": self.together}


def signal(watch: str, *, workspace: Workspace) -> Signal:
    """Return what the reports of *watch* say.

    Raises:
        WatchNotFound: It has no report yet.
    """
    from nbops.recording.folding.read_model import ReadModel

    reports = [body for body in ReadModel(workspace).list("report") if body.get("watch") == watch]
    if not reports:
        raise WatchNotFound(f"the watch {watch!r} has no report yet", hint=f"nbops watch check {watch}")
    return signal_of(reports)


def signal_of(reports: Sequence[Mapping[str, Any]]) -> Signal:
    """Return what *reports* (documents of one watch, in any order, at least one) say.

    Only reports of the latest one's version and reference count. A report that could not judge ends a row.
    """
    ordered = sorted(reports, key=lambda body: (str(body["current"].get("from") or ""), float(body["created"])))
    latest = ordered[-1]
    family = [body for body in ordered if body.get("reference_id") == latest.get("reference_id")][::-1]
    return Signal(
        watch=str(latest["watch"]),
        model=str(latest["model"]),
        version=int(latest["version"]),
        label=str(latest["label"]),
        state=str(latest["state"]),
        features=_moved(family, "feature"),
        predictions=_moved(family, "prediction"),
        labels=_moved(family, "label"),
        residuals=_moved(family, "performance"),
        performance=_moved(family, "performance", worse=True),
        broken=tuple(str(one["name"]) for one in latest.get("columns", ()) if one.get("finding") in _BROKEN),
    )


def _moved(family: Sequence[Mapping[str, Any]], role: str, *, worse: bool = False) -> Moved:
    reports = windows = 0
    for body in family:
        names = _names(body, role, worse=worse)
        if not names:
            break
        reports += 1
        beyond = sum(bool(names & set(window.get("columns", ()))) for window in body.get("windows", ()))
        windows += max(1, beyond)
    columns = _names(family[0], role, worse=worse)
    return Moved(tuple(sorted(columns)), reports, windows)


def _names(body: Mapping[str, Any], role: str, *, worse: bool) -> set[str]:
    moved = {str(one["name"]) for one in body.get("columns", ()) if one.get("drifted") and one.get("role") == role}
    if not worse:
        return moved
    means = body.get("means", {})
    return {name for name in moved if name in means and means[name][1] > means[name][0]}
