"""Load two pickled models and compare what they predict. Runs as a process of its own: unpickling runs the user's code.

Reads an order from standard input and writes one JSON object of answers, by model, to standard output.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nbops.recording.models.pyfunc_by_verb import VERBS
from nbops.snapshots.load import load
from nbops.workspace import Workspace

MOST_ROWS = 10_000
_RTOL, _ATOL = 1e-9, 1e-12
_NO_ROWS = "the run's snapshots hold no rows that it could predict for"


class _Incomparable(Exception):  # names the fact, as our errors do
    """Two models cannot be compared; the message says why."""


def main() -> None:
    """Answer the order on standard input."""
    order = json.load(sys.stdin)
    place = Workspace(Path(order["workspace"]))
    datasets = _Datasets(order["snapshots"], place)
    answers = {model["name"]: _answer(model, datasets) for model in order["models"]}
    # After whatever the user's code may have printed.
    sys.stdout.write("\n\x1e" + json.dumps(answers) + "\n")


class _Datasets:
    """The run's snapshots, each loaded once."""

    def __init__(self, ids: list[str], workspace: Workspace) -> None:
        self._ids, self._workspace = ids, workspace
        self._loaded: dict[str, Any] = {}

    def __iter__(self) -> Iterator[Any]:
        for identity in self._ids:
            if identity not in self._loaded:
                self._loaded[identity] = load(identity, workspace=self._workspace)
            yield self._loaded[identity]


def _answer(model: Mapping[str, Any], datasets: _Datasets) -> dict[str, Any]:
    try:
        captured, fresh = (_open(file) for file in model["files"])
        rows, length = _rows(model["signature"], datasets, captured)
        difference = _difference(captured, fresh, rows)
    except _Incomparable as error:
        return {"reason": str(error)}
    except Exception as error:  # noqa: BLE001 # the user's classes may raise anything
        return {"reason": f"{type(error).__name__}: {error}"[:300]}
    return {"equal": not difference, "rows": length, "difference": difference}


def _open(file: Mapping[str, str]) -> Any:
    try:
        content = Path(file["path"]).read_bytes()
    except OSError as error:
        raise _Incomparable(f"its file cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise _Incomparable("its file is not what was stored")
    try:
        return pickle.loads(content)  # noqa: S301 # of this workspace's own journal, its hash checked
    except Exception as error:
        raise _Incomparable(f"it cannot be loaded: {type(error).__name__}: {error}"[:300]) from error


def _rows(signature: Mapping[str, Any], datasets: _Datasets, model: Any) -> tuple[Any, int]:
    """Return rows that the model can be asked about, and how many.

    Raises:
        _Incomparable: There are none.
    """
    columns = [name for name, _ in signature.get("inputs") or ()]
    shape = signature.get("shape")
    width = int(getattr(model, "n_features_in_", 0) or (shape[0] if shape and len(shape) == 1 else 0))
    for dataset in datasets:
        chosen = _chosen(dataset, columns, width, shape, texts=signature.get("tensor") == "str")
        if chosen is not None and len(chosen):
            step = -(-len(chosen) // MOST_ROWS)
            rows = chosen.iloc[::step] if hasattr(chosen, "iloc") else chosen[::step]
            return rows, len(rows)
    raise _Incomparable(_NO_ROWS)


def _chosen(dataset: Any, columns: list[str], width: int, shape: Any, *, texts: bool) -> Any:
    """Return what a model can be asked about of *dataset*, or None."""
    kind = type(dataset).__name__
    if columns:
        held = list(getattr(dataset, "columns", ())) if kind == "DataFrame" else []
        return dataset[columns] if held and set(columns) <= set(held) else None
    if texts:
        return dataset if kind == "Series" else None
    found: tuple[int, ...] = tuple(getattr(dataset, "shape", ()))
    if len(found) < 2:  # noqa: PLR2004 # one row of numbers each
        return None
    if shape is not None and len(shape) > 1:
        return dataset if list(found[1:]) == list(shape) else None
    if not width or len(found) != 2 or found[1] != width:  # noqa: PLR2004
        return None
    return dataset.to_numpy() if kind == "DataFrame" else dataset


def _difference(captured: Any, fresh: Any, rows: Any) -> str:
    """Say how the answers of two models differ; empty where they are the same.

    Raises:
        _Incomparable: They answer nothing.
    """
    if type(captured).__qualname__ != type(fresh).__qualname__:
        return f"a {type(fresh).__name__}"
    verbs = [verb for verb in VERBS if hasattr(captured, verb)][:1]
    verbs += ["predict_proba"] if "predict" in verbs and hasattr(captured, "predict_proba") else []
    if not verbs:
        raise _Incomparable(f"a {type(captured).__name__} has no {', '.join(VERBS)}")
    for verb in verbs:
        one, two = _asked(captured, verb, rows), _asked(fresh, verb, rows)
        if told := _unequal(one, two):
            return f"{verb} differs {told}"
    return ""


def _asked(model: Any, verb: str, rows: Any) -> Any:
    import numpy as np

    given = rows
    if type(model).__module__ == "xgboost.core":
        import xgboost

        given = xgboost.DMatrix(rows)
    answer = getattr(model, verb)(given)
    answer = answer[1] if verb == "kneighbors" else answer
    return np.asarray(answer.toarray() if hasattr(answer, "toarray") else answer)


def _unequal(one: Any, two: Any) -> str:
    """Say for how many rows two arrays differ: floats within 1e-9 relative, everything else exactly."""
    import numpy as np

    if one.shape != two.shape:
        return f"in shape: {one.shape} and {two.shape}"
    floats = one.dtype.kind in "fc" and two.dtype.kind in "fc"
    same: Any = np.isclose(one, two, rtol=_RTOL, atol=_ATOL, equal_nan=True) if floats else one == two
    rows = np.asarray(same).reshape(one.shape[0] if one.ndim else 1, -1).all(axis=1)
    return "" if rows.all() else f"for {int((~rows).sum()):,} of {rows.size:,} rows"


if __name__ == "__main__":
    main()
