"""Every estimator of scikit-learn and every booster: captured, opened, kept by MLflow, and asked by `pyfunc`."""

from __future__ import annotations

import ast
import subprocess
import warnings

import numpy as np
import pytest
import xgboost
from boosters import BOOSTERS, FEATURES
from collect_trusted_types import REFUSED, families, resolve
from every_estimator import NAMES, fitted

from nbops.capture.findings.models import Fitted, serialise_model
from nbops.errors import StoreRefused
from nbops.recording.models.log_model import save_model
from nbops.recording.models.open_model import NATIVE, SKOPS, open_model
from nbops.recording.models.pyfunc_by_verb import VERBS
from nbops.recording.models.trusted_types import reviewed_types, trusted_types

# What it found lies in its attributes: new rows cannot be put to these.
UNASKABLE = {"AgglomerativeClustering", "ClassicalMDS", "DBSCAN", "EmpiricalCovariance", "GraphicalLasso",
             "GraphicalLassoCV", "HDBSCAN", "LedoitWolf", "MDS", "MinCovDet", "OAS", "OPTICS", "ShrunkCovariance",
             "SpectralBiclustering", "SpectralClustering", "SpectralCoclustering", "SpectralEmbedding",
             "TSNE"}  # fmt: skip
PICKLED = {"Birch"}  # skops has no way to write it
FAMILIAR = {"AdaBoostClassifier", "BaggingRegressor", "Birch", "CCA", "ClassifierChain", "ColumnTransformer",
            "DecisionTreeClassifier", "DictVectorizer", "ElasticNet", "ExtraTreesRegressor", "FeatureUnion",
            "GaussianNB", "GradientBoostingClassifier", "HistGradientBoostingRegressor", "IsolationForest",
            "IsotonicRegression", "KBinsDiscretizer", "KMeans", "KNeighborsClassifier", "KernelDensity", "LabelEncoder",
            "LinearRegression", "LogisticRegression", "MLPClassifier", "MultiOutputClassifier", "NearestNeighbors",
            "OneVsRestClassifier", "PCA", "Pipeline", "RandomForestClassifier", "Ridge", "SGDClassifier", "SVC",
            "SelectKBest", "StackingClassifier", "StandardScaler", "TfidfVectorizer",
            "TransformedTargetRegressor", "columns", "columns and boosting", "kernels", "text", "named classes",
            "three classes"}  # fmt: skip
ASKABLE = [
    pytest.param(name, marks=[] if name in FAMILIAR else [pytest.mark.slow]) for name in NAMES if name not in UNASKABLE
]


def captured(model, taken):
    """Return the blob and the record of *model* as the kernel writes them for a cell that fitted it."""
    blobs = []
    namespace = {"model": model, "X": taken}
    put = lambda content: blobs.append(content) or "digest"  # noqa: E731
    described, objection = serialise_model(
        Fitted("model", model), put, namespace, ast.parse("model.fit(X)"), 500.0, asked=False
    )
    assert not objection
    return blobs[0], described


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Keep a model in a folder, by the code that writes it into a run; return how, and what `pyfunc` makes of it."""
    import mlflow

    def started(*_, **__):
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", started)
    monkeypatch.setattr(mlflow.models, "infer_pip_requirements", started)

    def keep(model, taken):
        blob, described = captured(model, taken)
        opened = open_model(blob, described, {}, tmp_path)
        save_model(opened, tmp_path / "model")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return opened, mlflow.pyfunc.load_model(str(tmp_path / "model"))

    return keep


def answer(model, taken):
    """Return what the first verb that *model* has says about *taken*."""
    verb = next(verb for verb in VERBS if hasattr(model, verb))
    said = getattr(model, verb)(taken)
    said = said[1] if verb == "kneighbors" else said
    return said.toarray() if hasattr(said, "toarray") else said


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ASKABLE)
def test_estimator_is_kept_without_code_and_answers_the_same(name, kept):
    """As skops, in this process alone, and `pyfunc` says what the estimator says."""
    model, taken = fitted(name)
    opened, loaded = kept(model, taken)
    assert opened.format == ("cloudpickle" if name in PICKLED else SKOPS)
    assert opened.signature is not None or not hasattr(taken, "shape")
    asked = np.array(taken) if type(taken) is list and type(taken[0]) is str else taken
    said, expected = loaded.predict(asked), answer(model, taken)
    if np.asarray(expected).dtype.kind == "f":
        np.testing.assert_allclose(said, expected, rtol=1e-12)
    else:
        np.testing.assert_array_equal(said, expected)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in NAMES if name in UNASKABLE])
def test_what_cannot_be_asked_is_no_mlflow_model(name, tmp_path):
    """An estimator that has only labelled what it was fitted on is refused with a sentence."""
    model, taken = fitted(name)
    blob, described = captured(model, taken)
    with pytest.raises(StoreRefused, match=f"{type(model).__name__} has neither predict nor transform"):
        open_model(blob, described, {}, tmp_path)


@pytest.mark.parametrize("name", BOOSTERS)
def test_booster_is_kept_by_its_library(name, kept):
    """By MLflow's flavour of XGBoost or LightGBM, with signature and the library's version; without a pickle."""
    model = BOOSTERS[name]()
    opened, loaded = kept(model, FEATURES)
    library = name.partition(" ")[0]
    assert opened.flavor == ("sklearn" if "pipeline" in name else library)
    assert opened.format in {NATIVE, SKOPS}
    assert [column for column, _ in opened.signature["columns"]] == ["a", "b", "c"]
    assert any(item.startswith(library) and "==" in item for item in opened.requirements)
    assert opened.flavor in loaded.metadata.flavors
    raw = loaded.get_raw_model()
    assert type(raw) is type(model)
    expected = answer(model, xgboost.DMatrix(FEATURES) if name == "xgboost booster" else FEATURES)
    np.testing.assert_allclose(loaded.predict(FEATURES), expected, rtol=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_all_but_one_estimator_are_kept_without_code():
    """Of scikit-learn's estimators and their combinations skops holds all, by types that were reviewed, but Birch."""
    assert set(NAMES) >= FAMILIAR
    assert {name for name in NAMES if trusted_types(fitted(name)[0]) is None} == PICKLED


def test_the_list_of_trusted_types_is_what_the_script_collects():
    """No member of a family is missing, nothing that was refused is in it, and each name is a class or a function."""
    found = set(families()) - set(REFUSED)
    assert found <= reviewed_types()
    assert not reviewed_types() & set(REFUSED)
    assert all(callable(resolve(name)) for name in found)
