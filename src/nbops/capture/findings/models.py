"""Models that an execution fitted, serialised in the kernel."""

from __future__ import annotations

import copy
import io
import pickle
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from nbops.capture.code.bindings import Binding
from nbops.capture.code.called import called
from nbops.capture.findings.estimators import (
    attributes_of,
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
from nbops.capture.foreign import ForeignError, contained
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
    "copy",
    "Booster",
}
_MOST = 10
_LOOKED_AT = 2000
_WEIGHTLESS = {int, float, bool, str, type(None)}


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
        self.exceeded = False

    def write(self, content: Any) -> int:
        self.exceeded = self.exceeded or self.tell() + memoryview(content).nbytes > self.limit
        if self.exceeded:
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
    loaded = {item.name for item in bindings if called(item.node) in _LOADERS}
    order = [*(item.name for item in bindings), *read, *sorted(defined | changed)]
    own = {name for name in defined | changed if not name.startswith("_") and name not in loaded - changed}
    names = [name for name in dict.fromkeys(order) if name in namespace]
    try:
        with contained():
            found, inner = _look_at(names, namespace, own, changed, known)
    except ForeignError:  # one object cannot be looked at; the others can
        found, inner = [], set()
        for name in names:
            with suppress(ForeignError), contained():
                more, within = _look_at([name], namespace, own, changed, known)
                found, inner = found + more, inner | within
    unique: dict[int, Fitted] = {}
    for item in found:
        if id(item.model) not in inner:
            unique.setdefault(id(item.model), item)
    return sorted(unique.values(), key=lambda item: not is_predictor(item.model))[:_MOST]


def _look_at(
    names: list[str], namespace: Mapping[str, Any], own: set[str], changed: frozenset[str], known: frozenset[int]
) -> tuple[list[Fitted], set[int]]:
    """Return the fitted models among *names* that are *own*, and the identities of what lies within others."""
    found: list[Fitted] = []
    inner: set[int] = set()
    for name in names:
        value = namespace[name]
        if name in own:
            fresh = known - {id(value)} if name in changed else known
            found += [
                Fitted(label, best_of(item))
                for label, item in _candidates(name, value)
                if is_estimator(item) and id(item) not in fresh and is_fitted(item)
            ]
        inner |= _inside(value)
    for item in found:
        inner |= {id(part) for part in inner_estimators(item.model)}
    return found, inner


def _inside(value: Any) -> set[int]:
    if not is_estimator(value):
        return set()
    best = best_of(value)
    return {id(part) for part in inner_estimators(value) if part is not best}


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
    name, limit = fitted.name, float("inf") if asked else limit_mb * 1e6
    larger = f"model {name!r} is larger than {limit_mb:g} MB; name it with --model to store it all the same"
    try:
        with contained():
            model, objection = _storable(fitted.model, name, asked=asked)
            if objection:
                return None, objection
            if _weight(model, limit) > limit:
                return None, larger
            content, pickled = _pickled(model, limit)
    except ForeignError as error:
        return None, f"model {name!r} cannot be pickled: {error}"
    if content is None:
        return None, larger
    try:
        blob = put(content)
    except JournalError as error:  # the disk is full; the run is recorded without it
        return None, f"model {name!r} is not stored: {error}"
    kind = type(model)
    described = {
        "name": name,
        "class": f"{kind.__module__}.{kind.__qualname__}",
        "blob": blob,
        "bytes": len(content),
        "pickled": pickled,
    }
    return described | _told(model, name, tree, namespace, pickled), ""


def _storable(model: Any, name: str, *, asked: bool) -> tuple[Any, str]:
    """Return what of *model* is pickled and why it is not, where it is not."""
    if not asked and is_torch_module(model):
        return model, f"model {name!r} is a PyTorch module; name it with --model to store it"
    if not on_other_device(model):
        return model, ""
    if not asked:
        return model, f"model {name!r} lies on a device; name it with --model to copy it from there and store it"
    return (copy.deepcopy(model).to("cpu") if is_torch_module(model) else model), ""


def _told(model: Any, name: str, tree: Any, namespace: Mapping[str, Any], pickled: str) -> dict[str, Any]:
    """Return what else there is to say of a model; where its own code fails, less."""
    told: dict[str, Any] = {"estimator": type(model).__qualname__, "signature": {}, "packages": []}
    with suppress(ForeignError), contained():
        told["packages"] = _packages(model, pickled)
        told["estimator"] = type(final_step(model)).__qualname__
        told["signature"] = signature_of(model, name, tree, namespace)
    return told


def _weight(model: Any, limit: float) -> float:
    """Return how many bytes the arrays within *model* hold at least, as far as it takes to exceed *limit*.

    Pickling copies an array that is not contiguous as a whole before it is written anywhere.
    """
    if limit == float("inf"):
        return 0
    seen: set[int] = set()
    total, waiting = 0, [model]
    while waiting and len(seen) < _LOOKED_AT and total <= limit:
        item = waiting.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if type(item) in _WEIGHTLESS:
            continue
        if type(item).__module__ == "numpy" and type(item).__name__ == "ndarray":
            total += item.nbytes
        else:
            waiting.extend(_parts(item))
    return total


def _parts(item: Any) -> list[Any]:
    if type(item) in {list, tuple}:
        return list(item[:_LOOKED_AT])
    return list(item.values() if type(item) is dict else attributes_of(item).values())


def _candidates(name: str, value: Any) -> list[tuple[str, Any]]:
    if type(value) is dict:
        return [(f"{name}.{key}", item) for key, item in list(value.items())[:_MOST] if type(key) in {str, int}]
    if type(value) in {list, tuple}:
        return [(f"{name}.{place}", item) for place, item in enumerate(value[:_MOST])]
    return [(name, value)]


def _pickled(model: Any, limit: float) -> tuple[bytes | None, str]:
    """Return the pickle and what made it; no pickle where it would exceed *limit*."""
    target = _Limited(limit)
    try:
        pickle.Pickler(target, protocol=5).dump(model)
    except _TooLarge:
        return None, ""
    except (pickle.PicklingError, AttributeError, TypeError):
        if target.exceeded:
            return None, ""
    else:
        content = target.getvalue()
        if target.exceeded:
            return None, ""
        if b"__main__" not in content:
            return content, "pickle"
        del content
    import cloudpickle

    target = _Limited(limit)
    try:
        cloudpickle.Pickler(target, protocol=5).dump(model)
    except _TooLarge:
        return None, ""
    return (None if target.exceeded else target.getvalue()), "cloudpickle"


def _packages(model: Any, pickled: str) -> list[str]:
    parts = [model, *inner_estimators(model)]
    roots = {base.__module__.partition(".")[0] for part in parts for base in type(part).__mro__}
    if "sklearn" in roots:
        roots |= {"numpy", "scipy"}
    if any("feature_names_in_" in attributes_of(part) for part in parts):
        roots.add("pandas")
    if "keras" in roots:
        backend = sys.modules["keras"].config.backend()
        roots |= {backend, "jaxlib"} if backend == "jax" else {backend}
    if pickled == "cloudpickle":
        roots.add("cloudpickle")
    return [f"{name}=={version}" for name, version in package_versions(roots).items()]
