"""What a person typed into estimators that no fitted model of the cell tells of: cross-validated ones and searches."""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Iterator, Mapping
from types import ModuleType
from typing import Any

from nbops.capture.code.literals import NotConstant, constant
from nbops.capture.findings.estimators import EXECUTION_ONLY, SEED_NAMES, is_estimator_class
from nbops.capture.findings.fold_scores import is_cross_validation
from nbops.capture.namespace.values import kind_name, simple_value

_SPACES = {"param_grid", "param_distributions", "search_spaces"}
_LONGEST = 500


def call_parameters(tree: ast.Module, namespace: Mapping[str, Any], covered: Collection[str]) -> dict[str, Any]:
    """Return keyword → literal of the calls in *tree* that make estimators.

    A search's space is JSON text of at most 500 characters; a `cv` that is no literal is the code that was typed. A
    keyword that two classes were given differently is `Class.keyword`; one class made twice tells nothing of it.

    Args:
        tree: Of the cell.
        namespace: After the cell; only names and the attributes of modules are looked up.
        covered: Names of classes whose parameters are told by a fitted model.
    """
    found: dict[str, dict[str, list[Any]]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if is_cross_validation(node):
            made = [("", name, value) for name, value in _keywords(node) if name == "cv"]
        else:
            kind = _resolved(node.func, namespace)
            if not isinstance(kind, type) or not is_estimator_class(kind) or kind_name(kind) in covered:
                continue
            made = [(kind_name(kind), name, value) for name, value in _keywords(node, kind_name(kind))]
        for owner, name, value in made:
            values = found.setdefault(name, {}).setdefault(owner, [])
            if value not in values:
                values.append(value)
    chosen: dict[str, Any] = {}
    for name, owners in found.items():
        single = {owner: values[0] for owner, values in owners.items() if len(values) == 1}
        alike = len({json.dumps(value, sort_keys=True) for value in single.values()}) == 1
        for owner, value in single.items():
            chosen[name if alike or not owner else f"{owner}.{name}"] = value
    return chosen


def _keywords(call: ast.Call, owner: str = "") -> Iterator[tuple[str, Any]]:
    search = owner.endswith("SearchCV")
    given = [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg]
    if search and len(call.args) > 1:
        given.append(("param_grid" if "Grid" in owner else "param_distributions", call.args[1]))
    for name, node in given:
        if name in EXECUTION_ONLY | SEED_NAMES:
            continue
        if search and name in _SPACES:
            if not isinstance(node, ast.Name):
                yield name, json.dumps(_space(node), default=str)[:_LONGEST]
            continue
        try:
            value, known = simple_value(constant(node))
        except NotConstant:
            if name == "cv" and isinstance(node, ast.Call):
                yield name, ast.unparse(node)[:_LONGEST]
            continue
        if known and value is not None:
            yield name, value


def _space(node: ast.expr) -> Any:
    """Return a space's literals as they are, what is computed in it as the code that was typed."""
    try:
        return constant(node)
    except NotConstant:
        pass
    if isinstance(node, ast.List):
        return [_space(item) for item in node.elts]
    if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
        return {ast.literal_eval(key): _space(item) for key, item in zip(node.keys, node.values, strict=True) if key}
    return ast.unparse(node)


def _resolved(node: ast.expr, namespace: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return namespace.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _resolved(node.value, namespace)
        return vars(owner).get(node.attr) if type(owner) is ModuleType else None
    return None
