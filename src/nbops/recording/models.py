"""A captured model, read back and made ready for MLflow: format, trusted types, requirements, signature.

skops with a reviewed list of types comes first: loading such a file builds objects of numerical libraries and runs
nothing else. What it cannot hold becomes a pickle, and says so in a tag that a gate can refuse. MLflow's own defaults
infer requirements in a second process (seconds) and refuse tree models.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbops.errors import StoreRefused

_TRUSTED_ROOTS = ("sklearn.", "numpy.", "scipy.")
_NEVER = ("numpy.testing", "numpy.f2py", "numpy.load", "numpy.lib", "numpy.distutils", "sklearn.utils._testing")
_LARGEST_SKOPS = 64_000_000
_KINDS = {"i1": "integer", "i2": "integer", "i4": "integer", "u1": "integer", "u2": "integer", "i8": "long",
          "u4": "long", "f2": "float", "f4": "float", "f8": "double", "b1": "boolean"}  # fmt: skip
_WORDS = {"boolean": "boolean", "string": "string", "str": "string", "object": "string"}
SKOPS, CLOUDPICKLE = "skops", "cloudpickle"


@dataclass(frozen=True, slots=True)
class OpenedModel:
    """A fitted model and how MLflow has to keep it.

    Attributes:
        fitted: The object.
        format: `skops` or `cloudpickle`.
        trusted: Types that skops has to be told to trust.
        requirements: `name==version`.
        signature: `{"columns": [[name, MLflow type]…]}` or `{"tensor": dtype, "shape": […]}`, with `output`.
        code: Files and packages of the project that the model needs when it is loaded.
    """

    fitted: Any
    format: str
    trusted: tuple[str, ...]
    requirements: tuple[str, ...]
    signature: Mapping[str, Any] | None
    code: tuple[Path, ...] = field(default=())


def open_model(blob: bytes, captured: Mapping[str, Any], environment: Mapping[str, Any], project: Path) -> OpenedModel:
    """Unpickle a captured model; only the recorder does that.

    Args:
        blob: What the kernel pickled, its hash already checked.
        captured: The journal's record of the model (`class`, `signature`, `packages`).
        environment: The run's (`packages`: distribution → version, as the kernel had them).
        project: Directory whose modules go along with the model.

    Raises:
        StoreRefused: It cannot be read back, or is nothing that predicts or transforms.
    """
    try:
        fitted = pickle.loads(blob)  # noqa: S301 # the kernel of this workspace wrote it, and its hash matches
    except Exception as error:
        raise StoreRefused(f"it cannot be read back: {type(error).__name__}: {error}") from error
    if not hasattr(fitted, "predict") and not hasattr(fitted, "transform"):
        raise StoreRefused(f"{type(fitted).__name__} has neither predict nor transform")
    trusted = trusted_types(fitted) if len(blob) <= _LARGEST_SKOPS else None
    return OpenedModel(
        fitted=fitted,
        format=CLOUDPICKLE if trusted is None else SKOPS,
        trusted=tuple(trusted or ()),
        requirements=_requirements(captured.get("packages") or (), environment.get("packages") or {}, trusted),
        signature=signature_of(captured.get("signature") or {}),
        code=_project_modules(project),
    )


def trusted_types(fitted: object) -> list[str] | None:
    """Return the types that skops has to be told to trust, or None where it cannot or may not hold *fitted*."""
    import skops.io

    try:
        content = skops.io.dumps(fitted)
        unknown = list(skops.io.get_untrusted_types(data=content))
        if not all(_is_reviewed(name) for name in unknown):
            return None
        skops.io.loads(content, trusted=unknown)
    except Exception:  # noqa: BLE001 # an object's own reduction may raise anything; a pickle then holds it
        return None
    return unknown


def _is_reviewed(name: str) -> bool:
    return name.startswith(_TRUSTED_ROOTS) and not name.startswith(_NEVER)


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
    return {"tensor": tensor, "shape": captured.get("shape") or [-1, -1], "output": output}


def mlflow_type(dtype: str) -> str | None:
    """Return MLflow's word for a NumPy or pandas dtype, None where it has none."""
    import numpy as np

    if dtype.startswith("datetime64") and "," not in dtype:
        return "datetime"
    plain = dtype.partition("[")[0]
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


def _requirements(packages: Any, installed: Mapping[str, str], trusted: list[str] | None) -> tuple[str, ...]:
    told = packages.items() if isinstance(packages, Mapping) else (str(item).partition("==")[::2] for item in packages)
    wanted = {name: version or installed.get(name, "") for name, version in told}
    for name in ("mlflow", "scikit-learn", "numpy", "pandas", "cloudpickle" if trusted is None else "skops"):
        wanted[name] = wanted.get(name) or installed.get(name, "")
    return tuple(sorted(f"{name}=={version}" for name, known in wanted.items() if (version := known or _version(name))))


def _version(distribution: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _project_modules(project: Path) -> tuple[Path, ...]:
    """Return the files or packages of *project* that reading models has loaded into this process."""
    inside, found = project.resolve(), set()
    for name in {item.partition(".")[0] for item in list(sys.modules)} - {"nbops", "__main__"}:
        file = getattr(sys.modules.get(name), "__file__", None)
        path = Path(file).resolve() if file else None
        if path is None or not path.is_relative_to(inside) or path.is_relative_to(Path(sys.prefix).resolve()):
            continue
        found.add(path.parent if path.name == "__init__.py" else path)
    return tuple(sorted(found))
