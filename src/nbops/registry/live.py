"""Which model is live: the boss's question."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from nbops.errors import LedgerBroken, VersionNotFound
from nbops.ledger import verify
from nbops.registry.documents import drift_of
from nbops.registry.history import history
from nbops.registry.open_registry import open_registry
from nbops.registry.record import read_ledger
from nbops.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbops.registry.mlflow_registry import MlflowRegistry
    from nbops.registry.version import Version


@dataclass(frozen=True, slots=True)
class Live:
    """One alias of one model, and what is known about how it got there.

    Attributes:
        name: Of the model.
        version: That the alias points at.
        alias: Such as `champion`.
        since: When it was pointed there, in seconds since the epoch (UTC); None where that happened outside nbops.
        by: Who pointed it there; empty where that happened outside nbops.
        reason: Why, as they said.
        data: What the model was trained on, as `{"name", "id", "role", "rows"}`.
        drift: State of the version's latest drift report.
        metrics: What its run measured.
        run_id: Run that logged the model.
        warning: A sentence when the ledger and MLflow disagree or the ledger is broken.
    """

    name: str
    version: int
    alias: str
    since: float | None
    by: str
    reason: str = ""
    data: tuple[Mapping[str, Any], ...] = ()
    drift: str = "unknown"
    metrics: Mapping[str, float] = field(default_factory=dict)
    run_id: str = ""
    warning: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def live(workspace: Workspace | None = None) -> list[Live]:
    """Return every alias with its version, since when and by whom, on which data, and the drift state, by name.

    Raises:
        StoreUnavailable: MLflow cannot be reached.
    """
    place = workspace or find_workspace()
    try:
        store = open_registry(place)
    except VersionNotFound:
        return []
    events, broken = _events(store)
    found = []
    for name in sorted(store.names()):
        versions = {version.version: version for version in store.versions(name)}
        for alias, number in sorted(store.aliases(name).items()):
            if number in versions:
                known = history(events, name, alias)
                found.append(
                    _line(place, versions[number], alias, known.last if known.current == number else None, broken)
                )
    return found


def _events(store: MlflowRegistry) -> tuple[tuple[Any, ...], str]:
    try:
        events = read_ledger(store).events
    except LedgerBroken as error:
        return (), str(error)
    return events, verify(events).reason


def _line(workspace: Workspace, version: Version, alias: str, event: Any, broken: str) -> Live:
    outside = "" if event else "moved outside nbops: the ledger does not know by whom"
    return Live(
        name=version.name,
        version=version.version,
        alias=alias,
        since=event.time if event else None,
        by=event.actor if event else "",
        reason=str(event.body.get("reason") or "") if event else "",
        data=_datasets(version.tags.get("nbops.data", "")),
        drift=drift_of(workspace, version),
        metrics=version.metrics,
        run_id=version.run_id,
        warning=f"the ledger is broken: {broken}" if broken else outside,
    )


def _datasets(text: str) -> tuple[Mapping[str, Any], ...]:
    with suppress(ValueError):
        return tuple(entry for entry in json.loads(text or "[]") if isinstance(entry, dict))
    return ()
