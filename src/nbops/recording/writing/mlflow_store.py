"""MLflow as this room sees it. Beside `database`, the only file here that imports it; its errors become ours here."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.capture.secrets.redaction import redact
from nbops.errors import StoreRefused, StoreUnavailable
from nbops.recording.models.log_model import log_model
from nbops.recording.models.open_model import OpenedModel
from nbops.recording.writing.database import database_of, forget_connections, identity, prepare_database
from nbops.recording.writing.reach import reach
from nbops.recording.writing.with_credentials import with_credentials
from nbops.workspace import Workspace, substitute

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as MlflowRun

RUN_TAG, KIND_TAG = "nbops.run", "nbops.kind"
_ITEMS, _PARAMETERS, _TAGS, _PAGE = 1000, 100, 100, 500
_OURS_ALONE = {"nbops/ledger"}
_LATER = {
    "ABORTED", "CANCELLED", "DEADLINE_EXCEEDED", "REQUEST_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED",
    "TEMPORARILY_UNAVAILABLE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as MLflow has it; times in seconds since the epoch."""

    id: str
    experiment: str
    name: str
    status: str
    deleted: bool
    started: float
    ended: float | None
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    models: tuple[str, ...] = field(default=())
    measured: Mapping[str, float] = field(default_factory=dict)  # metric → time of its latest point


class MlflowStore:
    """One MLflow tracking store. Making the value is free; the first call pays for `import mlflow`."""

    def __init__(self, workspace: Workspace, tracking_uri: str = "") -> None:
        self.workspace = workspace
        self.tracking_uri = with_credentials(_present(tracking_uri, workspace), workspace)
        self._experiments: dict[str, str] = {}
        self._client: MlflowClient | None = None
        self._file = database_of(self.tracking_uri)
        self._opened = (0, 0)

    @property
    def client(self) -> MlflowClient:
        """The client, of a store that is whole; a file that took the place of the former one is opened anew."""
        if self._client is not None and (self._file is None or identity(self._file) == self._opened):
            return self._client
        self.reach()
        with translated_errors():
            import mlflow

            if self._file is not None:
                if self.is_local:
                    self.workspace.artifacts.mkdir(parents=True, exist_ok=True)
                forget_connections()
                self._experiments.clear()
                prepare_database(self._file, ours=self.is_local)
                self._opened = identity(self._file)
            self._client = mlflow.MlflowClient(self.tracking_uri)
        return self._client

    @property
    def is_local(self) -> bool:
        """Whether this is the workspace's own SQLite file."""
        return self.tracking_uri == self.workspace.tracking_uri

    @property
    def is_server(self) -> bool:
        """Whether this is a tracking server rather than a database."""
        return self.tracking_uri.startswith("http")

    def reach(self) -> None:
        """Ask a server once and quickly whether it works: MLflow's client itself would wait for minutes.

        Raises:
            StoreUnavailable: It does not.
        """
        if self.is_server:
            reach(self.tracking_uri)

    def experiment_id(self, name: str) -> str:
        """Return the id of experiment *name*, made where it does not exist, restored where it was deleted."""
        client = self.client  # first: it forgets the experiments of a database that was replaced
        if name not in self._experiments:
            with translated_errors():
                found = client.get_experiment_by_name(name)
                if found is None:
                    location = (self.workspace.artifacts / _slug(name)).as_uri() if self.is_local else None
                    self._experiments[name] = _create_experiment(client, name, location)
                else:
                    if found.lifecycle_stage == "deleted":
                        client.restore_experiment(found.experiment_id)
                    self._experiments[name] = found.experiment_id
        return self._experiments[name]

    def experiment_name(self, experiment_id: str) -> str:
        """Return the name of an experiment."""
        with translated_errors():
            return str(self.client.get_experiment(experiment_id).name)

    def find_runs(self, run: str, experiments: Sequence[str] | None = None) -> list[StoredRun]:
        """Return the runs that carry nbops' id *run*, oldest first, in the named experiments or in all."""
        from mlflow.entities import ViewType

        with translated_errors():
            names = {item.experiment_id: item.name for item in self.client.search_experiments()}
            ids = [key for key, name in names.items() if experiments is None or name in experiments]
            if not ids:
                return []
            query = f"tags.`{RUN_TAG}` = '{run}'"
            found = self.client.search_runs(ids, query, ViewType.ALL, order_by=["attributes.start_time ASC"])
        return [_stored(item, names) for item in found]

    def create_run(self, experiment: str, name: str, started: float, tags: Mapping[str, str]) -> str:
        """Make a run and return MLflow's id of it."""
        experiment_id = self.experiment_id(experiment)
        del self._experiments[experiment]  # somebody may delete it before our next run; kept again below
        with translated_errors():
            run = self.client.create_run(experiment_id, start_time=int(started * 1000), tags=dict(tags), run_name=name)
        self._experiments[experiment] = experiment_id
        return str(run.info.run_id)

    def get_run(self, run_id: str) -> StoredRun:
        """Return a run as MLflow has it.

        Raises:
            StoreRefused: MLflow knows no such run.
        """
        with translated_errors():
            run = self.client.get_run(run_id)
            name = self.client.get_experiment(run.info.experiment_id).name
        return _stored(run, {run.info.experiment_id: name})

    def log(
        self,
        run_id: str,
        parameters: Mapping[str, str],
        metrics: Sequence[tuple[str, float, int, int]],
        tags: Mapping[str, str],
    ) -> None:
        """Write parameters, metrics (`name, value, milliseconds, step`) and tags; again changes nothing."""
        from mlflow.entities import Metric, Param, RunTag

        points = [Metric(*point) for point in metrics]
        pairs = [Param(*pair) for pair in parameters.items()]
        marks = [RunTag(*mark) for mark in tags.items()]
        most = _ITEMS - _PARAMETERS - _TAGS
        with translated_errors():
            while points or pairs or marks:
                self.client.log_batch(run_id, points[:most], pairs[:_PARAMETERS], marks[:_TAGS])
                del points[:most], pairs[:_PARAMETERS], marks[:_TAGS]

    def log_datasets(self, run_id: str, datasets: Sequence[Mapping[str, str]]) -> None:
        """Write dataset inputs (`name, digest, source, schema, profile, role`), without their rows."""
        from mlflow.entities import Dataset, DatasetInput, InputTag

        inputs = [
            DatasetInput(
                Dataset(item["name"], item["digest"], "nbops", item["source"], item["schema"], item["profile"]),
                [InputTag("mlflow.data.context", item["role"])],
            )
            for item in datasets
        ]
        with translated_errors():
            try:
                self.client.log_inputs(run_id, inputs)
            except Exception as error:
                # Two writers of one dataset race in MLflow; the loser only has to look again.
                if "UNIQUE" not in str(error).upper():
                    raise
                self.client.log_inputs(run_id, inputs)

    def put_artifacts(self, run_id: str, files: Mapping[str, bytes]) -> None:
        """Write files (path inside the run → content) in one go."""
        if not files:
            return
        with translated_errors(), tempfile.TemporaryDirectory() as temporary:
            for path, content in files.items():
                local = Path(temporary) / path
                local.parent.mkdir(parents=True, exist_ok=True)
                local.write_bytes(content)
            self.client.log_artifacts(run_id, temporary)

    def end_run(self, run_id: str, status: str, ended: float | None) -> None:
        """Give a run its true status."""
        with translated_errors():
            self.client.set_terminated(run_id, status, int(ended * 1000) if ended else None)

    def log_model(
        self, run_id: str, name: str, model: OpenedModel, tags: Mapping[str, str], *, begun: str | None = None
    ) -> str:
        """Write a fitted model into the run and return its URI, `models:/…`; *begun* is one that was left half done."""
        with translated_errors():
            return log_model(self.client, self.tracking_uri, run_id, name, model, tags, begun=begun)

    def find_model(self, run_id: str, name: str) -> tuple[str, bool] | None:
        """Return MLflow's id of a model that a former recorder began, and whether it is whole; the first whole one."""
        with translated_errors():
            experiment = self.client.get_run(run_id).info.experiment_id
            # Not what the run lists as its outputs: a recorder may have died before it came to that.
            found = self.client.search_logged_models([experiment], f"source_run_id = '{run_id}'")
        ours = [(str(item.model_id), str(item.status).endswith("READY")) for item in found if item.name == name]
        return next((item for item in ours if item[1]), ours[0] if ours else None)

    def change(self, run_id: str, changes: Mapping[str, Any], tags: Mapping[str, str | None]) -> None:
        """Rename (`name`), delete or restore (`deleted`) a run; set tags, or remove those whose value is None."""
        with translated_errors():
            run = self.client.get_run(run_id)
            gone = run.info.lifecycle_stage == "deleted"
            if gone and (len(changes) > 1 or tags or changes.get("deleted") is False):
                self.client.restore_run(run_id)
            if changes.get("name"):
                self.client.update_run(run_id, name=changes["name"])
            for key, value in tags.items():
                if value is not None:
                    self.client.set_tag(run_id, key, value)
                elif key in run.data.tags:
                    self.client.delete_tag(run_id, key)
            wanted = changes.get("deleted", gone)
            if wanted and not (gone and len(changes) == 1 and not tags):
                self.client.delete_run(run_id)

    def latest_runs(self, experiments: Sequence[str] | None = None, *, most: int) -> Iterator[StoredRun]:
        """Yield at most *most* runs, deleted ones too, the latest first, of the named experiments or of all."""
        from mlflow.entities import ViewType

        with translated_errors():
            names = {
                item.experiment_id: item.name
                for item in self.client.search_experiments()
                if item.name not in _OURS_ALONE and (experiments is None or item.name in experiments)
            }
            token, left = None, most
            while names and left > 0:
                page = self.client.search_runs(
                    list(names), run_view_type=ViewType.ALL, max_results=min(left, _PAGE), page_token=token
                )
                yield from (_stored(run, names) for run in page)
                token, left = page.token, left - len(page)
                if not token:
                    return


def is_generated_name(name: str) -> bool:
    """Say whether MLflow made up the name of a run, such as `painted-fawn-162`."""
    from mlflow.utils.name_utils import _GENERATOR_NOUNS, _GENERATOR_PREDICATES

    predicate, _, rest = name.partition("-")
    noun, _, number = rest.partition("-")
    return predicate in _GENERATOR_PREDICATES and noun in _GENERATOR_NOUNS and number.isdigit()


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn what MLflow, its database and its HTTP client raise into `StoreUnavailable` or `StoreRefused`."""
    import sqlalchemy.exc
    from mlflow.exceptions import MlflowException

    try:
        yield
    except (OSError, sqlalchemy.exc.OperationalError) as error:  # also everything that requests raises
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise StoreUnavailable("MLflow cannot write: the disk is full") from error
        raise StoreUnavailable(f"MLflow does not answer: {_first_line(error)}") from error
    except MlflowException as error:
        later = error.error_code in _LATER
        if later or "API request to" in str(error) or "OperationalError" in str(error):
            raise StoreUnavailable(f"MLflow does not answer: {_first_line(error)}") from error
        raise StoreRefused(f"MLflow refused: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return redact(str(error).strip().split("\n", 1)[0]).text[:300]


def _present(uri: str, workspace: Workspace) -> str:
    """Return *uri*, or the workspace's own store where it is that of one that was moved here or stood for it."""
    path = Path(uri.removeprefix("sqlite:///"))
    moved = path.name == "mlflow.db" and path.parent.name == workspace.root.name and not path.parent.exists()
    return workspace.tracking_uri if not uri or moved or uri == substitute(workspace).tracking_uri else uri


def _create_experiment(client: MlflowClient, name: str, location: str | None) -> str:
    from mlflow.exceptions import MlflowException

    try:
        return str(client.create_experiment(name, artifact_location=location))
    except MlflowException:
        found = client.get_experiment_by_name(name)  # somebody else was faster
        if found is None:
            raise
        return str(found.experiment_id)


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name).strip(".") or "runs"


def _stored(run: MlflowRun, names: Mapping[str, str]) -> StoredRun:
    return StoredRun(
        id=run.info.run_id,
        experiment=names.get(run.info.experiment_id, ""),
        name=run.info.run_name or "",
        status=str(run.info.status),
        deleted=run.info.lifecycle_stage == "deleted",
        started=(run.info.start_time or 0) / 1000,
        ended=run.info.end_time / 1000 if run.info.end_time else None,
        parameters=dict(run.data.params),
        metrics=dict(run.data.metrics),
        tags=dict(run.data.tags),
        models=tuple(item.model_id for item in (run.outputs.model_outputs if run.outputs else [])),
        measured={item.key: item.timestamp / 1000 for item in run.data._metric_objs},  # noqa: SLF001 # told by nothing else
    )
