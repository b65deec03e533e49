"""What the user's own MLflow client is set to, read from the module that is loaded already; never imports it."""

from __future__ import annotations

import os
import sys
from typing import Any


def user_tracking_uri() -> str:
    """Return the tracking URI that the user chose by call or environment; empty where there is none."""
    module: Any = sys.modules.get("mlflow.tracking._tracking_service.utils")
    chosen = getattr(module, "_tracking_uri", None)
    return str(chosen or os.environ.get("MLFLOW_TRACKING_URI", ""))


def user_experiment() -> tuple[str, str]:
    """Return name and id of the experiment that the user chose; empty where MLflow knows none of them yet."""
    module: Any = sys.modules.get("mlflow.tracking.fluent")
    chosen = getattr(module, "_active_experiment_id", None)
    return os.environ.get("MLFLOW_EXPERIMENT_NAME", ""), str(chosen or os.environ.get("MLFLOW_EXPERIMENT_ID", ""))


def user_run() -> str | None:
    """Return the id of the MLflow run that is active in this thread."""
    runs = _of_thread("_active_run_stack")
    return str(runs[-1].info.run_id) if runs else None


def user_last_run() -> str | None:
    """Return the id of the MLflow run that is active in this thread, or was the last one to be."""
    last = _of_thread("_last_active_run_id")
    return user_run() or (str(last) if last else None)


def _of_thread(name: str) -> Any:
    module: Any = sys.modules.get("mlflow.tracking.fluent")
    held: Any = getattr(module, name, None)
    return held.get() if hasattr(held, "get") else held
