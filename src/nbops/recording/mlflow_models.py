"""Models in MLflow: explicit requirements and signature, skops with a reviewed list first, pickle only with a tag.

MLflow's own defaults infer requirements in a second process (12–19 s) and refuse tree models, whose types its skops
list does not trust.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from typing import Any

from nbops.errors import StoreRefused
from nbops.recording.mlflow_store import translated_errors

# Roots whose types were reviewed: loading them runs constructors of numerical libraries, nothing of the user's.
_TRUSTED_ROOTS = frozenset({"sklearn", "numpy", "scipy", "pandas", "collections", "builtins"})
_REFUSED = frozenset({"builtins.eval", "builtins.exec", "builtins.compile", "builtins.open", "builtins.getattr"})
_KINDS = {"f8": "double", "f4": "float", "f2": "float", "i8": "long", "b": "boolean", "M8": "datetime"}


def log_model(run_id: str, model: Mapping[str, Any], blob: bytes, status: str) -> dict[str, str]:
    """Write one captured model into MLflow run *run_id*.

    Args:
        run_id: MLflow's id; the run is left with *status*.
        model: The journal's record of it (`name`, `class`, `signature`, `packages`).
        blob: The pickled model, its hash already checked.
        status: Status that the run has to have afterwards.

    Returns:
        `{"uri": "models:/…", "model_id", "format": "skops" | "cloudpickle"}`.

    Raises:
        StoreUnavailable, StoreRefused: From MLflow.
    """
    import mlflow

    try:
        fitted = pickle.loads(blob)  # noqa: S301 # our own kernel wrote it and its hash matches
    except Exception as error:
        raise StoreRefused(f"model {model['name']!r} cannot be read back: {type(error).__name__}: {error}") from error
    trusted = trusted_types(fitted)
    chosen = "skops" if trusted is not None else "cloudpickle"
    options: dict[str, Any] = {"skops_trusted_types": trusted} if trusted else {}
    with translated_errors():
        mlflow.start_run(run_id=run_id)
        try:
            logged = _flavor(fitted)(
                fitted,
                name=str(model["name"]),
                signature=signature_from(model.get("signature") or {}),
                pip_requirements=_requirements(model.get("packages") or ()),
                tags={
                    "nbops.model_format": chosen if chosen == "skops" else "pickle",
                    "nbops.class": str(model["class"]),
                },
                **({"serialization_format": chosen} | options),
            )
        finally:
            mlflow.end_run(status)
    return {"uri": f"models:/{logged.model_id}", "model_id": str(logged.model_id), "format": chosen}


def trusted_types(fitted: object) -> list[str] | None:
    """Return the types that skops has to be told to trust, or None where it cannot or may not store *fitted*."""
    import skops.io

    try:
        unknown = skops.io.get_untrusted_types(data=skops.io.dumps(fitted))
    except Exception:  # noqa: BLE001 # skops raises whatever the object's own reduction raises
        return None
    reviewed = all(name.partition(".")[0] in _TRUSTED_ROOTS and name not in _REFUSED for name in unknown)
    return list(unknown) if reviewed else None


def signature_from(captured: Mapping[str, Any]) -> Any:
    """Make MLflow's signature from the captured column names and dtypes; None where nothing is known."""
    import numpy as np
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema, TensorSpec

    inputs = captured.get("inputs")
    if inputs:
        schema = Schema([ColSpec(_kind(dtype), name) for name, dtype in inputs])
    elif captured.get("tensor"):
        schema = Schema([TensorSpec(np.dtype(captured["tensor"]), (-1, *captured.get("shape", (-1,))))])
    else:
        return None
    output = captured.get("output")
    return ModelSignature(inputs=schema, outputs=Schema([ColSpec(_kind(output))]) if output else None)


def _kind(dtype: str) -> str:
    import numpy as np

    try:
        code = np.dtype(dtype.lower() if dtype[:1] in "IUF" else dtype).str[1:]
    except TypeError:
        return "datetime" if dtype.startswith("datetime64") else "boolean" if dtype == "boolean" else "string"
    if code[0] in "iu":
        return "integer" if int(code[1:]) < 4 or code == "i4" else "long"  # noqa: PLR2004 # 4 bytes
    return _KINDS.get(code, _KINDS.get(code[:2], _KINDS.get(code[0], "string")))


def _flavor(fitted: object) -> Any:
    import mlflow.sklearn

    if not hasattr(fitted, "predict") and not hasattr(fitted, "transform"):
        raise StoreRefused(f"{type(fitted).__name__} has neither predict nor transform")
    return mlflow.sklearn.log_model


def _requirements(packages: Sequence[str] | Mapping[str, str]) -> list[str]:
    from importlib.metadata import PackageNotFoundError, version

    if isinstance(packages, Mapping):
        wanted = dict(packages)
    else:
        wanted = dict(item.split("==", 1) if "==" in item else (item, "") for item in packages)
    for name in ("mlflow", "scikit-learn", "numpy", "pandas", "skops", "cloudpickle"):
        try:
            wanted[name] = version(name)
        except PackageNotFoundError:
            continue
    return sorted(f"{name}=={number}" if number else name for name, number in wanted.items())
