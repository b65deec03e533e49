"""What the modules of the project hold: state outside the namespace that a skipped cell would leave unchanged."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from types import FunctionType, ModuleType
from typing import Any

from nbops.capture.code.is_own_source import is_own_source
from nbops.capture.namespace.fingerprint import Look
from nbops.capture.namespace.too_much import TooMuch

_SECONDS = 2.0  # it takes milliseconds; what a busy machine adds makes nothing incomparable
MODULE_CHANGED = "changes what the module "
States = dict[str, dict[str, Any] | None]


class ModuleStates:
    """Looks at the modules that belong to no installed package."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._own: dict[str, ModuleType] = {}

    def states(self) -> States:
        """Return module → name → what it holds, as numbers; None for a module that holds too much to look at."""
        for name in sys.modules.keys() - self._seen:
            module = sys.modules.get(name)
            if is_own_source(name, getattr(module, "__file__", None)):
                self._own[name] = module  # type: ignore[assignment] # it has a file
            self._seen.add(name)
        deadline = time.perf_counter() + _SECONDS
        return {name: _state(module, deadline) for name, module in self._own.items()}


def changed_modules(before: States, after: States) -> list[str]:
    """Return the modules that hold something else now, or may; those that are new hold what importing gave them."""
    return sorted(name for name, state in before.items() if state is None or after.get(name) != state)


def _state(module: ModuleType, deadline: float) -> dict[str, Any] | None:
    held = dict(_held(module))
    look = Look(deadline)
    try:
        found: dict[str, Any] = {}
        for name, value in held.items():
            parts = look.at(value)
            plain = value if type(value) in {int, float, str, bool, bytes} else id(value)
            found[name] = plain, frozenset((part, look.states[part]) for part in parts)
    except TooMuch:
        return None
    finally:
        look.release()
    return found


def _held(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield what a module holds, and what its own classes and functions do: lists of a class, defaults, caches."""
    for name, value in list(vars(module).items()):
        if name.startswith("__"):
            continue
        yield name, value
        told = getattr(value, "__dict__", {}) if isinstance(value, type) else {}
        if isinstance(value, type) and value.__module__ == module.__name__:
            for attribute, item in list(told.items()):
                if not attribute.startswith(("__", "_abc_")):
                    yield f"{name}.{attribute}", item
        elif type(value) is FunctionType and value.__module__ == module.__name__:
            for place, held in enumerate([value.__defaults__, value.__kwdefaults__, value.__dict__, *_enclosed(value)]):
                yield f"{name}({place})", held
        elif type(value).__name__ == "_lru_cache_wrapper":
            yield f"{name}()", value.cache_info().currsize


def _enclosed(function: FunctionType) -> list[Any]:
    found = []
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # not bound yet
            found.append(cell.cell_contents)
    return found
