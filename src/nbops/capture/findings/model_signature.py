"""What a fitted model takes and gives, from what it was fitted on; nothing is predicted."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from nbops.capture.code.names import stores_of
from nbops.capture.findings.estimators import FITS, attributes_of, is_booster


def signature_of(model: Any, name: str, tree: ast.Module, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Return `inputs` (pairs of column and dtype), or `tensor` (dtype) with `shape` (of one row), and `output` (dtype).

    Args:
        model: The fitted model.
        name: Name it is bound to, dotted for an entry of a container.
        tree: Of the cell, whose `fit` call tells the data.
        namespace: After the cell.
    """
    features = _features(model)
    count = _number(model, "n_features_in_") or len(features)
    signature: dict[str, Any] = {"inputs": None, "tensor": None, "output": _output(model)}
    frame = None
    for value, own in _fitted_on(name.partition(".")[0], tree, namespace):
        columns = _columns(value)
        if columns is not None and ([column for column, _ in columns] == features if features else own):
            frame = columns
            break
        if own and columns is None and not features and _is_matrix(value, count):
            return signature | {"tensor": _dtype(value.dtype), "shape": [int(size) for size in value.shape[1:]]}
        if own and not count and _is_texts(value):
            return signature | {"tensor": "str", "shape": []}
    if frame is None and features:
        frame = _from_any_frame(features, tree, namespace)
    if frame is not None and not all(type(column) is str for column, _ in frame):
        return signature | _nameless(frame)
    if frame is not None:
        return signature | {"inputs": [[column, dtype] for column, dtype in frame]}
    if count:
        return signature | {"tensor": "float64", "shape": [count]}
    return signature


def _fitted_on(name: str, tree: ast.Module, namespace: Mapping[str, Any]) -> Iterator[tuple[Any, bool]]:
    """Yield what `fit` was given in the cell, and whether the model called *name* was; that one first."""
    calls = [(call, own) for statement in tree.body for call, own in _fits(statement, name)]
    for call, own in sorted(calls, key=lambda pair: not pair[1]):
        given = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg in {"X", "x"}), None)
        if isinstance(given, ast.Name) and given.id in namespace:
            yield namespace[given.id], own
        elif isinstance(given, ast.Subscript) and isinstance(given.value, ast.Name):
            chosen = namespace.get(getattr(given.slice, "id", ""))
            columns = _columns(namespace.get(given.value.id))
            if columns is not None and type(chosen) is list:
                kept = dict(columns)
                if all(type(item) is str and item in kept for item in chosen):
                    yield _Columns([(item, kept[item]) for item in chosen]), own


def _fits(statement: ast.stmt, name: str) -> Iterator[tuple[ast.Call, bool]]:
    """Yield the calls of `fit` in a statement, and whether each is on *name* or makes it."""
    makes = name in stores_of(statement) and isinstance(statement, (ast.Assign, ast.AnnAssign))
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FITS:
            yield node, makes or _root(node) == name


class _Columns:
    """Columns of a frame that was cut out of a larger one and not kept."""

    def __init__(self, columns: list[tuple[Any, str]]) -> None:
        self.chosen = columns


def _columns(value: Any) -> list[tuple[Any, str]] | None:
    if isinstance(value, _Columns):
        return value.chosen
    if type(value).__name__ == "DataFrame" and type(value).__module__.partition(".")[0] in {"pandas", "polars"}:
        return [(column, str(dtype)) for column, dtype in zip(value.columns, value.dtypes, strict=True)]
    return None


def _nameless(frame: list[tuple[Any, str]]) -> dict[str, Any]:
    """Return what a frame without names for its columns is to MLflow: a matrix, if it is of one kind of number."""
    kinds = {dtype for _, dtype in frame}
    plain = len(kinds) == 1 and kinds <= {"float64", "float32", "int64", "int32"}
    return {"tensor": kinds.pop(), "shape": [len(frame)]} if plain else {}


def _from_any_frame(features: list[str], tree: ast.Module, namespace: Mapping[str, Any]) -> list[tuple[Any, str]]:
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    for value in (namespace.get(name) for name in dict.fromkeys(names)):
        known = dict(_columns(value) or ())
        if known and all(feature in known for feature in features):
            return [(feature, known[feature]) for feature in features]
    return [(feature, "float64") for feature in features]


def _root(call: ast.Call) -> str:
    node: ast.AST = call.func
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", "")


def _is_matrix(value: Any, count: int) -> bool:
    shape: tuple[int, ...] = getattr(value, "shape", ())
    known = len(shape) > 1 and shape[1] == count if count else len(shape) > 0
    return type(value).__module__ == "numpy" and type(value).__name__ == "ndarray" and known


def _is_texts(value: Any) -> bool:
    if type(value) is list:
        return bool(value) and all(type(item) is str for item in value[:100])
    return type(value).__name__ == "Series" and _dtype(getattr(value, "dtype", None)) == "str"


def _features(model: Any) -> list[str]:
    """Return the names of the columns that *model* was fitted on, as far as it knows them."""
    if is_booster(model):
        named = model.feature_names if hasattr(type(model), "feature_names") else model.feature_name()
        return [str(item) for item in named or ()]
    return [str(item) for item in _listed(model, "feature_names_in_")]


def _output(model: Any) -> str | None:
    if is_booster(model):
        return "float32" if type(model).__module__ == "xgboost.core" else "float64"
    classes = _held(model, "classes_")
    if classes is not None and hasattr(classes, "dtype"):
        return _dtype(classes.dtype)
    kind = getattr(type(model), "_estimator_type", None)
    tags = getattr(type(model), "__sklearn_tags__", None)
    if tags is not None:
        kind = getattr(model.__sklearn_tags__(), "estimator_type", kind)
    if type(model).__module__ == "xgboost.sklearn" and kind == "regressor":
        return "float32"
    return {"regressor": "float64", "clusterer": "int32", "classifier": "int64"}.get(str(kind))


def _held(model: Any, name: str) -> Any:
    """Return a fitted attribute of *model*, or of the last step of a pipeline."""
    held = attributes_of(model)
    if name in held:
        return held[name]
    steps = held.get("steps")
    if isinstance(steps, list) and steps:
        place = -1 if name == "classes_" else 0
        return _held(steps[place][1], name)
    return None


def _listed(model: Any, name: str) -> list[Any]:
    value = _held(model, name)
    return value.tolist() if hasattr(value, "tolist") else list(value or ())


def _number(model: Any, name: str) -> int:
    value = _held(model, name)
    return int(value) if value is not None else 0


def _dtype(dtype: Any) -> str:
    kind = getattr(dtype, "kind", "")
    return "str" if kind in {"U", "S", "O", "T"} or str(dtype) in {"str", "string"} else str(dtype)
