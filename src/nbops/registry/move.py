"""Move an alias so that ledger and MLflow agree afterwards, whoever else moves it at the same time.

The event comes first, the alias follows the ledger. Of two writers the ledger's order decides: each, after setting
the alias, looks whether a later event exists and follows that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbops.errors import StoreRefused, VersionNotFound
from nbops.registry.history import FOUND, UNDONE, History, history
from nbops.registry.record import read_ledger, record

if TYPE_CHECKING:
    from nbops.ledger import Event
    from nbops.registry.mlflow_registry import MlflowRegistry

_GRACE = 60.0
"""Seconds in which a move may be on its way; only then does a disagreement mean a hand outside nbops."""
_ROUNDS = 20

Choose = Callable[[History], dict[str, Any]]


def move(store: MlflowRegistry, kind: str, name: str, alias: str, choose: Choose) -> Event:
    """Write the event of *kind* whose facts *choose* takes from the alias's history, then let the alias follow.

    Raises:
        VersionNotFound: The chosen version does not exist; the ledger says that the move was undone.
        StoreRefused: MLflow refuses the move; the ledger says so.
        StoreUnavailable: MLflow cannot be reached; the next move finds out what it did.
    """
    _notice_foreign_move(store, name, alias)

    def body(events: tuple[Event, ...]) -> dict[str, Any]:
        former = history(events, name, alias)
        return {"alias": alias, "previous": former.current, **choose(former)}

    event = record(store, kind, name, body)
    assert event is not None
    try:
        _follow(store, name, alias)
    except (StoreRefused, VersionNotFound) as error:
        undone = {"alias": alias, "of": event.hash, "why": str(error)[:400]}
        record(store, UNDONE, name, lambda _: undone)
        raise
    return event


def _follow(store: MlflowRegistry, name: str, alias: str) -> None:
    wanted = history(read_ledger(store).events, name, alias).current
    for _ in range(_ROUNDS):
        assert wanted is not None
        store.set_alias(name, alias, wanted)
        latest = history(read_ledger(store).events, name, alias).current
        if latest == wanted:
            return
        wanted = latest


def _notice_foreign_move(store: MlflowRegistry, name: str, alias: str) -> None:
    actual = store.aliases(name).get(alias)
    if actual is None:
        return

    def body(events: tuple[Event, ...]) -> dict[str, Any] | None:
        known = history(events, name, alias)
        on_its_way = known.last is not None and time.time() - known.last.time < _GRACE
        if known.current == actual or on_its_way:
            return None
        return {"alias": alias, "version": actual, "previous": known.current}

    record(store, FOUND, name, body)
