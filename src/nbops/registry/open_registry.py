"""Open the registry that a workspace's models live in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.errors import StoreUnavailable, VersionNotFound
from nbops.recording.writing.database import database_of, remedy_of, unready
from nbops.registry.mlflow_registry import MlflowRegistry
from nbops.settings import read_settings

if TYPE_CHECKING:
    from nbops.workspace import Workspace

_SQLITE = "sqlite:///"


def open_registry(workspace: Workspace, uri: str = "") -> MlflowRegistry:
    """Return the registry of *workspace*'s MLflow store, or of the store at *uri*; never creates a store.

    Raises:
        VersionNotFound: The store is a local file that does not exist yet, so nothing was ever registered.
        StoreUnavailable: The store does not answer.
    """
    uri = uri or store_uri(workspace)
    if not store_exists(uri):
        raise VersionNotFound("nothing has been registered in this workspace yet", hint="%register NAME")
    file = database_of(uri)
    if file is not None and (
        reason := unready(file)
    ):  # opening it would migrate it, while somebody else may do the same
        raise StoreUnavailable(reason, hint=remedy_of(file))
    local = not uri.startswith("http")
    return MlflowRegistry(uri, workspace.artifacts.as_uri() if local else None)


def store_uri(workspace: Workspace) -> str:
    """Return the MLflow store of *workspace*.

    In this order: the setting, MLflow's own environment variable, the store that the latest kernel recorded to (a
    notebook may name one in code), the workspace's file.
    """
    named = read_settings(workspace.project)[0].tracking_uri or os.environ.get("MLFLOW_TRACKING_URI", "")
    return named or _latest(workspace) or workspace.tracking_uri


def _latest(workspace: Workspace) -> str:
    from nbops.recording.folding.read_model import ReadModel

    if not workspace.read_model.is_file():
        return ""
    with ReadModel(workspace).open() as connection:
        row = connection.execute("SELECT body FROM sessions ORDER BY session DESC LIMIT 1").fetchone()
    return str(json.loads(row["body"]).get("tracking_uri") or "") if row else ""


def store_exists(uri: str) -> bool:
    """Say whether a store can be there; only for a local SQLite file can this be known without asking."""
    return not uri.startswith(_SQLITE) or Path(uri.removeprefix(_SQLITE)).is_file()
