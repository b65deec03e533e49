"""What a person typed when making an estimator, also where it is the default: runs that differ in it are compared."""

from __future__ import annotations

import ast
from typing import Any

from nbops.capture.code.called import called
from nbops.capture.code.literals import NotConstant, constant
from nbops.capture.findings.estimators import SEED_NAMES, is_estimator
from nbops.capture.namespace.values import kind_name, simple_value

_EXECUTION_ONLY = {"verbose", "n_jobs", "verbosity", "silent", "thread_count", "nthread", "copy_x", "warm_start"}


def typed_parameters(model: Any, tree: ast.Module) -> dict[str, Any]:
    """Return keyword → literal of the calls in *tree* that made *model*, those of a pipeline's steps as `step__name`.

    A literal counts only if the estimator still holds it, type and all.
    """
    typed = _typed(tree)
    found: dict[str, Any] = {}
    for prefix, part in _parts(model):
        held = getattr(part, "__dict__", {})
        for name, value in typed.get(kind_name(type(part)), {}).items():
            simple, known = simple_value(held[name]) if name in held else (None, False)
            if known and type(simple) is type(value) and simple == value and simple is not None:
                found[prefix + name] = value
    return found


def _parts(model: Any, prefix: str = "", depth: int = 4) -> list[tuple[str, Any]]:
    parts = [(prefix, model)]
    held = getattr(model, "__dict__", {})
    steps = held.get("steps") or held.get("transformers") or ()
    for step in steps if type(steps) is list and depth else ():
        if type(step) is tuple and len(step) > 1 and is_estimator(step[1]):
            parts += _parts(step[1], f"{prefix}{step[0]}__", depth - 1)
    return parts


def _typed(tree: ast.Module) -> dict[str, dict[str, Any]]:
    """Return class → keyword → value; a class that is made twice with different values tells nothing of them."""
    found: dict[str, dict[str, Any]] = {}
    several: set[tuple[str, str]] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        for keyword in node.keywords if name[:1].isupper() else ():
            if keyword.arg is None or keyword.arg in _EXECUTION_ONLY | SEED_NAMES:
                continue
            try:
                value = simple_value(constant(keyword.value))[0]
            except NotConstant:
                continue
            known = found.setdefault(name, {})
            if keyword.arg in known and known[keyword.arg] != value:
                several.add((name, keyword.arg))
            known[keyword.arg] = value
    for name, argument in several:
        del found[name][argument]
    return found
