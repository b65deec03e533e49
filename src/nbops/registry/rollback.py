"""Point an alias back at the version that it pointed to before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nbops.errors import AliasNotFound
from nbops.registry.documents import refresh_quietly
from nbops.registry.history import ROLLBACK, History
from nbops.registry.move import move
from nbops.registry.open_registry import open_registry
from nbops.registry.version import Version, check_alias
from nbops.workspace import Workspace, find_workspace


def rollback(
    name: str, alias: str = "champion", *, reason: str | None = None, workspace: Workspace | None = None
) -> Version:
    """Point *alias* at the version before the present one, by the ledger; twice in a row goes two versions back.

    No gate is asked: the former version has held the alias before.

    Args:
        name: Of the model.
        alias: To move.
        reason: Why, for the ledger.
        workspace: The current one by default.

    Raises:
        AliasNotFound: The ledger knows no former version.
        VersionNotFound: No such model, or the former version was deleted since.
    """
    place = workspace or find_workspace()
    check_alias(alias)
    store = open_registry(place)
    store.aliases(name)

    def choose(former: History) -> dict[str, Any]:
        if former.former is None:
            now = f"only v{former.current} has held it" if former.current else "it was never assigned"
            raise AliasNotFound(f"{alias!r} of {name!r} has no former version: {now}", hint="nbops live")
        return {"version": former.former, "reason": reason or ""}

    event = move(store, ROLLBACK, name, alias, choose)
    notes = [f"{alias} was v{event.body['previous']}", *refresh_quietly(place, store, name)]
    return replace(store.version(name, int(event.body["version"])), notes=tuple(notes))
