"""A captured model, read back and made ready for MLflow: format, trusted types, requirements, code, signature.

skops with a reviewed list of types comes first: loading such a file builds objects of numerical libraries and runs
nothing else. What it cannot hold becomes a pickle, and says so in a tag that a gate can refuse. Boosters have their own
formats. MLflow's own defaults infer requirements in a second process (seconds) and refuse tree models.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from nbops.capture.foreign import ForeignError, contained
from nbops.capture.surroundings.packages import package_versions
from nbops.errors import StoreRefused
from nbops.recording.models.model_code import code_of, forget_project_modules, imports_of, project_modules
from nbops.recording.models.pyfunc_by_verb import VERBS
from nbops.recording.models.trusted_types import trusted_types

_LARGEST_SKOPS = 64_000_000
_KINDS = {"i1": "integer", "i2": "integer", "i4": "integer", "u1": "integer", "u2": "integer", "i8": "long",
          "u4": "long", "f2": "float", "f4": "float", "f8": "double", "b1": "boolean"}  # fmt: skip
_WORDS = {"boolean": "boolean", "string": "string", "str": "string", "object": "string"}
_EVERY = ("mlflow", "numpy", "pandas")
_NEEDED = {"sklearn": ("scikit-learn",), "lightgbm": ("scikit-learn",), "xgboost": ("scikit-learn",)}
SKOPS, CLOUDPICKLE, NATIVE = "skops", "cloudpickle", "native"


@dataclass(frozen=True, slots=True)
class OpenedModel:
    """A fitted model and how MLflow has to keep it.

    Attributes:
        fitted: The object.
        flavor: MLflow's word for the library that keeps it: `sklearn`, `xgboost`, `lightgbm`, `pytorch` or `keras`.
        format: `skops`, `cloudpickle`, or `native` where the library has a format of its own that holds no code.
        trusted: Types that skops has to be told to trust.
        requirements: `name==version`.
        signature: `{"columns": [[name, MLflow type]…]}` or `{"tensor": dtype, "shape": […]}`, with `output`.
        code: Files and packages of the project that the model needs when it is loaded.
    """

    fitted: Any
    flavor: str
    format: str
    trusted: tuple[str, ...]
    requirements: tuple[str, ...]
    signature: Mapping[str, Any] | None
    code: tuple[Path, ...] = field(default=())


class _Reader(pickle.Unpickler):
    """Reads a pickle and notes the top-level modules that it takes things from."""

    def __init__(self, blob: bytes) -> None:
        super().__init__(io.BytesIO(blob))
        self.roots: set[str] = set()

    def find_class(self, module: str, name: str) -> Any:
        self.roots.add(module.partition(".")[0])
        if name == "subimport" and module.startswith("cloudpickle"):
            return self._imported
        return super().find_class(module, name)

    def _imported(self, module: str) -> Any:
        self.roots.add(module.partition(".")[0])
        return import_module(module)


def open_model(blob: bytes, captured: Mapping[str, Any], environment: Mapping[str, Any], project: Path) -> OpenedModel:
    """Unpickle a captured model; only the recorder does that.

    Args:
        blob: What the kernel pickled, its hash already checked.
        captured: The journal's record of the model (`class`, `signature`, `packages`).
        environment: The run's (`packages`: distribution → version, as the kernel had them).
        project: Directory whose modules go along with the model.

    Raises:
        StoreRefused: It cannot be read back, or is nothing that can be asked anything.
    """
    forget_project_modules(project)
    reader = _Reader(blob)
    try:
        with contained():
            fitted = reader.load()
            flavor = _flavor(fitted)
            if flavor == "sklearn" and not any(hasattr(fitted, verb) for verb in VERBS):
                raise StoreRefused(f"{type(fitted).__name__} has neither predict nor transform")
            keeping, trusted = _format(fitted, flavor, len(blob))
    except ForeignError as error:
        if isinstance(error.__cause__, StoreRefused):
            raise error.__cause__ from None
        raise StoreRefused(f"it cannot be read back: {error}") from error
    modules = project_modules(project)
    wanted = dict.fromkeys((*_EVERY, *_NEEDED.get(flavor, ()), *((keeping,) if keeping != NATIVE else ())), "")
    wanted |= package_versions((reader.roots | imports_of(modules)) - {"cloudpickle", "joblib"})
    wanted |= dict(_pairs(captured.get("packages") or ()))
    own = package_versions(name.partition(".")[0] for name in modules)
    return OpenedModel(
        fitted=fitted,
        flavor=flavor,
        format=keeping,
        trusted=tuple(trusted),
        requirements=_requirements(wanted, own, environment.get("packages") or {}),
        signature=signature_of(captured.get("signature") or {}),
        code=code_of(modules),
    )


def _flavor(fitted: Any) -> str:
    root = type(fitted).__module__.partition(".")[0]
    if root == "xgboost":
        # XGBoost's own format keeps no Python functions, such as an objective of the user's.
        return "sklearn" if any(callable(held) for held in getattr(fitted, "__dict__", {}).values()) else root
    if root in {"lightgbm", "keras"}:
        return root
    is_torch = any(base.__module__ == "torch.nn.modules.module" for base in type(fitted).__mro__)
    return "pytorch" if is_torch else "sklearn"


def _format(fitted: Any, flavor: str, size: int) -> tuple[str, list[str]]:
    if flavor in {"xgboost", "keras"} or (flavor == "lightgbm" and type(fitted).__name__ == "Booster"):
        return NATIVE, []
    trusted = trusted_types(fitted) if size <= _LARGEST_SKOPS and flavor != "pytorch" else None
    return (CLOUDPICKLE, []) if trusted is None else (SKOPS, trusted)


def signature_of(captured: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the captured signature in MLflow's words, or None where MLflow could not hold inputs against it."""
    output = _numpy_name(captured.get("output"))
    if columns := captured.get("inputs"):
        kinds = [[name, mlflow_type(str(dtype))] for name, dtype in columns]
        sound = all(isinstance(name, str) and kind for name, kind in kinds)
        return {"columns": kinds, "output": output} if sound else None
    tensor = _numpy_name(captured.get("tensor"))
    if tensor is None:
        return None
    shape = captured.get("shape")
    return {"tensor": tensor, "shape": [-1, -1] if shape is None else [-1, *shape], "output": output}


def mlflow_type(dtype: str) -> str | None:
    """Return MLflow's word for a NumPy or pandas dtype, None where it has none."""
    import numpy as np

    if dtype.startswith("datetime64") and "," not in dtype:
        return "datetime"
    plain = dtype.partition("[")[0].lower()
    if plain in _WORDS:
        return _WORDS[plain]
    try:
        return _KINDS.get(np.dtype(dtype.lower()).str[1:])
    except TypeError:
        return None


def _numpy_name(dtype: object) -> str | None:
    import numpy as np

    try:
        return np.dtype(str(dtype)).name if dtype and str(dtype) != "object" else None
    except TypeError:
        return None


def _pairs(packages: Any) -> list[tuple[str, str]]:
    if isinstance(packages, Mapping):
        return [(str(name), str(version)) for name, version in packages.items()]
    return [(name, version) for name, _, version in (str(item).partition("==") for item in packages)]


def _requirements(wanted: Mapping[str, str], own: Mapping[str, str], installed: Mapping[str, str]) -> tuple[str, ...]:
    """Return the pins: as the kernel told, as its environment says, else as installed; never the project itself."""
    pins = {name: installed.get(name) or version or _version(name) for name, version in wanted.items()}
    return tuple(sorted(f"{name}=={version}" for name, version in pins.items() if version and name not in own))


def _version(distribution: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""
