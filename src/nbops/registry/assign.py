"""Point an alias at a version."""

from __future__ import annotations

from dataclasses import replace

from nbops.errors import GateClosed
from nbops.registry.documents import refresh_quietly
from nbops.registry.history import ASSIGN
from nbops.registry.judge import judge_version
from nbops.registry.move import move
from nbops.registry.open_registry import open_registry
from nbops.registry.resolve import resolve
from nbops.registry.version import Version, check_alias
from nbops.workspace import Workspace, find_workspace


def assign(
    name: str, version: int | str, alias: str, *, reason: str | None = None, workspace: Workspace | None = None
) -> Version:
    """Point *alias* of the model *name* at a version; the move is in the ledger.

    Without `[tool.nbops.gates]` it acts at once and the returned `.notes` hold what the gates would object. With it,
    closed gates bind.

    Args:
        name: Of the model.
        version: Number, or an alias that points to one.
        alias: Any but `latest` and `v<number>`, which MLflow reserves.
        reason: Why, for the ledger.
        workspace: The current one by default.

    Returns:
        The version, with its aliases as they are now.

    Raises:
        GateClosed: A binding gate objects; nothing was moved.
        VersionNotFound: No such model or version.
        AliasNotFound: *version* names an alias that the model does not have.
        NameRefused: *alias* is no possible alias, or *reason* is too long.
    """
    place = workspace or find_workspace()
    check_alias(alias)
    store = open_registry(place)
    candidate = resolve(store, name, version)
    verdict = judge_version(store, place, candidate, alias)
    if not verdict and verdict.binding:
        raise GateClosed(str(candidate), alias, verdict.objections)
    facts = {"version": candidate.version, "reason": reason or "", "run": candidate.run_id}
    event = move(
        store, ASSIGN, name, alias, lambda _: {**facts, **({"objections": verdict.objections} if not verdict else {})}
    )
    notes = [f"{alias} was v{former}" for former in [event.body["previous"]] if former not in {None, candidate.version}]
    notes += [f"advice: {objection}" for objection in verdict.objections]
    notes += [*verdict.notes, *refresh_quietly(place, store, name)]
    return replace(store.version(name, candidate.version), notes=tuple(notes))
