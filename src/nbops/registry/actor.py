"""Who is doing this, as far as the process knows; a claim, not a proof."""

from __future__ import annotations

import getpass
import os

_NAMED_BY = ("NBOPS_ACTOR", "JUPYTERHUB_USER", "MLFLOW_TRACKING_USERNAME")


def actor() -> str:
    """Return the name of the person or service behind this process."""
    for variable in _NAMED_BY:
        if name := os.environ.get(variable, "").strip():
            return name
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user id has no name
        return "unknown"
