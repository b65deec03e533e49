"""List the registered models."""

from __future__ import annotations

from nbops.errors import VersionNotFound
from nbops.registry.open_registry import open_registry
from nbops.registry.version import Model
from nbops.workspace import Workspace, find_workspace


def list_models(workspace: Workspace | None = None) -> list[Model]:
    """Return every registered model with its versions and aliases, by name; empty before the first.

    Raises:
        StoreUnavailable: MLflow cannot be reached.
    """
    try:
        store = open_registry(workspace or find_workspace())
    except VersionNotFound:
        return []
    return [Model(name, tuple(store.versions(name)), store.aliases(name)) for name in sorted(store.names())]
