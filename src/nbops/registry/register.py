"""Make a run's model the next version of a name."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbops.errors import NotFound, RunNotUsable, StoreError, StoreUnavailable
from nbops.registry.actor import actor
from nbops.registry.documents import refresh_quietly
from nbops.registry.history import REGISTER
from nbops.registry.open_registry import open_registry
from nbops.registry.record import record
from nbops.registry.version import Version, check_name
from nbops.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from nbops.recording.run import Run
    from nbops.registry.mlflow_registry import MlflowRegistry

_PATIENCE = 120.0
_MODEL_ID = re.compile(r"m-[0-9a-f]+")
_LOOK_BACK = 500
_MOST_PROFILES = 50


def register(run: Run | str, name: str, *, model: str | None = None, workspace: Workspace | None = None) -> Version:
    """Make the model of *run* the next version of *name* in MLflow's registry.

    The version carries its lineage as tags (`nbops.run`, `nbops.notebook`, `nbops.code_sha`, `nbops.data`,
    `nbops.metrics`), and `nbops.profiles` names the artifacts of its run that hold profiles of its data.
    Registering the same model again gives the version that it already is.

    Args:
        run: A run, or a reference to one: `last`, an id or its beginning, `best:METRIC`.
        name: Of the model; created where it is new.
        model: Which one, where the run logged several.
        workspace: The current one by default.

    Returns:
        The version; `.notes` say what is worth knowing, such as that *name* is also the name of a run.

    Raises:
        RunNotFound: No run answers to the reference.
        RunNotUsable: The run failed, still runs, or logged no model; the sentence names the last one that could.
        NameRefused: MLflow takes no such name.
        StoreUnavailable: The run did not reach MLflow in time, or MLflow does not answer.
    """
    from nbops.recording.annotate import store_of
    from nbops.recording.get_run import get_run

    place = workspace or find_workspace()
    check_name(name)
    meant = get_run(run, workspace=place) if isinstance(run, str) else run
    if isinstance(run, str) and run.startswith("best:") and not meant.models:
        _tell_best_model(run, meant, place)
    found = _recorded(_usable(meant, place), place)
    store = open_registry(place, store_of(found, place).tracking_uri)
    title, model_id = _model_of(store, found, model)
    notes = _also_a_run(name, found, place)
    known = _already(store, name, model_id)
    if known is not None:
        return replace(known, notes=(*notes, f"this model already is {known}; nothing new was registered"))
    lineage = _lineage(found, title) | _profiles(store, found)
    number = store.create_version(name, model_id, lineage, _description(found))
    record(store, REGISTER, name, lambda _: {"version": number, "run": found.id, "model": model_id})
    notes += refresh_quietly(place, store, name)
    return replace(store.version(name, number), notes=notes)


def _usable(run: Run, workspace: Workspace) -> Run:
    if run.status != "FINISHED":
        raise RunNotUsable(f"run {_title(run)} is {run.status}, not FINISHED{_instead(workspace)}")
    if run.mlflow_run_id is None and not run.models:
        raise RunNotUsable(f"run {_title(run)} logged no model{_instead(workspace)}")
    return run


def _tell_best_model(ref: str, run: Run, workspace: Workspace) -> None:
    """Raise where the best run by a metric has no model but another has, with the best of those."""
    from nbops.recording.get_run import is_minimised
    from nbops.recording.list_runs import list_runs

    _, metric, *direction = ref.split(":")
    runs = [
        other
        for other in list_runs(workspace, experiment=run.experiment or None)
        if other.status == "FINISHED" and other.models and metric in other.metrics
    ]
    if runs:
        smaller = direction == ["min"] or (not direction and is_minimised(metric))
        best = (min if smaller else max)(runs, key=lambda other: other.metrics[metric])
        raise RunNotUsable(
            f"run {_title(run)}, the best by {metric}, logged no model; the best that did is {_title(best)}",
            hint=f"%register {best.id[:8]} NAME, or nbops register {best.id[:8]} NAME",
        )


def _instead(workspace: Workspace) -> str:
    from nbops.recording.list_runs import list_runs

    for run in list_runs(workspace, limit=_LOOK_BACK):
        if run.status == "FINISHED" and run.models:
            return f"; the last FINISHED one with a model is {_title(run)}"
    return "; no FINISHED run has a model yet"


def _recorded(run: Run, workspace: Workspace) -> Run:
    """Wait until the run and its model are in MLflow."""
    from nbops.recording.flush import flush
    from nbops.recording.get_run import get_run

    if run.mlflow_run_id and not run.pending:
        return run
    flush(_PATIENCE, workspace=workspace)
    fresh = get_run(run.id, workspace=workspace)
    if not fresh.mlflow_run_id:
        raise StoreUnavailable(f"run {_title(run)} is safe in the journal but has not reached MLflow yet")
    return fresh


def _model_of(store: MlflowRegistry, run: Run, wanted: str | None) -> tuple[str, str]:
    """Return name and MLflow id of the one model that is meant."""
    models = {str(entry["name"]): match[0] for entry in run.models if (match := _logged_id(entry))}
    if not models and run.mlflow_run_id and (facts := store.run_facts(run.mlflow_run_id)):
        models = dict(facts.models)
    if not models:
        lost = "has a model that did not reach MLflow" if run.models else "logged no model"
        raise RunNotUsable(f"run {_title(run)} {lost}", hint="nbops show RUN")
    if wanted is not None and wanted not in models:
        raise RunNotUsable(f"run {_title(run)} has no model {wanted!r}; it has {', '.join(models)}")
    if wanted is None and len(models) > 1:
        first = next(iter(models))
        raise RunNotUsable(
            f"run {_title(run)} logged {len(models)} models: {', '.join(models)}; say which",
            hint=f"nbops.register(run, name, model={first!r})",
        )
    chosen = wanted or next(iter(models))
    return chosen, models[chosen]


def _logged_id(entry: dict[str, Any]) -> re.Match[str] | None:
    return _MODEL_ID.search(str(entry.get("uri") or ""))


def _already(store: MlflowRegistry, name: str, model_id: str) -> Version | None:
    if name not in store.names():
        return None
    return next((version for version in store.versions(name) if version.model_id == model_id), None)


def _also_a_run(name: str, run: Run, workspace: Workspace) -> tuple[str, ...]:
    from nbops.recording.get_run import get_run

    try:
        other = get_run(name, workspace=workspace)
    except NotFound:
        return ()
    told = "" if other.id == run.id else f"; registered was {_title(run)}"
    return (f"{name!r} is also a run ({other.id[:8]}); it was taken as the model's name{told}",)


def _lineage(run: Run, model: str) -> dict[str, str]:
    data = [{key: entry.get(key) for key in ("name", "id", "role", "rows")} for entry in run.snapshots]
    tags = {
        "nbops.run": run.id,
        "nbops.run_name": run.name,
        "nbops.by": actor(),
        "nbops.model": model,
        "nbops.notebook": run.notebook or "",
        "nbops.code_sha": hashlib.sha256(run.source.encode()).hexdigest() if run.source else "",
        "nbops.data": json.dumps(data, separators=(",", ":")) if data else "",
        "nbops.metrics": json.dumps(dict(run.metrics), separators=(",", ":")) if run.metrics else "",
    }
    return {key: text for key, text in tags.items() if text}


def _profiles(store: MlflowRegistry, run: Run) -> dict[str, str]:
    """Return a tag that says where the profiles of the data lie that the model was trained on."""
    try:
        paths = store.profiles_of(run.mlflow_run_id) if run.mlflow_run_id else []
    except StoreError:  # a version without this tag is worth more than none
        return {}
    found = json.dumps(paths[:_MOST_PROFILES], separators=(",", ":"))
    return {"nbops.profiles": found} if paths else {}


def _description(run: Run) -> str:
    metrics = ", ".join(f"{name} {value:.6g}" for name, value in run.metrics.items())
    frames = ", ".join(str(entry.get("name")) for entry in run.snapshots)
    lines = [f"From run **{run.name or run.id[:8]}** of {run.notebook or 'no notebook'}"]
    lines += [f"Measured: {metrics}"] if metrics else []
    lines += [f"Data: {frames}"] if frames else []
    return "\n\n".join(lines)[:4900]


def _title(run: Run) -> str:
    return f"{run.name} ({run.id[:8]})" if run.name else run.id[:8]
