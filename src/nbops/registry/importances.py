"""What a version leans on, kept with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.errors import ConfigError
from nbops.registry.open_registry import open_registry
from nbops.registry.resolve import resolve
from nbops.registry.score import weigh
from nbops.registry.try_out import Trial, as_numbers
from nbops.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    import pandas as pd

_MOST, ARTIFACT = 20, "importances/v{}.json"


def importances(
    name: str, version: int | str, *, on: pd.DataFrame, label: str, workspace: Workspace | None = None
) -> dict[str, float]:
    """Measure a version's permutation importances (5 repeats), and keep the 20 largest as an artifact of its run.

    Args:
        name: Of the model.
        version: Number, or an alias that points to one.
        on: Features and *label*.
        label: Column of *on* with the truth: two classes, or numbers.
        workspace: The current one by default.

    Returns:
        Feature → how much AUC falls (RMSE rises) when it is shuffled, the largest first.

    Raises:
        VersionNotFound: No such model or version.
        ConfigError: *on* has no column *label*, or it holds more than two classes.
        RunNotUsable: The model does not take the rows.
        StoreError: MLflow does not take the artifact.
    """
    place = workspace or find_workspace()
    store = open_registry(place)
    found = resolve(store, name, version)
    trial = Trial(on, label)
    truth, metric = as_numbers(on[label].to_numpy())
    if truth is None:
        raise ConfigError(f"{label!r} holds more than two classes: importances are measured for two, or for numbers")
    uri = f"models:/{found.name}/{found.version}"
    _, (weights,), _ = weigh([uri], trial.on.drop(columns=label), store.uri, truth, metric)
    largest = dict(list(weights.items())[:_MOST])
    if found.mlflow_run_id:
        body = {"metric": metric, "repeats": 5, "rows": len(on), "features": len(weights), "importances": largest}
        store.keep(found.mlflow_run_id, ARTIFACT.format(found.version), body)
    return largest
