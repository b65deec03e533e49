"""Every estimator of scikit-learn, fitted on a few rows: what the list of trusted types was collected from."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn import (
    calibration,
    cluster,
    compose,
    decomposition,
    ensemble,
    feature_extraction,
    feature_selection,
    frozen,
    gaussian_process,
    impute,
    isotonic,
    kernel_ridge,
    linear_model,
    metrics,
    model_selection,
    multioutput,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    semi_supervised,
    svm,
    tree,
)
from sklearn.base import is_clusterer, is_regressor
from sklearn.utils import all_estimators

_RANDOM = np.random.default_rng(0)
ROWS = 40
NUMBERS = np.abs(_RANDOM.normal(size=(ROWS, 4))) + 0.1
LABELS = np.tile([0, 1], ROWS // 2)
THREE = np.arange(ROWS) % 3
TARGET = NUMBERS @ np.array([1.0, 2.0, 0.5, 0.1]) + 0.1
MANY_LABELS = np.column_stack([LABELS, 1 - LABELS])
MANY_TARGETS = np.column_stack([TARGET, TARGET * 2])
FRAME = pd.DataFrame(NUMBERS, columns=list("abcd")).assign(city=["Rome", "Oslo"] * (ROWS // 2))
TEXTS = ["one two three", "two three four", "five one", "six six two"] * (ROWS // 4)
WORDS = [{"a": 1.0, "b": "x"}, {"a": 2.0, "c": 3.0}] * (ROWS // 2)

Example = tuple[Callable[[], Any], Any, Any]
_logistic, _ridge, _scaler = linear_model.LogisticRegression, linear_model.Ridge, preprocessing.StandardScaler
_C = {"C": [0.1, 1.0]}
_forest = partial(ensemble.RandomForestClassifier, 3)


def _mixed() -> compose.ColumnTransformer:
    numbers = pipeline.make_pipeline(impute.SimpleImputer(), _scaler())
    return compose.ColumnTransformer(
        [
            ("numbers", numbers, compose.make_column_selector(dtype_include="number")),
            ("words", preprocessing.OneHotEncoder(handle_unknown="ignore"), ["city"]),
        ]
    )


# What cannot be made, or not be fitted, as it comes.
_SPECIAL: dict[str, Example] = {
    "CCA": (lambda: __import__("sklearn.cross_decomposition").cross_decomposition.CCA(1), NUMBERS, TARGET),
    "ClassifierChain": (lambda: multioutput.ClassifierChain(_logistic()), NUMBERS, MANY_LABELS),
    "ColumnTransformer": (_mixed, FRAME, LABELS),
    "CountVectorizer": (feature_extraction.text.CountVectorizer, TEXTS, None),
    "TfidfVectorizer": (feature_extraction.text.TfidfVectorizer, TEXTS, None),
    "HashingVectorizer": (lambda: feature_extraction.text.HashingVectorizer(n_features=16), TEXTS, None),
    "FeatureHasher": (lambda: feature_extraction.FeatureHasher(4), WORDS, None),
    "DictVectorizer": (feature_extraction.DictVectorizer, WORDS, None),
    "FeatureUnion": (lambda: pipeline.FeatureUnion([("a", _scaler()), ("b", decomposition.PCA(2))]), NUMBERS, LABELS),
    "FrozenEstimator": (lambda: frozen.FrozenEstimator(_logistic().fit(NUMBERS, LABELS)), NUMBERS, LABELS),
    "GridSearchCV": (lambda: model_selection.GridSearchCV(_logistic(), _C, cv=2), NUMBERS, LABELS),
    "IsotonicRegression": (lambda: isotonic.IsotonicRegression(out_of_bounds="clip"), NUMBERS[:, 0], TARGET),
    "KernelCenterer": (preprocessing.KernelCenterer, NUMBERS @ NUMBERS.T, None),
    "LabelBinarizer": (preprocessing.LabelBinarizer, LABELS, None),
    "LabelEncoder": (preprocessing.LabelEncoder, LABELS, None),
    "MultiLabelBinarizer": (preprocessing.MultiLabelBinarizer, [(1, 2), (3,)] * (ROWS // 2), None),
    "MultiOutputRegressor": (lambda: multioutput.MultiOutputRegressor(_ridge()), NUMBERS, MANY_TARGETS),
    "PatchExtractor": (
        lambda: feature_extraction.image.PatchExtractor(patch_size=(2, 2)),
        NUMBERS.reshape(10, 4, 4),
        None,
    ),
    "Pipeline": (lambda: pipeline.make_pipeline(_scaler(), _logistic()), NUMBERS, LABELS),
    "PLSCanonical": (
        lambda: __import__("sklearn.cross_decomposition").cross_decomposition.PLSCanonical(1),
        NUMBERS,
        TARGET,
    ),
    "PLSSVD": (lambda: __import__("sklearn.cross_decomposition").cross_decomposition.PLSSVD(1), NUMBERS, TARGET),
    "RandomizedSearchCV": (
        lambda: model_selection.RandomizedSearchCV(_logistic(), _C, cv=2, n_iter=1),
        NUMBERS,
        LABELS,
    ),
    "RegressorChain": (lambda: multioutput.RegressorChain(_ridge()), NUMBERS, MANY_TARGETS),
    "RFECV": (lambda: feature_selection.RFECV(_logistic(), cv=2), NUMBERS, LABELS),
    "GaussianRandomProjection": (
        lambda: __import__("sklearn.random_projection").random_projection.GaussianRandomProjection(2),
        NUMBERS,
        None,
    ),
    "SparseRandomProjection": (
        lambda: __import__("sklearn.random_projection").random_projection.SparseRandomProjection(2),
        NUMBERS,
        None,
    ),
    "SelectKBest": (lambda: feature_selection.SelectKBest(k=2), NUMBERS, LABELS),
    "SelfTrainingClassifier": (lambda: semi_supervised.SelfTrainingClassifier(_logistic()), NUMBERS, LABELS),
    "SequentialFeatureSelector": (
        lambda: feature_selection.SequentialFeatureSelector(_logistic(), cv=2),
        NUMBERS,
        LABELS,
    ),
    "SparseCoder": (lambda: decomposition.SparseCoder(np.eye(4)), NUMBERS, None),
    "StackingClassifier": (lambda: ensemble.StackingClassifier([("l", _logistic())], cv=2), NUMBERS, LABELS),
    "StackingRegressor": (lambda: ensemble.StackingRegressor([("r", _ridge())], cv=2), NUMBERS, TARGET),
    "TransformedTargetRegressor": (
        lambda: compose.TransformedTargetRegressor(_ridge(), func=np.log1p, inverse_func=np.expm1),
        NUMBERS,
        TARGET,
    ),
    "VotingClassifier": (lambda: ensemble.VotingClassifier([("l", _logistic()), ("f", _forest())]), NUMBERS, LABELS),
    "VotingRegressor": (lambda: ensemble.VotingRegressor([("r", _ridge())]), NUMBERS, TARGET),
}

# Fitted state that depends on what the estimator was told.
_COMBINATIONS: dict[str, Example] = {
    "columns": (lambda: pipeline.make_pipeline(_mixed(), _logistic()), FRAME, LABELS),
    "columns and boosting": (
        lambda: pipeline.make_pipeline(_mixed(), ensemble.GradientBoostingClassifier(n_estimators=3)),
        FRAME,
        LABELS,
    ),
    "text": (lambda: pipeline.make_pipeline(feature_extraction.text.TfidfVectorizer(), _logistic()), TEXTS, LABELS),
    "logarithm": (
        lambda: pipeline.make_pipeline(preprocessing.FunctionTransformer(np.log1p), _ridge()),
        NUMBERS,
        TARGET,
    ),
    "scorer": (
        lambda: linear_model.LogisticRegressionCV(Cs=2, cv=2, scoring=metrics.make_scorer(metrics.f1_score)),
        NUMBERS,
        LABELS,
    ),
    "chosen features": (
        lambda: pipeline.make_pipeline(
            feature_selection.SelectKBest(feature_selection.mutual_info_classif, k=2), _logistic()
        ),
        NUMBERS,
        LABELS,
    ),
    "named classes": (_forest, FRAME[list("abcd")], np.array(["no", "yes"])[LABELS]),
    "kernels": (
        lambda: gaussian_process.GaussianProcessRegressor(
            gaussian_process.kernels.RBF()
            + gaussian_process.kernels.WhiteKernel() * gaussian_process.kernels.Matern()
            + gaussian_process.kernels.RationalQuadratic()
        ),
        NUMBERS,
        TARGET,
    ),
    "ball tree": (
        lambda: neighbors.KNeighborsClassifier(algorithm="ball_tree", metric="manhattan"),
        NUMBERS,
        LABELS,
    ),
    "cosine": (lambda: neighbors.KNeighborsClassifier(metric="cosine"), NUMBERS, LABELS),
    "novelty": (lambda: neighbors.LocalOutlierFactor(novelty=True), NUMBERS, None),
    "early stopping": (
        lambda: ensemble.HistGradientBoostingRegressor(early_stopping=True, max_iter=3),
        NUMBERS,
        TARGET,
    ),
    "categories": (
        lambda: ensemble.HistGradientBoostingClassifier(categorical_features=[3], max_iter=3),
        np.column_stack([NUMBERS[:, :3], LABELS]),
        LABELS,
    ),
    "three classes": (partial(ensemble.HistGradientBoostingClassifier, max_iter=3), NUMBERS, THREE),
    "exponential": (
        lambda: ensemble.GradientBoostingClassifier(loss="exponential", n_estimators=3),
        NUMBERS,
        LABELS,
    ),
    "three classes boosted": (lambda: ensemble.GradientBoostingClassifier(n_estimators=3), NUMBERS, THREE),
    "generator": (lambda: tree.DecisionTreeClassifier(random_state=np.random.RandomState(0)), NUMBERS, LABELS),
    "network": (
        lambda: neural_network.MLPClassifier((4,), solver="adam", early_stopping=True),
        NUMBERS,
        LABELS,
    ),
    "network by descent": (
        lambda: neural_network.MLPRegressor(hidden_layer_sizes=(4,), solver="sgd"),
        NUMBERS,
        TARGET,
    ),
    "calibrated": (lambda: calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2), NUMBERS, LABELS),
    "calibrated isotonic": (
        lambda: calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2, method="isotonic"),
        NUMBERS,
        LABELS,
    ),
    "stacked": (
        lambda: ensemble.StackingClassifier([("forest", _forest()), ("logistic", _logistic())], cv=2),
        NUMBERS,
        LABELS,
    ),
    "bisecting": (lambda: cluster.BisectingKMeans(2), NUMBERS, None),
    "imputed": (lambda: pipeline.make_pipeline(impute.KNNImputer(), svm.SVR()), NUMBERS, TARGET),
    "kernel": (lambda: kernel_ridge.KernelRidge(kernel="rbf"), NUMBERS, TARGET),
    **{
        f"histogram boosting by {loss}": (
            partial(ensemble.HistGradientBoostingRegressor, loss=loss, max_iter=3, **more),
            NUMBERS,
            TARGET,
        )
        for loss, more in (("poisson", {}), ("gamma", {}), ("quantile", {"quantile": 0.5}), ("absolute_error", {}))
    },
    **{
        f"boosting by {loss}": (
            partial(ensemble.GradientBoostingRegressor, loss=loss, n_estimators=3),
            NUMBERS,
            TARGET,
        )
        for loss in ("absolute_error", "huber", "quantile")
    },
    **{
        f"descent by {loss}": (partial(linear_model.SGDClassifier, loss=loss), NUMBERS, LABELS)
        for loss in ("hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron")
    },
    **{
        f"regression by {loss}": (partial(linear_model.SGDRegressor, loss=loss), NUMBERS, TARGET)
        for loss in ("squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive")
    },
}

NAMES = (*(name for name, _ in all_estimators() if not name.startswith("Halving")), *_COMBINATIONS)


def fitted(name: str) -> tuple[Any, Any]:
    """Return the estimator or combination called *name*, fitted, and what it was fitted on."""
    if name in _COMBINATIONS or name in _SPECIAL:
        make, taken, target = _COMBINATIONS.get(name) or _SPECIAL[name]
        estimator = make()
    else:
        kind = dict(all_estimators())[name]
        estimator, taken = _made(kind), NUMBERS
        target = _target(name, estimator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return (estimator.fit(taken) if target is None else estimator.fit(taken, target)), taken


def _made(kind: type) -> Any:
    try:
        made = kind()
        few = {"n_estimators": 3, "max_iter": 3 if "HistGradient" in kind.__name__ else None}
        chosen = {name: value for name, value in few.items() if value and name in made.get_params()}
        return made.set_params(**chosen)
    except TypeError:  # it needs another
        inner = _ridge() if "Regressor" in kind.__name__ else _logistic()
        return kind(inner)


def _target(name: str, estimator: Any) -> Any:
    if "MultiTask" in name:
        return MANY_TARGETS
    if name == "MultiOutputClassifier":
        return MANY_LABELS
    if is_clusterer(estimator):
        return None
    return TARGET if is_regressor(estimator) else LABELS
