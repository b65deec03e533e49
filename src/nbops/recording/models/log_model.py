"""How MLflow keeps a model: the flavour of its library, and a pyfunc for every one. Imports MLflow's flavours alone."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.recording.models import pyfunc_by_verb
from nbops.recording.models.model_code import copy_code
from nbops.recording.models.model_hash import HASH_TAG, model_hash
from nbops.recording.models.open_model import CLOUDPICKLE, SKOPS, OpenedModel

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from mlflow.models import Model


def log_model(
    client: MlflowClient,
    tracking_uri: str,
    run_id: str,
    name: str,
    model: OpenedModel,
    tags: Mapping[str, str],
    *,
    begun: str | None = None,
) -> str:
    """Write a model into a run and return its URI, `models:/…`. MLflow's exceptions pass through.

    Args:
        client: Of the store.
        tracking_uri: Of the store.
        run_id: MLflow's id of the run.
        name: Of the model.
        model: What is kept.
        tags: Of the logged model.
        begun: MLflow's id of one that was left half done; it is finished.
    """
    import mlflow
    from mlflow.models import Model

    mlflow.set_tracking_uri(tracking_uri)
    run = client.get_run(run_id)
    # Model.log would put it into the experiment that is active in this process.
    model_id = begun or str(
        client.create_logged_model(
            run.info.experiment_id, name, source_run_id=run_id, tags=dict(tags), params=run.data.params
        ).model_id
    )
    # MLflow refuses to link a model to its run twice; a recorder that died may have come as far as that.
    link = None if _is_linked(run, begun) else run_id
    Model.log(artifact_path=None, flavor=_Flavor(model, client, model_id), name=name, run_id=link, model_id=model_id)
    return f"models:/{model_id}"


def _is_linked(run: Run, model_id: str | None) -> bool:
    return any(item.model_id == model_id for item in (run.outputs.model_outputs if run.outputs else []))


def save_model(model: OpenedModel, path: Path, mlflow_model: Model | None = None) -> None:
    """Write a model into the new folder *path*, as MLflow reads it."""
    from mlflow.models import Model

    described = mlflow_model if mlflow_model is not None else Model()
    with tempfile.TemporaryDirectory() as temporary:
        code = copy_code(model.code, Path(temporary))
        _SAVERS.get(model.flavor, _save_sklearn)(model, path, described, _shared(model, code, described))


class _Flavor:
    """What `Model.log` takes for a flavour."""

    def __init__(self, model: OpenedModel, client: MlflowClient, model_id: str) -> None:
        self._model, self._client, self._model_id = model, client, model_id

    def save_model(self, path: str, mlflow_model: Model) -> None:
        save_model(self._model, Path(path), mlflow_model)
        # Before the files leave: what the store has later is held against it.
        self._client.set_logged_model_tags(self._model_id, {HASH_TAG: model_hash(Path(path))})


def _shared(model: OpenedModel, code: list[str], described: Model) -> dict[str, Any]:
    """Return the options that every flavour knows. Requirements are given, so that MLflow guesses none."""
    return {
        "mlflow_model": described,
        "signature": _signature(model.signature),
        "pip_requirements": list(model.requirements),
        "code_paths": code or None,
    }


def _save_sklearn(model: OpenedModel, path: Path, described: Model, shared: dict[str, Any]) -> None:
    import mlflow.sklearn

    verb = next(verb for verb in pyfunc_by_verb.VERBS if hasattr(model.fitted, verb))
    if verb != "predict":
        shared["code_paths"] = [*(shared["code_paths"] or ()), pyfunc_by_verb.__file__]
    mlflow.sklearn.save_model(
        model.fitted,
        str(path),
        serialization_format=model.format,
        skops_trusted_types=list(model.trusted) if model.format == SKOPS else None,
        pyfunc_predict_fn=verb,
        **shared,
    )
    if verb != "predict":
        _answer_by_verb(path, described)


def _answer_by_verb(path: Path, described: Model) -> None:
    from mlflow import pyfunc
    from mlflow.models.model import MLMODEL_FILE_NAME

    pyfunc.add_to_model(
        described,
        loader_module=Path(pyfunc_by_verb.__file__).stem,
        conda_env="conda.yaml",
        python_env="python_env.yaml",
        code="code",
    )
    described.save(str(path / MLMODEL_FILE_NAME))


def _save_xgboost(model: OpenedModel, path: Path, _: Model, shared: dict[str, Any]) -> None:
    import mlflow.xgboost

    mlflow.xgboost.save_model(model.fitted, str(path), **shared)


def _save_lightgbm(model: OpenedModel, path: Path, _: Model, shared: dict[str, Any]) -> None:
    import mlflow.lightgbm

    if model.format in {SKOPS, CLOUDPICKLE}:
        shared["serialization_format"] = model.format
    if model.format == SKOPS:
        shared["skops_trusted_types"] = set(model.trusted)
    mlflow.lightgbm.save_model(model.fitted, str(path), **shared)


def _save_pytorch(model: OpenedModel, path: Path, _: Model, shared: dict[str, Any]) -> None:
    import mlflow.pytorch

    # The other format traces the model with an example of its input, which is the user's data.
    mlflow.pytorch.save_model(model.fitted, str(path), serialization_format="pickle", **shared)


def _save_keras(model: OpenedModel, path: Path, _: Model, shared: dict[str, Any]) -> None:
    import mlflow.keras

    del shared["code_paths"]  # this flavour has none
    if model.signature is None or "tensor" not in model.signature:
        shared["signature"] = None  # it refuses columns
    mlflow.keras.save_model(model.fitted, str(path), **shared)


_SAVERS = {"xgboost": _save_xgboost, "lightgbm": _save_lightgbm, "pytorch": _save_pytorch, "keras": _save_keras}


def _signature(captured: Mapping[str, Any] | None) -> Any:
    if captured is None:
        return None
    import numpy as np
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema, TensorSpec

    if captured.get("columns"):
        inputs = Schema([ColSpec(kind, name) for name, kind in captured["columns"]])
    else:
        inputs = Schema([TensorSpec(np.dtype(captured["tensor"]), tuple(captured["shape"]))])
    output = captured.get("output")
    return ModelSignature(inputs, Schema([TensorSpec(np.dtype(output), (-1,))]) if output else None)
