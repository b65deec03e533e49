"""Find the credentials of a store again, which no file of the workspace holds."""

from __future__ import annotations

import os

from nbops.addresses import storable
from nbops.errors import ConfigError
from nbops.settings import resolve_settings
from nbops.workspace import Workspace

# Set for a recorder by the kernel that starts it, where its user named the store by `mlflow.set_tracking_uri`.
CHOSEN = "_NBOPS_CHOSEN_STORE"


def with_credentials(uri: str, workspace: Workspace) -> str:
    """Return *uri* with the user and password that this process knows for it, or as it is.

    They are looked for in the setting, in `MLFLOW_TRACKING_URI`, and in what the kernel was set to that started this
    process. `MLFLOW_TRACKING_USERNAME`, `…_PASSWORD` and `…_TOKEN` are found by MLflow itself.
    """
    if "://" not in uri or uri.startswith("sqlite:"):
        return uri
    try:
        named = resolve_settings(workspace.project).tracking_uri
    except ConfigError:
        named = ""
    known = (named, os.environ.get("MLFLOW_TRACKING_URI", ""), os.environ.get(CHOSEN, ""), _of_this_kernel())
    return next((one for one in known if one and one != uri and storable(one) == uri), uri)


def _of_this_kernel() -> str:
    from nbops.capture.surroundings.mlflow_presence import user_tracking_uri

    return user_tracking_uri()
