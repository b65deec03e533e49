"""Keep what screens read about versions current: one document per version in the workspace's read model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.errors import NbopsError, VersionNotFound
from nbops.registry.open_registry import open_registry
from nbops.registry.version import Version, to_wire

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbops.registry.mlflow_registry import MlflowRegistry
    from nbops.workspace import Workspace

KIND = "version"


def version_key(name: str, version: int) -> str:
    """Return the key of a version's document."""
    return f"{name}/{version}"


def refresh(workspace: Workspace, *, store: MlflowRegistry | None = None, names: Iterable[str] | None = None) -> int:
    """Make the documents say what MLflow says, and return how many there are.

    Args:
        workspace: Whose read model.
        store: Its registry, opened when not given.
        names: Only these models; by default all, and documents of versions that are gone are removed.
    """
    from nbops.recording.folding.read_model import ReadModel

    try:
        store = store or open_registry(workspace)
    except VersionNotFound:
        return 0
    model = ReadModel(workspace)
    only = None if names is None else set(names)
    known = {(body["name"], int(body["version"])): body for body in model.list(KIND)}
    current = [
        version for name in (store.names() if only is None else sorted(only)) for version in store.versions(name)
    ]
    for version in current:
        identity = (version.name, version.version)
        model.put(KIND, version_key(*identity), _document(store, version, known.pop(identity, {})))
    for name, number in known:
        if only is None or name in only:
            model.delete(KIND, version_key(name, number))
    return len(current)


def refresh_quietly(workspace: Workspace, store: MlflowRegistry, name: str) -> tuple[str, ...]:
    """Refresh one model's documents after a change that is already made; a failure becomes a sentence."""
    try:
        refresh(workspace, store=store, names=[name])
    except NbopsError as error:
        return (f"screens show the former state until `nbops sync`: {error}",)
    return ()


def set_drift(name: str, version: int, state: str, *, workspace: Workspace) -> None:
    """Note the state of the latest drift report on a version: in MLflow as a tag, and on screens.

    Args:
        name: Of the model.
        version: Its number.
        state: `ok`, `warn`, `alert` or `unknown`.
        workspace: Whose registry.

    Raises:
        VersionNotFound: No such model or version.
    """
    store = open_registry(workspace)
    store.tag_version(name, version, {"nbops.drift": state})
    refresh(workspace, store=store, names=[name])


def drift_of(workspace: Workspace, version: Version) -> str:
    """Return the state of the version's latest drift report; `unknown` before the first."""
    from nbops.recording.folding.read_model import ReadModel

    body = ReadModel(workspace).get(KIND, version_key(version.name, version.version)) or {}
    return _state(body.get("drift")) or version.tags.get("nbops.drift", "unknown")


def _document(store: MlflowRegistry, version: Version, former: dict[str, Any]) -> dict[str, Any]:
    body = to_wire(version)
    del body["notes"]
    body["drift"] = version.tags.get("nbops.drift") or former.get("drift") or "unknown"
    if not body["metrics"]:
        run = None if former.get("metrics") or not version.mlflow_run_id else store.run_facts(version.mlflow_run_id)
        body["metrics"] = dict(run.metrics) if run else former.get("metrics", {})
    return body


def _state(drift: Any) -> str:
    value = drift.get("state") if isinstance(drift, dict) else drift
    return value if isinstance(value, str) and value != "unknown" else ""
