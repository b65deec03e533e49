"""Captured models in MLflow: loadable by anybody, fast to write, skops where that is possible."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from nbops.recording.get_run import get_run
from nbops.recording.models.open_model import SKOPS, open_model, signature_of

_FRAME = pd.DataFrame(
    {
        "x": np.arange(60.0),
        "n": np.arange(60),
        "city": pd.Series(["Rome", "Oslo", "Lima"] * 20),
        "kind": pd.Categorical(["a", "b"] * 30),
        "flag": [True, False, False] * 20,
    }
)
_NUMBERS, _LABELS = _FRAME[["x", "n"]], np.tile([0, 0, 1], 20)


def _mixed():
    columns = ColumnTransformer(
        [("numbers", StandardScaler(), ["x", "n"]), ("words", OneHotEncoder(), ["city", "kind", "flag"])]
    )
    return Pipeline([("columns", columns), ("model", LogisticRegression())]).fit(_FRAME, _LABELS)


MODELS = {
    "forest": lambda: RandomForestClassifier(20).fit(_NUMBERS, _LABELS),
    "histgb": lambda: HistGradientBoostingClassifier().fit(_NUMBERS, _LABELS),
    "logreg": lambda: LogisticRegression().fit(_NUMBERS, _LABELS),
    "knn": lambda: KNeighborsClassifier().fit(_NUMBERS, _LABELS),
    "pipeline": lambda: make_pipeline(StandardScaler(), LogisticRegression()).fit(_NUMBERS, _LABELS),
    "columns": _mixed,
    "search": lambda: GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2).fit(_NUMBERS, _LABELS),
}


def _signature(frame):
    return {"inputs": [[name, str(dtype)] for name, dtype in frame.dtypes.items()], "tensor": None, "output": "int64"}


@pytest.mark.parametrize("kind", MODELS)
def test_models_are_loadable_and_predict_the_same(kind, stored_workspace, writer, drain, client):
    """`mlflow.pyfunc.load_model` on a frame with its names and dtypes; written as skops in less than a second."""
    import mlflow

    fitted, frame = MODELS[kind](), _FRAME if kind == "columns" else _NUMBERS
    run = writer.run(models=(writer.model(fitted, signature=_signature(frame), packages=["scikit-learn"]),))
    drain()
    entry = get_run(run).models[0]
    assert (entry["name"], entry["format"], entry["uri"][:10]) == ("model", "skops", "models:/m-")
    loaded = mlflow.pyfunc.load_model(entry["uri"])
    assert np.array_equal(loaded.predict(frame), fitted.predict(frame))
    kept = client.get_logged_model(entry["uri"].removeprefix("models:/"))
    assert kept.tags["nbops.model_format"] == "skops"
    assert kept.source_run_id == get_run(run).mlflow_run_id
    assert kept.artifact_location.startswith(stored_workspace.artifacts.as_uri())
    assert [item.model_id for item in client.search_logged_models([kept.experiment_id])] == [kept.model_id]
    assert client.get_experiment(kept.experiment_id).name == "train"


def test_writing_a_model_takes_less_than_a_second(stored_workspace, writer, drain, monkeypatch):
    """Once MLflow is loaded, and without another process; its own way of guessing requirements takes ten."""
    import mlflow

    def started(*_, **__):
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", started)
    monkeypatch.setattr(mlflow.models, "infer_pip_requirements", started)
    for _ in range(2):
        run = writer.run(models=(writer.model(MODELS["pipeline"](), signature=_signature(_NUMBERS)),))
        begun = time.perf_counter()
        drain()
        took = time.perf_counter() - begun
    assert get_run(run).models[0]["uri"]
    assert took < 1.0


def test_the_page_of_a_booster_in_mlflow(stored_workspace, writer, drain, client):
    """Its own flavour and pyfunc, signature, exact requirements, no example of the user's rows; the run says how."""
    import mlflow
    from boosters import BOOSTERS, FEATURES

    fitted = BOOSTERS["xgboost classifier"]()
    run = writer.run(models=(writer.model(fitted, signature=_signature(FEATURES), packages=["scipy==1.0.0"]),))
    drain()
    found = get_run(run)
    kept = client.get_logged_model(found.models[0]["uri"].removeprefix("models:/"))
    assert (kept.tags["nbops.model_format"], kept.tags["nbops.class"]) == ("native", "xgboost.sklearn.XGBClassifier")
    assert client.get_run(found.mlflow_run_id).data.tags["nbops.model_format"] == "native"
    shown = mlflow.models.get_model_info(found.models[0]["uri"])
    assert set(shown.flavors) == {"python_function", "xgboost"}
    assert shown.signature.inputs.input_names() == ["a", "b", "c"]
    assert shown.saved_input_example_info is None
    requirements = mlflow.pyfunc.get_model_dependencies(found.models[0]["uri"], format="pip")
    lines = dict(line.split("==") for line in Path(requirements).read_text().splitlines())
    assert lines["scipy"] == "1.0.0"  # as the kernel told
    assert {"mlflow", "numpy", "pandas", "scikit-learn"} <= set(lines)
    assert any(name.startswith("xgboost") for name in lines)


def test_class_of_the_notebook_goes_as_a_tagged_pickle(stored_workspace, writer, drain, client):
    """A custom transformer from `__main__` is pickled by value, and a gate can see it."""
    import mlflow

    code = (
        "import sys, cloudpickle, numpy as np\n"
        "from sklearn.base import BaseEstimator, TransformerMixin\n"
        "from sklearn.pipeline import make_pipeline\n"
        "from sklearn.linear_model import LogisticRegression\n"
        "class Doubled(TransformerMixin, BaseEstimator):\n"
        "    def fit(self, X, y=None): return self\n"
        "    def transform(self, X): return X * 2\n"
        "model = make_pipeline(Doubled(), LogisticRegression()).fit(np.arange(4.0).reshape(4, 1), [0, 0, 1, 1])\n"
        "sys.stdout.buffer.write(cloudpickle.dumps(model))\n"
    )
    content = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    entry = {"name": "model", "class": "sklearn.pipeline.Pipeline", "blob": writer.journal.put(content),
             "signature": {"inputs": None, "tensor": "float64", "output": "int64"}}  # fmt: skip
    run = writer.run(models=(entry,))
    drain()
    written = get_run(run).models[0]
    assert written["format"] == "pickle"
    assert client.get_logged_model(written["uri"].removeprefix("models:/")).tags["nbops.model_format"] == "pickle"
    assert client.get_run(get_run(run).mlflow_run_id).data.tags["nbops.model_format"] == "pickle"
    assert mlflow.pyfunc.load_model(written["uri"]).predict(np.array([[0.0], [3.0]])).tolist() == [0, 1]


def test_models_load_in_a_fresh_process(stored_workspace, writer, drain):
    """Also one whose class lies beside the notebook: the module is packed with it."""
    (stored_workspace.project / "featuresbeside.py").write_text(
        "from sklearn.base import BaseEstimator\n"
        "class Always(BaseEstimator):\n"
        "    def predict(self, X): return [7 for _ in range(len(X))]\n"
    )
    code = "import sys, pickle; from featuresbeside import Always; sys.stdout.buffer.write(pickle.dumps(Always()))"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=stored_workspace.project)
    theirs = {"name": "theirs", "class": "featuresbeside.Always", "blob": writer.journal.put(made.stdout)}
    fitted = MODELS["forest"]()
    run = writer.run(models=(theirs, writer.model(fitted, signature=_signature(_NUMBERS))))
    drain()
    code = (
        "import mlflow, pandas as pd, sys; mlflow.set_tracking_uri(sys.argv[1]); "
        "f = pd.DataFrame({'x': [1.0], 'n': [1]}); "
        "print([int(mlflow.pyfunc.load_model(uri).predict(f)[0]) for uri in sys.argv[2:]], "
        "'featuresbeside' in sys.modules)"
    )
    uris = [item["uri"] for item in get_run(run).models]
    arguments = [sys.executable, "-P", "-c", code, stored_workspace.tracking_uri, *uris]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd="/")
    expected = int(fitted.predict(pd.DataFrame({"x": [1.0], "n": [1]}))[0])
    assert done.stdout.strip().endswith(f"[7, {expected}] True"), done.stderr


def test_model_that_cannot_be_read_is_kept_raw_and_told(stored_workspace, writer, drain, client):
    """The run is recorded with everything else; the pickle lies among its artifacts."""
    blob = writer.journal.put(b"no pickle")
    run = writer.run(models=({"name": "model", "class": "x.Y", "blob": blob},))
    drain()
    found = get_run(run)
    assert (found.status, found.pending, found.models[0]["uri"]) == ("FINISHED", False, None)
    assert "model 'model' is no MLflow model: it cannot be read back" in found.warnings[0]
    assert [item.path for item in client.list_artifacts(found.mlflow_run_id, "models")] == ["models/model.pkl"]


def test_model_that_autolog_has_logged_is_not_logged_twice(stored_workspace, writer, drain, client):
    """The user's own model of the run is the run's model."""
    import mlflow

    mlflow.set_tracking_uri(stored_workspace.tracking_uri)
    mlflow.set_experiment("mine")
    fitted = MODELS["logreg"]()
    with mlflow.start_run() as active:
        theirs = mlflow.sklearn.log_model(fitted, name="theirs", pip_requirements=["scikit-learn"])
    run = writer.run(opened={"attach": active.info.run_id}, models=(writer.model(fitted),))
    drain()
    assert get_run(run).models[0]["uri"] == f"models:/{theirs.model_id}"
    assert len(client.get_run(active.info.run_id).outputs.model_outputs) == 1


def test_signature_that_would_refuse_good_input_is_left_out():
    """Columns without text names, and dtypes that MLflow has no word for."""
    assert signature_of({"inputs": [[0, "float64"]]}) is None
    assert signature_of({"inputs": [["x", "complex128"]]}) is None
    assert signature_of({"inputs": [["x", "category"]]}) is None  # MLflow would hand on plain text
    assert signature_of({}) is None
    assert signature_of({"tensor": "float32", "shape": [3]})["shape"] == [-1, 3]
    assert signature_of({"tensor": "str", "shape": []})["shape"] == [-1]
    assert signature_of({"inputs": [["x", "Int64"], ["c", "str"]], "output": "object"}) == {
        "columns": [["x", "long"], ["c", "string"]],
        "output": None,
    }


def test_requirements_are_those_of_the_kernel(tmp_path):
    """Versions come from the run's environment; what skops needs comes along."""
    opened = open_model(
        pickle.dumps(MODELS["logreg"]()),
        {"packages": ["scikit-learn", "lightgbm==4.0"]},
        {"packages": {"scikit-learn": "1.2.3"}},
        tmp_path,
    )
    assert opened.format == SKOPS
    assert {"scikit-learn==1.2.3", "lightgbm==4.0"} <= set(opened.requirements)
    assert {item.partition("==")[0] for item in opened.requirements} >= {"mlflow", "numpy", "skops"}
