"""Open the registry that a workspace's models live in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.errors import VersionNotFound
from nbops.registry.mlflow_registry import MlflowRegistry
from nbops.settings import resolve_settings

if TYPE_CHECKING:
    from nbops.workspace import Workspace

_SQLITE = "sqlite:///"


def open_registry(workspace: Workspace) -> MlflowRegistry:
    """Return the registry of *workspace*'s MLflow store; never creates a store.

    Raises:
        VersionNotFound: The store is a local file that does not exist yet, so nothing was ever registered.
        StoreUnavailable: The store does not answer.
    """
    uri = store_uri(workspace)
    if not store_exists(uri):
        raise VersionNotFound("nothing has been registered in this workspace yet", hint="%register NAME")
    local = not uri.startswith("http")
    return MlflowRegistry(uri, workspace.artifacts.as_uri() if local else None)


def store_uri(workspace: Workspace) -> str:
    """Return the MLflow store of *workspace*: a setting, MLflow's own environment, or the workspace's file."""
    settings = resolve_settings(workspace.project)
    return settings.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI", "") or workspace.tracking_uri


def store_exists(uri: str) -> bool:
    """Say whether a store can be there; only for a local SQLite file can this be known without asking."""
    return not uri.startswith(_SQLITE) or Path(uri.removeprefix(_SQLITE)).is_file()
