"""Recognise estimators and what was chosen for them, without asking their own methods for more than parameters."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from types import MemberDescriptorType
from typing import Any

from nbops.capture.namespace.values import simple_value
from nbops.capture.untouchable import is_untouchable

_EXECUTION_ONLY = {"verbose", "n_jobs", "verbosity", "silent", "thread_count", "nthread", "copy_x", "warm_start"}
_DEVICES = ("cuda", "gpu", "mps", "xpu", "tpu", "meta")
_HEAP_TYPE = 1 << 9  # a class made in Python
_BOOSTERS = {("xgboost.core", "Booster"), ("lightgbm.basic", "Booster")}
FITS = {"fit", "fit_predict", "fit_transform", "partial_fit", "train"}
SEED_NAMES = {"random_state", "seed", "random_seed"}


def is_estimator(value: Any) -> bool:
    """Say whether *value* is an instance of a class that can be fitted and then asked, or a trained booster."""
    kind = type(value)
    if is_untouchable(value) or issubclass(kind, type):
        return False
    # `isinstance` would ask the object for its `__class__`, which is the user's code.
    return is_booster(value) or (hasattr(kind, "fit") and _can_be_asked(kind))


def is_booster(value: Any) -> bool:
    """Say whether *value* is what `xgboost.train` or `lightgbm.train` returns."""
    return (type(value).__module__, type(value).__qualname__) in _BOOSTERS


def _can_be_asked(kind: type) -> bool:
    return any(
        hasattr(kind, verb)
        for verb in ("predict", "transform", "fit_predict", "score_samples", "kneighbors", "forecast")
    )


def is_predictor(value: Any) -> bool:
    """Say whether *value* can predict, as opposed to only transform."""
    return hasattr(type(value), "predict") or hasattr(type(value), "forecast")


def is_fitted(value: Any) -> bool:
    """Say whether *value* was fitted, by scikit-learn's convention: attributes that end in one underscore.

    A booster comes trained into the world, and a Keras model counts the steps of its optimizer.
    """
    held = attributes_of(value)
    if is_booster(value) or any(name.endswith("_") and not name.startswith("_") for name in held):
        return True
    steps = held.get("steps")
    if isinstance(steps, list) and steps:
        last = [step[1] for step in steps if isinstance(step, tuple) and is_estimator(step[1])]
        return bool(last) and is_fitted(last[-1])
    if type(value).__module__.startswith(("sklearn.", "xgboost.", "lightgbm.", "catboost.")):
        check = getattr(value, "__sklearn_is_fitted__", None)
        return bool(check()) if check is not None else any(name.lower() in {"_booster", "_object"} for name in held)
    if is_keras_model(value):
        return any(name in held for name in ("history", "_history"))
    return any(held.get(name) is True for name in ("fitted", "is_fitted", "_is_fitted"))


def is_torch_module(value: Any) -> bool:
    """Say whether *value* is a PyTorch module."""
    return any(base.__module__.startswith("torch.nn.modules.module") for base in type(value).__mro__)


def is_keras_model(value: Any) -> bool:
    """Say whether *value* is a Keras model."""
    return any(base.__module__.startswith("keras.") and base.__name__ == "Model" for base in type(value).__mro__)


def on_other_device(value: Any) -> bool:
    """Say whether *value*, or a module that it wraps, holds memory outside the computer's main one."""
    held = attributes_of(value)
    parts = [held.get("device", "")]
    if is_keras_model(value):
        parts += [getattr(variable.value, "device", "") for variable in value.variables[:1]]
    modules = [part for part in (value, *list(held.values())[:200]) if is_torch_module(part)]
    parts += [part.device for module in modules for part in module.parameters()]
    return any(word in str(part).lower() for part in parts for word in _DEVICES)


def inner_estimators(value: Any, depth: int = 4) -> Iterator[Any]:
    """Yield the estimators that *value* holds: steps, wrapped and best ones."""
    if not depth:
        return
    waiting = list(attributes_of(value).values())
    seen = 0
    while waiting and seen < 2000:  # noqa: PLR2004 # a forest of thousands of trees needs no full walk
        seen += 1
        item = waiting.pop()
        if is_estimator(item):
            yield item
            yield from inner_estimators(item, depth - 1)
        elif type(item) in {list, tuple}:
            waiting.extend(item[:200])
        elif issubclass(type(item), dict):
            waiting.extend(list(dict.values(item))[:200])


def best_of(value: Any) -> Any:
    """Return the `best_estimator_` of a search, or *value* itself."""
    return attributes_of(value).get("best_estimator_", value)


def final_step(value: Any) -> Any:
    """Return the estimator at the end of a pipeline, or *value* itself."""
    steps = attributes_of(value).get("steps")
    last = steps[-1] if type(steps) is list and steps else None
    return final_step(last[1]) if isinstance(last, tuple) and len(last) > 1 and is_estimator(last[1]) else value


def chosen_parameters(value: Any) -> dict[str, Any]:
    """Return the constructor parameters that differ from their defaults, a pipeline's as `step__name`."""
    own = {name: simple for name, simple in _differing(value).items() if name not in _EXECUTION_ONLY}
    steps = attributes_of(value).get("steps") or attributes_of(value).get("transformers") or ()
    for step in steps:
        if isinstance(step, tuple) and len(step) > 1 and is_estimator(step[1]):
            own |= {f"{step[0]}__{name}": simple for name, simple in chosen_parameters(step[1]).items()}
    return own


def _differing(value: Any) -> dict[str, Any]:
    try:
        signature = inspect.signature(type(value).__init__)
    except (TypeError, ValueError):
        return {}
    held = attributes_of(value)
    if not hasattr(type(value), "get_params"):
        return {}
    found = {}
    for name, parameter in signature.parameters.items():
        if name not in held or parameter.kind in {parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL}:
            continue
        simple, known = simple_value(held[name])
        default = simple_value(parameter.default)[0] if parameter.default is not parameter.empty else ...
        if known and not (type(simple) is type(default) and simple == default) and simple is not None:
            found[name] = simple
    return found


def attributes_of(value: Any) -> Mapping[str, Any]:
    """Return the attributes that *value* keeps, in its `__dict__` or in slots, without running any code of its own."""
    try:
        held: Mapping[str, Any] = object.__getattribute__(value, "__dict__")
    except AttributeError:
        held = {}
    return held if held or not type(value).__flags__ & _HEAP_TYPE else _in_slots(value)


def _in_slots(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in type(value).__mro__:
        for name, member in vars(base).items():
            if type(member) is MemberDescriptorType and base.__flags__ & _HEAP_TYPE:
                try:
                    found.setdefault(name, member.__get__(value))
                except AttributeError:  # never set
                    continue
    return found
