"""MLflow as the recorder sees it. The only file of this room that imports MLflow; its errors become ours here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import StoreRefused, StoreUnavailable
from nbops.workspace import Workspace, is_on_network

if TYPE_CHECKING:
    from mlflow import MlflowClient

RUN_TAG = "nbops.run"
_BATCH_METRICS, _BATCH_PARAMETERS = 1000, 100


class MlflowStore:
    """One MLflow tracking store. Making the value is free; the first call pays for `import mlflow`."""

    def __init__(self, workspace: Workspace, tracking_uri: str = "") -> None:
        self.workspace = workspace
        self.tracking_uri = tracking_uri or workspace.tracking_uri
        self._experiments: dict[str, str] = {}

    @cached_property
    def client(self) -> MlflowClient:
        """The client, with the default store created and migrated under a lock."""
        with translated_errors():
            import mlflow

            if self.is_local:
                _prepare_database(self.workspace)
            mlflow.set_tracking_uri(self.tracking_uri)
            return mlflow.MlflowClient(self.tracking_uri)

    @property
    def is_local(self) -> bool:
        """Whether this is the workspace's own SQLite file."""
        return self.tracking_uri == self.workspace.tracking_uri

    def experiment_id(self, name: str) -> str:
        """Return the id of experiment *name*, made where it does not exist."""
        if name not in self._experiments:
            with translated_errors():
                found = self.client.get_experiment_by_name(name)
                if found is None:
                    location = (self.workspace.artifacts / _slug(name)).as_uri() if self.is_local else None
                    self._experiments[name] = _create_experiment(self.client, name, location)
                else:
                    if found.lifecycle_stage == "deleted":
                        self.client.restore_experiment(found.experiment_id)
                    self._experiments[name] = found.experiment_id
        return self._experiments[name]

    def find_run(self, experiment: str, run: str) -> str | None:
        """Return MLflow's id of nbops run *run*, if a former recorder got that far."""
        from mlflow.entities import ViewType

        with translated_errors():
            found = self.client.search_runs(
                [self.experiment_id(experiment)], f"tags.`{RUN_TAG}` = '{run}'", ViewType.ALL, max_results=1
            )
        return found[0].info.run_id if found else None

    def create_run(self, experiment: str, name: str, started: float, tags: Mapping[str, str]) -> str:
        """Make a run and return MLflow's id of it."""
        with translated_errors():
            run = self.client.create_run(
                self.experiment_id(experiment), start_time=int(started * 1000), tags=dict(tags), run_name=name
            )
        return str(run.info.run_id)

    def log(
        self,
        run_id: str,
        parameters: Mapping[str, str],
        metrics: Sequence[tuple[str, float, int, int]],
        tags: Mapping[str, str],
    ) -> None:
        """Write parameters, metrics (`name, value, milliseconds, step`) and tags; what is there already stays."""
        from mlflow.entities import Metric, Param, RunTag

        points = [Metric(*point) for point in metrics]
        pairs = [Param(*pair) for pair in parameters.items()]
        marks = [RunTag(*mark) for mark in tags.items()]
        with translated_errors():
            while points or pairs or marks:
                self.client.log_batch(
                    run_id, points[: _BATCH_METRICS - 200], pairs[:_BATCH_PARAMETERS], marks[:_BATCH_PARAMETERS]
                )
                del points[: _BATCH_METRICS - 200], pairs[:_BATCH_PARAMETERS], marks[:_BATCH_PARAMETERS]

    def existing(self, run_id: str) -> tuple[dict[str, str], dict[str, float], dict[str, str], str]:
        """Return parameters, metrics, tags and status that a run has already."""
        with translated_errors():
            run = self.client.get_run(run_id)
        return dict(run.data.params), dict(run.data.metrics), dict(run.data.tags), str(run.info.status)

    def log_datasets(self, run_id: str, datasets: Sequence[Mapping[str, Any]]) -> None:
        """Write dataset inputs (`name, digest, source, schema, profile, role`), without their rows."""
        from mlflow.entities import Dataset, DatasetInput, InputTag

        inputs = [
            DatasetInput(
                Dataset(
                    name=item["name"],
                    digest=item["digest"][:36],
                    source_type="nbops",
                    source=item["source"],
                    schema=item["schema"],
                    profile=item["profile"],
                ),
                [InputTag("mlflow.data.context", item["role"] or "input")],
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

    def put_artifact(self, run_id: str, path: str, content: bytes) -> None:
        """Write one artifact file."""
        import tempfile

        folder, _, name = path.rpartition("/")
        with tempfile.TemporaryDirectory() as temporary, translated_errors():
            local = Path(temporary) / name
            local.write_bytes(content)
            self.client.log_artifact(run_id, str(local), folder or None)

    def end_run(self, run_id: str, status: str, ended: float | None) -> None:
        """Give a run its true status."""
        with translated_errors():
            self.client.set_terminated(run_id, status, int(ended * 1000) if ended else None)

    def set_name(self, run_id: str, name: str) -> None:
        """Rename a run."""
        with translated_errors():
            self.client.update_run(run_id, name=name)

    def set_tag(self, run_id: str, key: str, value: str | None) -> None:
        """Set a tag, or remove it when *value* is None."""
        with translated_errors():
            if value is None:
                if key in self.client.get_run(run_id).data.tags:
                    self.client.delete_tag(run_id, key)
            else:
                self.client.set_tag(run_id, key, value)

    def delete_run(self, run_id: str) -> None:
        """Delete a run softly, as MLflow's own UI does."""
        with translated_errors():
            self.client.delete_run(run_id)

    def restore_run(self, run_id: str) -> None:
        """Take a soft delete back."""
        with translated_errors():
            self.client.restore_run(run_id)

    def versions_of(self, run_id: str) -> list[str]:
        """Name the model versions that came from a run."""
        with translated_errors():
            found = self.client.search_model_versions(f"run_id = '{run_id}'")
        return [f"{version.name} v{version.version}" for version in found]

    def all_runs(self, limit: int = 10_000) -> Iterator[dict[str, Any]]:
        """Yield every run of every experiment as plain values, deleted ones too."""
        from mlflow.entities import ViewType

        with translated_errors():
            experiments = {item.experiment_id: item.name for item in self.client.search_experiments()}
            token, seen = None, 0
            while experiments and seen < limit:
                page = self.client.search_runs(
                    list(experiments), run_view_type=ViewType.ALL, max_results=1000, page_token=token
                )
                for run in page:
                    yield _plain(run, experiments)
                seen += len(page)
                token = page.token
                if not token:
                    return

    def server_version(self) -> str:
        """Return the version of MLflow that answers."""
        import mlflow

        if not self.tracking_uri.startswith("http"):
            return str(mlflow.__version__)
        from urllib.error import URLError
        from urllib.request import urlopen

        try:
            with urlopen(self.tracking_uri.rstrip("/") + "/version", timeout=5) as answer:  # noqa: S310 # the user's own server
                return str(answer.read().decode())
        except (URLError, OSError) as error:
            raise StoreUnavailable(f"MLflow at {self.tracking_uri} does not answer: {error}") from error


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn what MLflow, its database and its HTTP client raise into `StoreUnavailable` or `StoreRefused`."""
    import requests
    import sqlalchemy.exc
    from mlflow.exceptions import MlflowException

    try:
        yield
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout, sqlalchemy.exc.OperationalError) as error:
        raise StoreUnavailable(f"MLflow does not answer: {_first_line(error)}") from error
    except MlflowException as error:
        status = error.get_http_status_code()
        lost = status in {408, 429, 502, 503, 504} or "API request" in str(error) or "OperationalError" in str(error)
        if lost and "RESOURCE_DOES_NOT_EXIST" not in str(error):
            raise StoreUnavailable(f"MLflow does not answer: {_first_line(error)}") from error
        raise StoreRefused(f"MLflow refused: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:300]


def _prepare_database(workspace: Workspace) -> None:
    import fcntl
    import sqlite3

    workspace.artifacts.mkdir(parents=True, exist_ok=True)
    lock = os.open(workspace.root / "mlflow.lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        # MLflow migrates a fresh file without a lock: two processes at once would break it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = workspace.root / "mlflow.db"
        fresh = not path.exists()
        if fresh and not is_on_network(path):
            with sqlite3.connect(path) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
        if fresh:
            from mlflow.tracking._tracking_service.utils import _get_store

            _get_store(workspace.tracking_uri)
    finally:
        os.close(lock)


def _create_experiment(client: MlflowClient, name: str, location: str | None) -> str:
    from mlflow.exceptions import MlflowException

    try:
        return str(client.create_experiment(name, artifact_location=location))
    except MlflowException:
        found = client.get_experiment_by_name(name)
        if found is None:
            raise
        return str(found.experiment_id)


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name).strip(".") or "runs"


def _plain(run: Any, experiments: Mapping[str, str]) -> dict[str, Any]:
    return {
        "mlflow_run_id": run.info.run_id,
        "run": run.data.tags.get(RUN_TAG),
        "name": run.info.run_name or "",
        "status": run.info.status,
        "experiment": experiments.get(run.info.experiment_id, ""),
        "started": (run.info.start_time or 0) / 1000,
        "ended": run.info.end_time / 1000 if run.info.end_time else None,
        "deleted": run.info.lifecycle_stage == "deleted",
        "parameters": dict(run.data.params),
        "metrics": dict(run.data.metrics),
        "tags": dict(run.data.tags),
        "models": [item.model_id for item in (run.outputs.model_outputs if run.outputs else [])],
    }
