"""The state of the repository in MLflow's own tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def git_tags(git: Mapping[str, Any]) -> dict[str, str | None]:
    """Return commit, branch, remote and whether there are changes beyond, as MLflow names them."""
    return {
        "mlflow.source.git.commit": git.get("commit"),
        "mlflow.source.git.branch": git.get("branch"),
        "mlflow.source.git.repoURL": git.get("remote"),
        "mlflow.source.git.dirty": str(git["dirty"]).lower() if git.get("dirty") is not None else None,
    }
