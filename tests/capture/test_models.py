"""Which objects are the models of a cell, and how they are kept."""

from __future__ import annotations

import pickle
import subprocess
import sys

IMPORTS = (
    "from sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler\n"
    "from sklearn.model_selection import GridSearchCV\nfrom sklearn.ensemble import RandomForestRegressor\n"
    "from sklearn.base import BaseEstimator, ClassifierMixin, clone\n"
)


def names(closed):
    return [(model["name"], model["class"].rpartition(".")[2]) for model in closed.models]


def test_only_the_outermost_pipeline(flowers):
    """Steps are not models of their own."""
    flowers.run(IMPORTS)
    closed = flowers.track("pipe = make_pipeline(StandardScaler(), LogisticRegression())\npipe.fit(X_train, y_train)")
    assert names(closed) == [("pipe", "Pipeline")]
    assert closed.models[0]["signature"]["inputs"] == [["a", "float64"], ["b", "float64"]]


def test_the_best_estimator_of_a_search(flowers):
    """A search stands for what it found; its parameters are what it chose."""
    flowers.run(IMPORTS)
    closed = flowers.track("search = GridSearchCV(LogisticRegression(), {'C': [0.1, 5.0]}, cv=2).fit(X_train, y_train)")
    assert names(closed) == [("search", "LogisticRegression")]


def test_fitted_before_is_not_fitted_now(flowers):
    """A model that the cell only uses, copies, names again or loads is none of its models."""
    flowers.run(IMPORTS + "import copy, pickle\nmodel = LogisticRegression().fit(X, y)\nbox = {'m': model}")
    used = "acc = model.score(X, y)\nother = box['m']\nfresh = clone(model)\nloaded = pickle.loads(pickle.dumps(model))"
    assert names(flowers.track(used)) == []


def test_fitting_again_in_place_counts(flowers):
    """An object that existed and was fitted by the cell is its model, also inside a dict."""
    flowers.run(IMPORTS + "model = LogisticRegression().fit(X, y)\nbox = {'old': model}")
    assert names(flowers.track("model.set_params(C=9.0).fit(X_train, y_train)")) == [("model", "LogisticRegression")]
    closed = flowers.track("box['new'] = LogisticRegression(C=2.0).fit(X_train, y_train)")
    assert names(closed) == [("box.new", "LogisticRegression")]


def test_predictors_come_before_transformers(flowers):
    """The first model is the one that a person means."""
    flowers.run(IMPORTS)
    closed = flowers.track(
        "scaler = StandardScaler().fit(X_train)\n"
        "model = RandomForestRegressor(5).fit(scaler.transform(X_train), y_train)"
    )
    assert names(closed) == [("model", "RandomForestRegressor"), ("scaler", "StandardScaler")]
    assert closed.models[0]["signature"] == {"inputs": None, "tensor": "float64", "shape": [2], "output": "float64"}


def test_a_class_of_the_notebook_loads_elsewhere(flowers, tmp_path):
    """Classes that live in the notebook are stored by value."""
    constant = (
        "class Constant(ClassifierMixin, BaseEstimator):\n    def fit(self, X, y):\n"
        "        self.value_ = int(y.mean() > 0.5)\n        return self\n"
        "    def predict(self, X):\n        return [self.value_] * len(X)\n"
    )
    flowers.run(IMPORTS + constant)
    closed = flowers.track("model = Constant().fit(X, y)")
    assert closed.models[0]["pickled"] == "cloudpickle"
    path = tmp_path / "model.pkl"
    path.write_bytes(flowers.blob(closed.models[0]["blob"]))
    code = f"import pickle; print(len(pickle.load(open({str(path)!r}, 'rb')).predict([1, 2, 3])))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "3"


def test_a_model_over_the_budget_is_stored_only_by_name(flowers, monkeypatch):
    """The warning says how; `--model` stores it."""
    import dataclasses

    from nbops.capture.runs.session import current_session

    session = current_session()
    session.settings = dataclasses.replace(session.settings, model_mb=0)
    source = "model = LogisticRegression().fit(X, y)"
    closed = flowers.track(source)
    assert closed.models == ()
    assert "larger than 0 MB; name it with --model" in closed.warnings[0]
    assert names(flowers.track(source, "%%track --model model")) == [("model", "LogisticRegression")]


def test_a_model_that_cannot_be_pickled_is_told(flowers):
    """The run is recorded without it."""
    odd = (
        "class Odd(BaseEstimator):\n    def fit(self, X):\n        self.gen_ = (i for i in X)\n        return self\n"
        "    def predict(self, X):\n        return X\n"
    )
    flowers.run(IMPORTS + odd)
    closed = flowers.track("model = Odd().fit([1])\nk = 2")
    assert closed.models == ()
    assert "cannot be pickled" in closed.warnings[0]
    assert closed.parameters == {"k": 2}


def test_the_stored_model_is_what_pickle_made(flowers):
    """The record's size and class are those of the blob."""
    closed = flowers.track("model = LogisticRegression().fit(X, y)")
    (model,) = closed.models
    content = flowers.blob(model["blob"])
    assert (len(content), type(pickle.loads(content)).__name__) == (model["bytes"], "LogisticRegression")
