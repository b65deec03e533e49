"""Collect the types that fitted estimators hold, for `src/nbops/recording/models/trusted_types.toml`.

Run: `python tests/recording/collect_trusted_types.py` shows what the installed libraries hold that the list has not;
with `--write` it is added. Every name that is added has to be reviewed in the diff: a class whose construction and
`__setstate__` do nothing but keep numbers, or a function that computes its value from its arguments and touches
nothing else. What must never be on the list stands in `REFUSED`, with the reason.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

TABLE = Path(__file__).parents[2] / "src" / "nbops" / "recording" / "models" / "trusted_types.toml"
_CALLS = "calls whatever function it is given"
REFUSED = {
    "sklearn.metrics._dist_metrics.PyFuncDistance": _CALLS,
    "sklearn.metrics._dist_metrics.PyFuncDistance32": _CALLS,
    "sklearn.metrics._dist_metrics.PyFuncDistance64": _CALLS,
    "sklearn.metrics._ranking.metric_at_thresholds": _CALLS,
    "sklearn.metrics.cluster._bicluster.consensus_score": _CALLS,
    "sklearn.metrics.cluster._unsupervised.silhouette_samples": _CALLS,
    "sklearn.metrics.cluster._unsupervised.silhouette_score": _CALLS,
    "sklearn.metrics.pairwise.pairwise_distances": _CALLS,
    "sklearn.metrics.pairwise.pairwise_distances_argmin": _CALLS,
    "sklearn.metrics.pairwise.pairwise_distances_argmin_min": _CALLS,
    "sklearn.metrics.pairwise.pairwise_distances_chunked": _CALLS,
    "sklearn.metrics.pairwise.pairwise_kernels": _CALLS,
}
# Families of which an estimator holds the one that it was told, so that a sweep meets only some.
_CLASSES = ("sklearn._loss.loss", "sklearn.gaussian_process.kernels", "sklearn.metrics._dist_metrics",
            "sklearn.model_selection._split", "sklearn.neural_network._stochastic_optimizers")  # fmt: skip
_FUNCTIONS = {
    "sklearn.metrics": ("sklearn.metrics._classification", "sklearn.metrics._ranking", "sklearn.metrics._regression",
                        "sklearn.metrics.pairwise"),
    "sklearn.metrics.cluster": ("sklearn.metrics.cluster._supervised", "sklearn.metrics.cluster._unsupervised"),
    "sklearn.feature_selection": ("sklearn.feature_selection._univariate_selection",
                                  "sklearn.feature_selection._mutual_info"),
}  # fmt: skip
_BOOSTERS = ("lightgbm.sklearn.LGBMRanker", "xgboost.sklearn.XGBRanker", "xgboost.sklearn.XGBRFClassifier",
             "xgboost.sklearn.XGBRFRegressor")  # fmt: skip
_NUMPY = ("abs", "argmax", "argmin", "around", "average", "clip", "concatenate", "cumsum", "diff", "max", "mean",
          "median", "min", "nan_to_num", "nanmean", "nanmedian", "prod", "ptp", "quantile", "ravel", "real", "reshape",
          "round", "squeeze", "std", "sum", "transpose", "var", "zeros_like", "ones_like")  # fmt: skip


def collect() -> dict[str, set[str]]:
    """Return `classes` and `functions` that skops does not trust of its own accord, less what is refused."""
    found = {name for name in (*held(), *families()) if name not in REFUSED}
    kinds: dict[str, set[str]] = {"classes": set(), "functions": set()}
    for name in found:
        kinds["classes" if isinstance(resolve(name), type) else "functions"].add(name)
    return kinds


def resolve(name: str) -> object:
    """Return what the dotted *name* stands for."""
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def reviewed() -> dict[str, list[str]]:
    """Return the list as it is."""
    return tomllib.loads(TABLE.read_text()) if TABLE.exists() else {"classes": [], "functions": []}


def held() -> Iterator[str]:
    """Yield what skops asks about, of every estimator and booster."""
    import skops.io
    from skops.io.exceptions import UnsupportedTypeException

    for _, estimator, _ in _estimators():
        try:
            yield from skops.io.get_untrusted_types(data=skops.io.dumps(estimator))
        except UnsupportedTypeException:
            continue


def _estimators() -> Iterator[tuple[str, object, object]]:
    from boosters import BOOSTERS
    from every_estimator import NAMES, fitted

    for name in NAMES:
        try:
            yield name, *fitted(name)
        except (AttributeError, TypeError, ValueError) as error:  # another version wants it otherwise
            sys.stderr.write(f"{name} was not fitted: {error}"[:120] + "\n")
    yield from ((name, make(), None) for name, make in BOOSTERS.items())


def families() -> Iterator[str]:
    """Yield the members of those families of which an estimator holds the one that it was told."""
    from skops.io._trusted_types import SKLEARN_INTERNAL_TYPE_NAMES

    for name in _CLASSES:
        for own in _classes_of(name):
            if own not in SKLEARN_INTERNAL_TYPE_NAMES:
                yield own
    for public, owners in _FUNCTIONS.items():
        for item in vars(importlib.import_module(public)).values():
            if inspect.isfunction(item) and item.__module__ in owners:
                yield f"{item.__module__}.{item.__name__}"
    yield from _BOOSTERS
    import numpy as np

    for name in _NUMPY:
        item = getattr(np, name)
        if not isinstance(item, np.ufunc):
            yield f"{item.__module__}.{item.__name__}"


def _classes_of(name: str) -> Iterator[str]:
    try:
        module = importlib.import_module(name)
    except ImportError:  # another version
        return
    for item in vars(module).values():
        if isinstance(item, type) and item.__module__ == name and _concrete(item):
            yield f"{name}.{item.__name__}"


def _concrete(kind: type) -> bool:
    name = kind.__name__
    return not name.startswith(("_", "Base")) and not name.endswith("Mixin") and not inspect.isabstract(kind)


def _main() -> int:
    known, found = reviewed(), collect()
    new = {kind: sorted(names - set(known.get(kind, ()))) for kind, names in found.items()}
    for kind, names in new.items():
        for name in names:
            sys.stdout.write(f"{kind}: {name}\n")
    if "--write" in sys.argv:
        head = [line for line in TABLE.read_text().splitlines() if line.startswith("#")] if TABLE.exists() else []
        parts = ["\n".join(head)]
        for kind in ("classes", "functions"):
            names = sorted({*known.get(kind, ()), *new[kind]})
            parts.append(f"{kind} = [\n" + "".join(f'  "{name}",\n' for name in names) + "]\n")
        TABLE.write_text("\n".join(parts))
    return int(any(new.values()))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    sys.exit(_main())
