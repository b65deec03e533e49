"""One run of the read model → MLflow, in as few calls as possible, and harmless when repeated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbops.capture.journal import read_blob
from nbops.errors import JournalError, StoreRefused
from nbops.recording.describe import describe_run, tags_of
from nbops.recording.mlflow_store import MlflowStore
from nbops.recording.run import Json, Run

_MOST_PARAMETERS, _LONGEST = 100, 6000


def record_run(run: Run, opened: Json, logged: list[Json], closed: Json, store: MlflowStore, folder: Path,
               *, doubtful: bool, on_created: Any) -> tuple[str, list[Json]]:  # fmt: skip
    """Bring *run* into MLflow and return MLflow's id with the models written.

    Args:
        run: The run.
        opened, logged, closed: Its records as JSON; *closed* is empty for a run whose kernel died.
        store: Where it goes.
        folder: The journal's folder, which holds the blobs.
        doubtful: A former try may have got somewhere; look before making a new run.
        on_created: Called with MLflow's id as soon as there is one, to note it.

    Raises:
        StoreUnavailable: Try again later.
        StoreRefused: MLflow will not take it.
    """
    if opened.get("attach"):
        return _attach(str(opened["attach"]), run, logged, closed, store, folder)
    run_id = run.mlflow_run_id or (store.find_run(run.experiment, run.id) if doubtful else None)
    tags = tags_of(run, closed)
    created = run_id is None
    if run_id is None:
        run_id = store.create_run(
            run.experiment, run.name, run.started, tags | {"mlflow.note.content": describe_run(run)}
        )
    on_created(run_id)
    if run.status == "RUNNING":
        return run_id, []
    late = {} if created else tags | {"mlflow.note.content": describe_run(run), "mlflow.runName": run.name}
    models = _contents(run_id, run, logged, closed, store, folder, late)
    store.end_run(run_id, run.status, run.ended)
    return run_id, models


def _attach(
    run_id: str, run: Run, logged: list[Json], closed: Json, store: MlflowStore, folder: Path
) -> tuple[str, list[Json]]:
    parameters, metrics, _, status = store.existing(run_id)
    kept = dict(closed)
    kept["parameters"] = {name: value for name, value in closed.get("parameters", {}).items() if name not in parameters}
    kept["metrics"] = {name: value for name, value in closed.get("metrics", {}).items() if name not in metrics}
    models = _contents(run_id, run, logged, kept, store, folder, tags_of(run, closed), status=status)
    return run_id, models


def _contents(run_id: str, run: Run, logged: list[Json], closed: Json, store: MlflowStore, folder: Path,
              tags: dict[str, str], *, status: str | None = None) -> list[Json]:  # fmt: skip
    parameters = dict(closed.get("parameters", {})) | {
        k: v for item in logged for k, v in item.get("parameters", {}).items()
    }
    texts = {name: _text(value) for name, value in parameters.items()}
    if len(texts) > _MOST_PARAMETERS or any(len(text) > _LONGEST for text in texts.values()):
        store.put_artifact(run_id, "params.json", json.dumps(parameters, indent=1, ensure_ascii=False).encode())
        tags = tags | {"nbops.params": f"{len(texts)} parameters, all in params.json"}
        texts = {name: text[:_LONGEST] for name, text in list(texts.items())[:_MOST_PARAMETERS]}
    points = _points(run, logged, closed)
    if texts or points or tags:
        store.log(run_id, texts, points, tags)
    datasets = [_dataset(item, folder) for item in closed.get("datasets", ())]
    if datasets:
        store.log_datasets(run_id, datasets)
    _artifacts(run_id, run, closed, store, folder)
    return _models(run_id, closed, store, folder, status or run.status)


def _points(run: Run, logged: list[Json], closed: Json) -> list[tuple[str, float, int, int]]:
    at = int((run.ended or run.started) * 1000)
    series = [
        (name, float(value), int(item["time"] * 1000), int(item.get("step") or 0))
        for item in logged
        for name, value in item.get("metrics", {}).items()
    ]
    named = {point[0] for point in series}
    final = [(name, float(value), at, 0) for name, value in closed.get("metrics", {}).items() if name not in named]
    return series + final + [(f"facts/{name}", float(value), at, 0) for name, value in closed.get("facts", {}).items()]


def _dataset(item: Json, folder: Path) -> Json:
    profile = item.get("profile")
    if profile:
        try:
            profile = read_blob(folder, profile).decode()
        except JournalError:
            profile = None
    schema = {
        "mlflow_colspec": [
            {"name": str(k), "type": "string", "dtype": str(v)} for k, v in item.get("columns", {}).items()
        ]
    }
    return {
        "name": item["name"],
        "digest": item.get("digest") or item.get("snapshot") or "",
        "role": item.get("role") or "",
        "source": json.dumps({"snapshot": item.get("snapshot"), "by_reference": bool(item.get("by_reference"))}),
        "schema": json.dumps(schema),
        "profile": profile or json.dumps({"num_rows": item.get("rows")}),
    }


def _artifacts(run_id: str, run: Run, closed: Json, store: MlflowStore, folder: Path) -> None:
    if run.source:
        store.put_artifact(run_id, "nbops/cell.py", run.source.encode())
    blobs = [(item["path"], item["blob"]) for item in closed.get("artifacts", ())]
    if closed.get("git", {}).get("diff"):
        blobs.append(("nbops/diff.patch", closed["git"]["diff"]))
    if (closed.get("error") or {}).get("traceback"):
        blobs.append(("nbops/traceback.txt", closed["error"]["traceback"]))
    for path, blob in blobs:
        store.put_artifact(run_id, path, read_blob(folder, blob))
    if closed.get("environment"):
        store.put_artifact(run_id, "nbops/environment.json", json.dumps(closed["environment"], indent=1).encode())


def _models(run_id: str, closed: Json, store: MlflowStore, folder: Path, status: str) -> list[Json]:
    from nbops.recording.mlflow_models import log_model

    wanted = [item for item in closed.get("models", ()) if item.get("blob")]
    if not wanted:
        return []
    done = store.existing(run_id)[2]
    written = json.loads(done.get("nbops.models", "[]"))
    for item in wanted:
        if any(model["name"] == item["name"] for model in written):
            continue
        try:
            logged = log_model(run_id, item, read_blob(folder, item["blob"]), status)
        except StoreRefused as error:
            logged = {"uri": "", "failure": str(error)}
        written.append({"name": item["name"]} | logged)
        store.set_tag(run_id, "nbops.models", json.dumps(written))
    return [model | {"uri": model.get("uri") or None} for model in written]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
