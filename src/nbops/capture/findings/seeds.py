"""Random seeds that a cell sets."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbops.capture.code.generators import library_called

_KEYWORDS = {"random_state", "seed", "random_seed", "data_seed", "generator_seed"}
_CALLS = {"seed", "manual_seed", "manual_seed_all", "default_rng", "RandomState", "set_seed", "seed_everything",
          "PRNGKey", "set_random_seed", "PCG64", "SeedSequence"}  # fmt: skip
_NAMES = {"seed", "random_seed", "random_state", "rng_seed"}


@dataclass(slots=True)
class Seeds:
    """What was found.

    Attributes:
        values: What was seeded, or the name that holds the seed → seed.
        names: Names that serve as seeds only; they are no parameters.
    """

    values: dict[str, int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


def seeds_of(tree: ast.Module, namespace: Mapping[str, Any]) -> Seeds:
    """Find seeds given by keyword (`random_state=0`) or by call (`np.random.seed(0)`), as literals or names."""
    found = Seeds()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            label = _label(node.func)
            for keyword in node.keywords:
                if keyword.arg in _KEYWORDS:
                    _take(found, keyword.arg, keyword.value, namespace)
            if label.rpartition(".")[2] in _CALLS and node.args:
                _take(found, label, node.args[0], namespace)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name.lower() in _NAMES:
                _take(found, name, ast.Name(name, ast.Load()), namespace)
    elsewhere = _used_elsewhere(tree, found.names)
    found.names -= elsewhere
    return found


def _take(found: Seeds, label: str, value: ast.expr, namespace: Mapping[str, Any]) -> None:
    if isinstance(value, ast.Constant) and type(value.value) is int:
        found.values[label] = value.value
    elif isinstance(value, ast.Name) and type(namespace.get(value.id)) is int:
        found.values[value.id] = namespace[value.id]
        found.names.add(value.id)


def _label(function: ast.expr) -> str:
    """Return `numpy.seed` for `np.random.seed`, `random.seed`, `default_rng`."""
    if not isinstance(function, ast.Attribute):
        return getattr(function, "id", "")
    root = function.value
    while isinstance(root, ast.Attribute):
        root = root.value
    owner = library_called(getattr(root, "id", ""))
    return (
        f"{owner}.{function.attr}" if owner and function.attr not in {"default_rng", "RandomState"} else function.attr
    )


def _used_elsewhere(tree: ast.Module, names: set[str]) -> set[str]:
    """Return those *names* that the cell also uses for something else than seeding."""
    if not names:
        return set()
    seeding: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            given = [keyword.value for keyword in node.keywords if keyword.arg in _KEYWORDS]
            if _label(node.func).rpartition(".")[2] in _CALLS:
                given += node.args[:1]
            seeding.update(id(item) for item in given)
    loads = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    return {node.id for node in loads if node.id in names and id(node) not in seeding and node.id.lower() not in _NAMES}
