"""The one place where this room speaks to MLflow: versions, aliases, runs' facts, and the runs that hold the ledger.

A call costs one to three requests. MLflow's own errors leave here as `StoreUnavailable` or `StoreRefused`.
"""

from __future__ import annotations

import json
import re
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from nbops.addresses import without_credentials
from nbops.errors import StoreError, StoreRefused, StoreUnavailable, VersionNotFound
from nbops.recording.writing.reach import reach
from nbops.registry.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlflow import MlflowClient
    from mlflow.entities import Run as MlflowRun
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.exceptions import MlflowException

LEDGER = "nbops/ledger"
_CLAIM, _ROOT, _SEGMENT, _NEXT = "nbops/ledger (first run)", "nbops.ledger.root", "nbops.ledger.segment", "next"
_NOTE = (
    "Who did what with models, one event a parameter, each bound to the one before by its hash. Verify: nbops doctor"
)
_MISSING = {"RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"}
_TAKEN = {"RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS", "RESOURCE_CONFLICT"}
_LATER = {
    "ABORTED", "CANCELLED", "DEADLINE_EXCEEDED", "REQUEST_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED",
    "TEMPORARILY_UNAVAILABLE",
}  # fmt: skip
_UNREACHED = ("API request to", "OperationalError", "Max retries exceeded")
_MODEL_ID = re.compile(r"m-[0-9a-f]{32}")
_NO = range(400, 500)
_PATIENCE = 5.0
_LONGEST = 240


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What MLflow knows about the run behind a version.

    Attributes:
        status: `FINISHED`, `FAILED`, `KILLED`, `RUNNING`.
        metrics: Latest value of each.
        tags: All of them.
        models: Name → id of the models logged by the run, oldest first.
    """

    status: str
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    models: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Segment:
    """One run of the ledger experiment.

    Attributes:
        run_id: MLflow's id.
        texts: Position in the ledger → stored text.
        following: Run that goes on where this one is full.
        deleted: Somebody deleted the run (softly) in MLflow.
    """

    run_id: str
    texts: Mapping[int, str]
    following: str | None
    deleted: bool


class MlflowRegistry:
    """Registry, runs and ledger of one MLflow store."""

    def __init__(self, uri: str, artifacts: str | None = None) -> None:
        """Take the store's *uri*; *artifacts* is where experiments that are created here keep files."""
        self.uri, self.artifacts = uri, artifacts
        if uri.startswith("http"):
            reach(uri)
        with translated_errors():
            from mlflow import MlflowClient  # seconds; paid when a registry is first asked

            self._client: MlflowClient = MlflowClient(tracking_uri=uri)

    def names(self) -> list[str]:
        """Return the names of all registered models."""
        return [model.name for model in self._pages(self._client.search_registered_models)]

    def aliases(self, name: str) -> dict[str, int]:
        """Return alias → version of the model.

        Raises:
            VersionNotFound: There is no such model.
        """
        with translated_errors(missing=VersionNotFound(f"no model is registered as {name!r}")):
            return {alias: int(number) for alias, number in self._client.get_registered_model(name).aliases.items()}

    def versions(self, name: str) -> list[Version]:
        """Return the versions of the model, oldest first.

        Raises:
            VersionNotFound: There is no such model.
        """
        aliases = self.aliases(name)
        quote = '"' if "'" in name else "'"
        found = self._pages(self._client.search_model_versions, filter_string=f"name={quote}{name}{quote}")
        return sorted((_version(item, aliases) for item in found), key=lambda version: version.version)

    def version(self, name: str, number: int) -> Version:
        """Return one version.

        Raises:
            VersionNotFound: There is no such model or version.
        """
        aliases = self.aliases(name)
        with translated_errors(missing=VersionNotFound(f"{name!r} has no version {number}")):
            return _version(self._client.get_model_version(name, str(number)), aliases)

    def create_version(self, name: str, model_id: str, tags: Mapping[str, str], description: str) -> int:
        """Make the logged model *model_id* the next version of *name*, creating that where it is new."""
        with translated_errors(), _unless(_TAKEN):
            self._client.create_registered_model(name)
        with translated_errors():
            model = self._client.get_logged_model(model_id)
            # With a local store MLflow resolves `models:/` through the process-wide URI, which may be another one.
            source = f"models:/{model_id}" if self.uri.startswith("http") else model.artifact_location
            made = self._client.create_model_version(
                name,
                source,
                run_id=model.source_run_id,
                tags=dict(tags),
                description=description,
                await_creation_for=0,
                model_id=model_id,
            )
            return int(made.version)

    def set_alias(self, name: str, alias: str, number: int) -> None:
        """Point *alias* at the version."""
        with translated_errors(missing=VersionNotFound(f"{name!r} has no version {number}")):
            self._client.set_registered_model_alias(name, alias, str(number))

    def tag_version(self, name: str, number: int, tags: Mapping[str, str]) -> None:
        """Set tags of one version."""
        with translated_errors(missing=VersionNotFound(f"{name!r} has no version {number}")):
            for key, value in tags.items():
                self._client.set_model_version_tag(name, str(number), key, value)

    def run_facts(self, run_id: str) -> RunFacts | None:
        """Return what MLflow knows about a run, or None where the run is gone."""
        try:
            with translated_errors(missing=VersionNotFound(run_id)):
                run = self._client.get_run(run_id)
        except VersionNotFound:
            return None
        ids = [output.model_id for output in run.outputs.model_outputs] if run.outputs else []
        with translated_errors():
            models = {self._client.get_logged_model(model_id).name: model_id for model_id in dict.fromkeys(ids)}
        return RunFacts(run.info.status, dict(run.data.metrics), dict(run.data.tags), models)

    def profiles_of(self, run_id: str) -> list[str]:
        """Return the paths of the profiles among a run's artifacts."""
        with translated_errors():
            found = self._client.list_artifacts(run_id, "data")
        return [item.path for item in found if item.path.endswith(".profile.json")]

    def has_signature(self, version: Version) -> bool:
        """Say whether the model declares its inputs; reads its MLmodel file, never the model itself."""
        with translated_errors():
            from mlflow.models import Model
            from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

            source = version.source
            if source.startswith("models:/") and version.model_id:
                source = self._client.get_logged_model(version.model_id).artifact_location
            with TemporaryDirectory() as folder:
                path = f"{folder}/MLmodel"
                # The public `download_artifacts` draws a progress bar into the user's notebook.
                files: Any = get_artifact_repository(source, tracking_uri=self.uri)
                files._download_file("MLmodel", path)  # noqa: SLF001
                return Model.load(path).signature is not None

    def keep(self, run_id: str, path: str, body: Mapping[str, Any]) -> None:
        """Keep *body* as the JSON artifact *path* of a run."""
        with translated_errors():
            self._client.log_dict(run_id, dict(body), path)

    def server_version(self) -> str:
        """Return the version of the MLflow server, or of the library where no server stands between."""
        if self.uri.startswith("http"):
            address = f"{without_credentials(self.uri).rstrip('/')}/version"
            with suppress(OSError), urllib.request.urlopen(address, timeout=_PATIENCE) as answer:  # noqa: S310 # http only
                return str(answer.read(40).decode(errors="replace")).strip()
            return "unknown"
        import mlflow

        return mlflow.__version__

    def segments(self) -> list[Segment]:
        """Return the runs that hold the ledger, in order; empty before the first event."""
        with translated_errors():
            from mlflow.entities import ViewType

            experiment = self._client.get_experiment_by_name(LEDGER)
            if experiment is None:
                return []
        found = self._pages(
            self._client.search_runs, experiment_ids=[experiment.experiment_id], run_view_type=ViewType.ALL
        )
        runs = {run.info.run_id: _segment(run) for run in found}
        chain: list[Segment] = []
        following = self._root() or next((run_id for run_id, segment in runs.items() if 0 in segment.texts), None)
        while following in runs:
            chain.append(runs.pop(following))
            following = chain[-1].following
        return chain

    def begin_segment(self, after: Segment | None, number: int) -> str:
        """Return the run that takes the events after *after*; of several writers that ask at once all get the same."""
        with translated_errors():
            run_id = self._new_segment(number)
            won = self.write(after, _NEXT, run_id) if after else self._claim(run_id)
            if not won:
                self._client.delete_run(run_id)
        return run_id if won else self._won_by(after)

    def write(self, segment: Segment, key: str, text: str) -> bool:
        """Write the parameter *key* once; False when MLflow says no, because another writer was first or for good."""
        with translated_errors():
            from mlflow.entities import Param

            if segment.deleted:
                self._client.restore_run(segment.run_id)
        try:
            with translated_errors():
                self._client.log_batch(segment.run_id, params=[Param(key, text)])
        except StoreRefused:
            return False
        return True

    def _won_by(self, after: Segment | None) -> str:
        if after is None:
            return self._root() or ""
        with translated_errors():
            return str(self._client.get_run(after.run_id).data.params.get(_NEXT, ""))

    def _root(self) -> str | None:
        with translated_errors():
            claim = self._client.get_experiment_by_name(_CLAIM)
        return claim.tags.get(_ROOT) if claim else None

    def _claim(self, run_id: str) -> bool:
        """Experiment names are unique in MLflow and tags come with creation: the only compare-and-set without a run."""
        claimed = False
        with _unless(_TAKEN):
            claim = self._client.create_experiment(_CLAIM, artifact_location=self._place(), tags={_ROOT: run_id})
            claimed = True
        if claimed:
            self._client.delete_experiment(claim)
        return claimed

    def _new_segment(self, number: int) -> str:
        with _unless(_TAKEN):
            self._client.create_experiment(LEDGER, artifact_location=self._place(), tags={"mlflow.note.content": _NOTE})
        experiment = self._client.get_experiment_by_name(LEDGER)
        assert experiment is not None
        if experiment.lifecycle_stage == "deleted":
            self._client.restore_experiment(experiment.experiment_id)
        tags = {"nbops.kind": "ledger", _SEGMENT: str(number), "mlflow.note.content": _NOTE}
        run = self._client.create_run(experiment.experiment_id, tags=tags, run_name=f"ledger {number + 1}")
        self._client.set_terminated(run.info.run_id)
        return str(run.info.run_id)

    def _place(self) -> str | None:
        return f"{self.artifacts}/ledger" if self.artifacts else None

    def _pages(self, ask: Any, **question: Any) -> Iterator[Any]:
        token = None
        while True:
            with translated_errors():
                page = ask(page_token=token, **question)
            yield from page
            if not (token := page.token):
                return


@contextmanager
def translated_errors(missing: StoreError | VersionNotFound | None = None) -> Iterator[None]:
    """Turn whatever MLflow and its drivers raise into ours; *missing* is raised where MLflow knows no such thing."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except MlflowException as error:
        if missing is not None and error.error_code in _MISSING:
            raise missing from error
        raise translation(error) from error
    except FileNotFoundError as error:
        raise StoreRefused(f"MLflow's store lacks {error.filename}") from error
    except (OSError, SQLAlchemyError) as error:
        if _status(error) in _NO:
            raise StoreRefused(f"MLflow answered no: {_first_line(error)}") from error
        raise StoreUnavailable(f"MLflow's store cannot be reached: {_first_line(error)}") from error


def _status(error: Exception) -> int:
    return int(getattr(getattr(error, "response", None), "status_code", 0) or 0)


def translation(error: MlflowException) -> StoreError:
    """Return our error for MLflow's."""
    text = _first_line(error)
    if error.error_code in _LATER or any(mark in str(error) for mark in _UNREACHED):
        return StoreUnavailable(f"MLflow cannot be reached now: {text}")
    return StoreRefused(f"MLflow answered no: {text}")


@contextmanager
def _unless(codes: set[str]) -> Iterator[None]:
    from mlflow.exceptions import MlflowException

    try:
        yield
    except MlflowException as error:
        if error.error_code not in codes:
            raise


def _first_line(error: BaseException) -> str:
    text = without_credentials((str(error).strip() or type(error).__name__).splitlines()[0])
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _segment(run: MlflowRun) -> Segment:
    params = run.data.params
    texts = {int(key[1:]): text for key, text in params.items() if key[0] == "e" and key[1:].isdigit()}
    return Segment(run.info.run_id, texts, params.get(_NEXT), run.info.lifecycle_stage == "deleted")


def _version(item: ModelVersion, aliases: Mapping[str, int]) -> Version:
    number, tags = int(item.version), dict(item.tags)
    metrics: dict[str, float] = {}
    with suppress(ValueError):
        metrics = json.loads(tags.get("nbops.metrics", "{}"))
    return Version(
        name=item.name,
        version=number,
        run_id=tags.get("nbops.run") or item.run_id or "",
        mlflow_run_id=item.run_id or None,
        created=(item.creation_timestamp or 0) / 1000,
        by=tags.get("nbops.by") or item.user_id or "",
        metrics=metrics,
        aliases=tuple(sorted(alias for alias, pointed in aliases.items() if pointed == number)),
        tags=tags,
        status=str(item.status),
        source=item.source or "",
        model_id=item.model_id or (match[0] if (match := _MODEL_ID.search(item.source or "")) else None),
    )
