"""One run of the read model → MLflow, in as few calls as possible, and harmless when repeated."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbops.capture.journal.journal import read_blob
from nbops.capture.journal.records import RUNNING
from nbops.errors import JournalError, StoreRefused, StoreUnavailable
from nbops.recording import notes
from nbops.recording.models.open_model import CLOUDPICKLE, open_model
from nbops.recording.run import Json, Run
from nbops.recording.writing.contents import Point, datasets_of, files_of, final_points, points_of, rows_of, withheld_of
from nbops.recording.writing.describe import EXPERIMENT_TAG, describe_run, note_in, parameters_of, tags_of
from nbops.recording.writing.mlflow_store import KIND_TAG, MlflowStore, StoredRun, is_generated_name
from nbops.recording.writing.values_found import values_found
from nbops.workspace import Workspace

_MODEL_TRIES, _LONGEST_TAG = 2, 5000
FORMAT_TAG = "nbops.model_format"
_NOTE = "mlflow.note.content"
_log = logging.getLogger("nbops.recorder")

Note = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Work:
    """A run that waits, with all that its journal says.

    Attributes:
        run: The run.
        opened, stream, closed: Its records: how it began, the latest of what was logged, how it ended (empty for a
            dead kernel).
        logged: Points that MLflow does not have yet, as `time, [[name, value, step]]`.
        sent: Number of the last of them in the read model.
        models: How far each model got.
        folder: Of the journal, with the blobs.
        parent: MLflow's id of the parent; None while it has none.
        orphan: It has no parent, or one that will never be in MLflow.
        doubt: A recorder died between asking for a run and noting it.
        earlier: Parameters of other executions in the same run of MLflow's.
        met: The user's own code started an MLflow run in the cell: 1 it has to be found, 2 it is `run.mlflow_run_id`.
    """

    run: Run
    opened: Json
    stream: Json
    closed: Json
    logged: list[tuple[float, list[list[Any]]]]
    sent: int
    models: dict[str, Json]
    folder: Path
    parent: str | None
    orphan: bool
    doubt: bool
    met: int
    earlier: Json = field(default_factory=dict)


def record_run(work: Work, store: MlflowStore, workspace: Workspace, note: Note, *, upload_rows: bool = False) -> None:
    """Bring the run of *work* into MLflow as far as it is known.

    Args:
        work: What waits.
        store: Where it goes.
        workspace: Whose snapshots are meant.
        note: Keeps what must survive this process: `note(kind, **facts)`.
        upload_rows: Let raw rows leave the workspace.

    Raises:
        StoreUnavailable: Try again later.
        StoreRefused: MLflow will not take it.
    """
    run = work.run
    attached = _attached(work, store, note)
    if run.status == RUNNING and (attached or work.met or work.opened.get("attach")):
        return  # the user's own run is RUNNING already, and its facts are known when the cell ends
    if attached:
        work, named = _completed(attached, work, note)
        tags, parameters, points = _beside(attached, work)
        tags |= named
        run_id = attached.id
    else:
        run_id, tags = _own(work, store, note)
        parameters, points = run.parameters, points_of(work.logged)
        points += final_points(run, work.closed, work.stream)
    kept, told = parameters_of(parameters)
    tags |= {"nbops.params": told} if told else {}
    if kept or points or tags:
        store.log(run_id, kept, points, tags)
    if run.status == RUNNING:
        return
    lost = _attachments(run_id, work, store, workspace, told=bool(told), upload_rows=upload_rows)
    lost += _models(run_id, work, store, workspace, note, attached)
    if not attached:
        store.end_run(run_id, run.status, run.ended)
    experiment = attached.experiment if attached else _experiment(work, store)
    note(notes.RECORDED, mlflow_run_id=run_id, experiment=experiment, failure="; ".join(lost))


def _attached(work: Work, store: MlflowStore, note: Note) -> StoredRun | None:
    """Return the MLflow run that the user's own code made for this execution, if there is just one."""
    if work.opened.get("attach"):
        return store.get_run(str(work.opened["attach"])) if work.run.status != RUNNING else None
    if work.run.attached and work.run.mlflow_run_id:
        return store.get_run(work.run.mlflow_run_id)
    if not work.met or work.run.mlflow_run_id or work.run.status == RUNNING:
        return None
    found = [stored for stored in store.find_runs(work.run.id) if KIND_TAG not in stored.tags]
    if len(found) != 1:
        return None
    note(notes.CREATED, mlflow_run_id=found[0].id, attached=True)
    return found[0]


def _completed(stored: StoredRun, work: Work, note: Note) -> tuple[Work, dict[str, str]]:
    """Take over what the user logged himself; return the work with it, and the tag that gives our name, if any.

    A name that the user gave is kept; one that MLflow made up is replaced by ours.
    """
    run, inside = work.run, bool(work.opened.get("attach"))
    parameters, metrics = values_found(stored, run, inside=inside, earlier=work.earlier)
    made_up = not inside and is_generated_name(stored.name)
    name = None if inside or made_up or stored.name == run.name else stored.name
    if parameters or metrics or name:
        note(notes.FOUND, parameters=parameters, metrics=metrics, name=name)
    known = replace(run, parameters=run.parameters | parameters, metrics=run.metrics | metrics, name=name or run.name)
    return replace(work, run=known), {"mlflow.runName": run.name} if made_up else {}


def _own(work: Work, store: MlflowStore, note: Note) -> tuple[str, dict[str, str]]:
    """Return MLflow's id of our own run, made where there is none, and the tags that it still needs."""
    run, experiment = work.run, _experiment(work, store)
    tags = tags_of(run) | ({"mlflow.parentRunId": work.parent} if work.parent else {})
    run_id = run.mlflow_run_id
    if run_id is None and work.doubt:
        found = [stored for stored in store.find_runs(run.id, [experiment]) if KIND_TAG in stored.tags]
        run_id = found[0].id if found else None
        if run_id:
            note(notes.CREATED, mlflow_run_id=run_id)
    if run_id is None:
        note(notes.BEGUN)
        run_id = store.create_run(experiment, run.name, run.started, tags | {_NOTE: describe_run(run)})
        note(notes.CREATED, mlflow_run_id=run_id)
        return run_id, {}
    if run.status == RUNNING:
        return run_id, {}
    stored = store.get_run(run_id)
    noted = run.note or note_in(stored.tags.get(_NOTE, ""))
    tags[_NOTE] = describe_run(replace(run, note=noted))
    if not work.opened.get("name"):
        tags["mlflow.runName"] = run.name
    return run_id, tags


def _beside(stored: StoredRun, work: Work) -> tuple[dict[str, str], Json, list[Point]]:
    """Return what the user's own run lacks: tags, parameters and metrics; what the user logged stays."""
    run = work.run
    tags = {name: text for name, text in tags_of(run).items() if name not in stored.tags}
    if not stored.tags.get(_NOTE):
        tags[_NOTE] = describe_run(run)
    parameters = {name: value for name, value in run.parameters.items() if name not in stored.parameters}
    points = points_of(work.logged) + final_points(run, work.closed, work.stream)
    return tags, parameters, [point for point in points if point[0] not in stored.metrics]


def _experiment(work: Work, store: MlflowStore) -> str:
    chosen = work.run.tags.get(EXPERIMENT_TAG)
    if not chosen:
        return work.run.experiment
    try:
        return store.experiment_name(chosen)
    except StoreRefused:
        return work.run.experiment


def _attachments(
    run_id: str, work: Work, store: MlflowStore, workspace: Workspace, *, told: bool, upload_rows: bool
) -> list[str]:
    if datasets := datasets_of(work.closed, work.folder):
        store.log_datasets(run_id, datasets)
    given = work.run.parameters if told else None
    rows = upload_rows or store.is_local
    files, lost = files_of(work.run, work.opened, work.closed, work.folder, given, rows=rows)
    if not rows and (withheld := withheld_of(work.closed)):
        kept = f"{', '.join(withheld)}: in the workspace, because upload_data is off"
        store.log(run_id, {}, [], {"nbops.kept": kept[:_LONGEST_TAG]})
    if upload_rows:
        tables, unloaded = rows_of(work.closed, workspace)
        files, lost = files | tables, lost + unloaded
    store.put_artifacts(run_id, files)
    return lost


def _models(run_id: str, work: Work, store: MlflowStore, workspace: Workspace, note: Note,
            attached: StoredRun | None) -> list[str]:  # fmt: skip
    wanted = [item for item in work.closed.get("models", ()) if item.get("blob")]
    lost, formats = [], {str(known.get("format", "")) for known in work.models.values()}
    for item in wanted:
        name, known = str(item["name"]), work.models.get(str(item["name"]), {})
        if "uri" in known:
            continue
        if attached and attached.models:  # autolog or the user has logged it already
            note(notes.MODELLED, model=name, facts={"uri": f"models:/{attached.models[0]}"})
            continue
        try:
            facts = _model(run_id, item, work, store, workspace, note, known.get("tries", 0))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 # the user's class may raise anything; the run itself is recorded
            _log.warning("model %s of run %s", name, work.run.id, exc_info=True)
            facts = {"uri": None, "failure": str(error) or type(error).__name__}
            _keep_raw(run_id, item, work, store)
        if facts.get("failure"):
            lost.append(f"model {name!r} is no MLflow model: {facts['failure']}")
        note(notes.MODELLED, model=name, facts=facts)
        formats.add(facts.get("format", ""))
    if kept_as := formats - {""}:
        # Whoever looks for pickles among runs must find them: one pickle among other models marks the run.
        store.log(run_id, {}, [], {FORMAT_TAG: "pickle" if "pickle" in kept_as else min(kept_as)})
    return lost


def _model(run_id: str, item: Json, work: Work, store: MlflowStore, workspace: Workspace, note: Note,
           tries: int) -> Json:  # fmt: skip
    name = _model_name(str(item["name"]))
    begun = store.find_model(run_id, name) if tries else None
    if begun and begun[1]:
        return {"uri": f"models:/{begun[0]}"}
    if tries >= _MODEL_TRIES:
        raise StoreRefused("reading it back ended the recorder twice")
    note(notes.MODELLING, model=item["name"])
    _make_importable(work, workspace)
    opened = open_model(
        read_blob(work.folder, item["blob"]), item, work.closed.get("environment", {}), workspace.project
    )
    kept_as = "pickle" if opened.format == CLOUDPICKLE else opened.format
    tags = {FORMAT_TAG: kept_as, "nbops.class": str(item.get("class"))}
    uri = store.log_model(run_id, name, opened, tags, begun=begun[0] if begun else None)
    return {"uri": uri, "format": kept_as}


def _make_importable(work: Work, workspace: Workspace) -> None:
    """Let a model find the modules that lie beside its notebook; they come last, so that they hide nothing."""
    beside = (workspace.project / work.run.notebook).parent if work.run.notebook else workspace.project
    for folder in (str(beside), str(workspace.project)):
        if folder not in sys.path:
            sys.path.append(folder)


def _keep_raw(run_id: str, item: Json, work: Work, store: MlflowStore) -> None:
    try:
        content = read_blob(work.folder, item["blob"])
        store.put_artifacts(run_id, {f"models/{_model_name(str(item['name']))}.pkl": content})
    except (JournalError, StoreRefused) as error:
        _log.warning("model %s of run %s: %s", item["name"], work.run.id, error)


def _model_name(name: str) -> str:
    return "".join("_" if letter in "/:.%\"'" else letter for letter in name) or "model"
