"""State of the process that a cell may move: random generators, environment, directory, import path, options."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xxhash import xxh3_64_intdigest

from nbops.capture.namespace.values import json_value


@dataclass(frozen=True, slots=True)
class ProcessState:
    """Numbers that stand for the state at one moment.

    Attributes:
        generators: `random`, `numpy`, `torch` → state.
        settings: `environ`, `cwd`, `sys.path`, `rcParams`, `pandas.options` → state.
        modules: Names of all modules.
    """

    generators: dict[str, int]
    settings: dict[str, int]
    modules: frozenset[str]


def process_state() -> ProcessState:
    """Read the state; nothing is drawn, nothing imported."""
    return ProcessState(dict(_generators()), dict(_settings()), frozenset(sys.modules))


def moved(before: dict[str, int], after: dict[str, int]) -> tuple[str, ...]:
    """Return the names whose state differs; one that only appeared has not moved."""
    return tuple(name for name, state in after.items() if name in before and before[name] != state)


def imported(before: frozenset[str], after: frozenset[str]) -> tuple[str, ...]:
    """Return the top-level modules that are new."""
    if after <= before:
        return ()
    known = {name.partition(".")[0] for name in before}
    fresh = {name.partition(".")[0] for name in after - before}
    return tuple(sorted(name for name in fresh - known if not name.startswith("_")))


def _generators() -> Iterator[tuple[str, int]]:
    version, numbers, gauss = random.getstate()
    yield "random", hash(numbers) ^ _stable(f"{version} {gauss!r}".encode())
    numpy_random: Any = sys.modules.get("numpy.random")
    if numpy_random is not None and hasattr(numpy_random, "get_state"):
        state = numpy_random.get_state(legacy=False)
        inner = state["state"]
        rest = f"{inner['pos']} {state['has_gauss']} {state['gauss']!r}"
        yield "numpy", _stable(inner["key"].tobytes() + rest.encode())
    torch: Any = sys.modules.get("torch")
    generator = getattr(torch, "default_generator", None)
    if generator is not None:
        yield "torch", _stable(generator.get_state().numpy().tobytes())


def _stable(content: bytes) -> int:
    """Return the same number for the same state in every process, as `hash` does not."""
    return int(xxh3_64_intdigest(content))


def _settings() -> Iterator[tuple[str, int]]:
    yield "environ", hash(frozenset(getattr(os.environ, "_data", os.environ).items()))
    try:
        yield "cwd", hash(os.getcwd())  # noqa: PTH109 # a str is all that is needed
    except FileNotFoundError:
        yield "cwd", 0
    yield "sys.path", hash(tuple(map(str, sys.path)))
    matplotlib: Any = sys.modules.get("matplotlib")
    parameters = getattr(matplotlib, "rcParams", None)
    if isinstance(parameters, dict):
        yield "rcParams", hash(tuple((name, _plain(value)) for name, value in dict.items(parameters)))
    options: Any = sys.modules.get("pandas._config.config")
    if options is not None:
        yield "pandas.options", hash(tuple(_leaves(getattr(options, "_global_config", {}))))


def _leaves(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if type(value) is dict:
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, _plain(value)


def _plain(value: Any) -> Any:
    if type(value) in {str, int, float, bool, type(None)}:
        return value
    return str(json_value(value)) if type(value) in {list, tuple, dict} else id(value)
