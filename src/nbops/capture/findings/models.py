"""Models that an execution fitted, serialised in the kernel."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbops.capture.code.bindings import Binding
from nbops.capture.findings.estimators import (
    best_of,
    final_step,
    inner_estimators,
    is_estimator,
    is_fitted,
    is_predictor,
    is_torch_module,
    on_other_device,
)
from nbops.capture.findings.model_signature import signature_of
from nbops.capture.surroundings.packages import package_versions
from nbops.errors import JournalError

_LOADERS = {
    "load",
    "loads",
    "load_model",
    "read_pickle",
    "from_pretrained",
    "load_from_checkpoint",
    "clone",
    "deepcopy",
}
_MOST = 10


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model and the name it goes by."""

    name: str
    model: Any = field(repr=False)


class _TooLarge(Exception):  # a budget, no error
    """The pickle exceeds the budget."""


class _Limited(io.BytesIO):
    def __init__(self, limit: float) -> None:
        super().__init__()
        self.limit = limit

    def write(self, content: Any) -> int:
        if self.tell() + memoryview(content).nbytes > self.limit:
            raise _TooLarge
        return super().write(content)


def fitted_models(
    bindings: tuple[Binding, ...],
    namespace: Mapping[str, Any],
    *,
    read: tuple[str, ...],
    defined: frozenset[str],
    changed: frozenset[str],
    known: frozenset[int],
) -> list[Fitted]:
    """Find the estimators that a cell fitted: the outermost of each, predictors first.

    Args:
        bindings: Of the cell.
        namespace: After it.
        read: Names that it reads, in order.
        defined: Names that it bound.
        changed: Names whose object changed in place.
        known: Identities of objects that existed before and did not change.
    """
    loaded = {item.name for item in bindings if _called(item) in _LOADERS}
    found: list[Fitted] = []
    order = [*(item.name for item in bindings), *read, *sorted(defined | changed)]
    for name in dict.fromkeys(order):
        if name.startswith("_") or name not in namespace or name not in defined | changed or name in loaded - changed:
            continue
        for label, value in _candidates(name, namespace[name]):
            if is_estimator(value) and id(value) not in known and is_fitted(value):
                found.append(Fitted(label, best_of(value)))
    inner = {id(part) for item in found for part in inner_estimators(item.model)}
    for owner in (namespace[name] for name in order if is_estimator(namespace.get(name))):
        inner |= {id(part) for part in inner_estimators(owner) if part is not best_of(owner)}
    unique: dict[int, Fitted] = {}
    for item in found:
        if id(item.model) not in inner:
            unique.setdefault(id(item.model), item)
    return sorted(unique.values(), key=lambda item: not is_predictor(item.model))[:_MOST]


def serialise_model(
    fitted: Fitted,
    put: Callable[[bytes], str],
    namespace: Mapping[str, Any],
    tree: Any,
    limit_mb: float,
    *,
    asked: bool,
) -> tuple[dict[str, Any] | None, str]:
    """Pickle a model into a blob and describe it; return the description and, where it is left out, why.

    Args:
        fitted: The model.
        put: Stores bytes and returns their SHA-256.
        namespace: After the cell, to find what the model was fitted on.
        tree: Of the cell.
        limit_mb: Largest pickle in megabytes, where the model was not asked for.
        asked: The user named it.
    """
    model, name = fitted.model, fitted.name
    if on_other_device(model):
        return None, f"model {name!r} lies on a device; move it to the CPU and name it with --model"
    if is_torch_module(model) and not asked:
        return None, f"model {name!r} is a PyTorch module; name it with --model to store it"
    limit = float("inf") if asked else limit_mb * 1e6
    try:
        content, pickled = _pickled(model, limit)
    except _TooLarge:
        return None, f"model {name!r} is larger than {limit_mb:g} MB; name it with --model to store it all the same"
    except Exception as error:  # noqa: BLE001 # the model's own reduction may raise anything
        return None, f"model {name!r} cannot be pickled: {type(error).__name__}: {error}"
    try:
        blob = put(content)
    except JournalError as error:  # the disk is full; the run is recorded without it
        return None, f"model {name!r} is not stored: {error}"
    kind = type(model)
    return {
        "name": name,
        "class": f"{kind.__module__}.{kind.__qualname__}",
        "estimator": type(final_step(model)).__qualname__,
        "blob": blob,
        "bytes": len(content),
        "flavor": _flavor(model),
        "pickled": pickled,
        "signature": signature_of(model, name, tree, namespace),
        "packages": _packages(model, pickled),
    }, ""


def _candidates(name: str, value: Any) -> list[tuple[str, Any]]:
    if type(value) is dict:
        return [(f"{name}.{key}", item) for key, item in list(value.items())[:_MOST] if type(key) in {str, int}]
    if type(value) in {list, tuple}:
        return [(f"{name}.{place}", item) for place, item in enumerate(value[:_MOST])]
    return [(name, value)]


def _called(item: Binding) -> str:
    function = getattr(item.node, "func", None)
    return getattr(function, "attr", "") or getattr(function, "id", "")


def _pickled(model: Any, limit: float) -> tuple[bytes, str]:
    target = _Limited(limit)
    try:
        pickle.Pickler(target, protocol=5).dump(model)
    except (pickle.PicklingError, AttributeError, TypeError):
        pass
    else:
        content = target.getvalue()
        if b"__main__" not in content:
            return content, "pickle"
    import cloudpickle

    target = _Limited(limit)
    cloudpickle.Pickler(target, protocol=5).dump(model)
    return target.getvalue(), "cloudpickle"


def _flavor(model: Any) -> str:
    roots = {base.__module__.partition(".")[0] for base in type(model).__mro__}
    own = type(model).__module__.partition(".")[0]
    if own in {"xgboost", "lightgbm", "catboost", "statsmodels", "keras"}:
        return own
    return "sklearn" if "sklearn" in roots else "pytorch" if "torch" in roots else "python"


def _packages(model: Any, pickled: str) -> list[str]:
    parts = [model, *inner_estimators(model)]
    roots = {base.__module__.partition(".")[0] for part in parts for base in type(part).__mro__}
    if "sklearn" in roots:
        roots |= {"numpy", "scipy"}
    if any("feature_names_in_" in getattr(part, "__dict__", {}) for part in parts):
        roots.add("pandas")
    if pickled == "cloudpickle":
        roots.add("cloudpickle")
    return [f"{name}=={version}" for name, version in package_versions(roots).items()]
