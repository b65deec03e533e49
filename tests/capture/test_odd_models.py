"""Models whose own code misbehaves cost the user's cell nothing, and real ones of other libraries are captured."""

from __future__ import annotations

import ast
import io
import os
import pickle
import signal
import threading
import time
import tracemalloc

import pytest

CLASS = (
    "from sklearn.base import BaseEstimator\n"
    "class Odd(BaseEstimator):\n"
    "    def fit(self, X, y=None):\n        self.value_ = 1\n        return self\n"
    "    def predict(self, X):\n        return [1] * len(X)\n"
)


def models(closed):
    return [item["name"] for item in closed.models]


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "SystemExit", "GeneratorExit", "MemoryError", "RecursionError"])
@pytest.mark.parametrize("method", ["__reduce_ex__", "__getstate__"])
def test_what_a_model_raises_is_no_interruption(cells, error, method):
    """Not even `SystemExit`: the run ends FINISHED, with a sentence about the model and with everything else."""
    arguments = "self, protocol" if method == "__reduce_ex__" else "self"
    cells.run(CLASS + f"    def {method}({arguments}):\n        raise {error}('mine')\n")
    closed = cells.track("model = Odd().fit([[1]])\nk = 2\nscore = 0.5 + k")
    assert (closed.status, models(closed), closed.parameters, closed.metrics) == (
        "FINISHED",
        [],
        {"k": 2},
        {"score": 2.5},
    )
    assert closed.warnings == (f"model 'model' cannot be pickled: {error}: mine",)


def test_a_real_interrupt_while_a_model_is_pickled_is_one(cells):
    """Ctrl-C reaches the user, and the run is told to have been interrupted."""
    slow = "    def __reduce_ex__(self, protocol):\n        import time\n        time.sleep(30)\n"
    cells.run(CLASS + slow)
    begun = time.monotonic()
    timer = threading.Timer(2.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    cells.run("%%track\nmodel = Odd().fit([[1]])")
    timer.join()
    assert time.monotonic() - begun < 20
    assert cells.closed[-1].status == "KILLED"
    assert "interrupted while nbops was recording" in cells.closed[-1].warnings


def test_objects_that_cannot_be_looked_at_are_no_models(cells):
    """A `__class__` that raises, an attribute hook that exits, a class without attributes; the real model is found."""
    cells.run(
        CLASS
        + "class Hidden:\n    @property\n    def __class__(self):\n        raise SystemExit('no')\n"
        + "    def fit(self): pass\n    def predict(self): pass\n"
        + "class Hooked:\n    fit = predict = None\n"
        + "    def __getattribute__(self, name):\n        raise KeyboardInterrupt('no')\n"
        + "class Meta(type):\n    def __getattr__(cls, name):\n        raise SystemExit('no')\n"
        + "class Strange(metaclass=Meta): pass\n"
    )
    closed = cells.track(
        "a, b, c = Hidden(), Hooked(), Strange()\nlisted = [Hidden(), Hooked()]\nmodel = Odd().fit([[1]])"
    )
    assert (closed.status, models(closed)) == ("FINISHED", ["model"])


def test_a_model_in_slots_is_found(cells):
    """An estimator need not have a `__dict__`."""
    cells.run(
        "class Slim:\n    __slots__ = ('value_',)\n"
        "    def fit(self, X):\n        self.value_ = len(X)\n        return self\n"
        "    def predict(self, X):\n        return [self.value_ for _ in X]\n"
    )
    closed = cells.track("model = Slim().fit([1, 2])\nempty = Slim()")
    assert models(closed) == ["model"]
    assert pickle.loads(cells.blob(closed.models[0]["blob"])).predict([0]) == [2]


def test_a_huge_model_is_left_out_before_it_is_copied(cells):
    """Also an array that pickling would copy whole, and an object that hides its weight: memory stays bounded."""
    import dataclasses

    from nbops.capture.findings.models import Fitted, serialise_model
    from nbops.capture.runs.session import current_session

    session = current_session()
    session.settings = dataclasses.replace(session.settings, model_mb=5)
    cells.run(CLASS + "import numpy as np\nwide = np.zeros((4000, 4000))\n")
    hidden = "    def __reduce_ex__(self, protocol):\n        return (list, (kilobytes(),))\n"
    source = "def kilobytes():\n    return [bytes(1000) + str(n).encode() for n in range(20_000)]\n"
    cells.run(source + CLASS.replace("Odd", "Hider") + hidden)
    larger = "model 'model' is larger than 5 MB; name it with --model to store it all the same"
    for made, most in (("Odd().fit([[1]])\nmodel.weights_ = wide[:, ::2].T", 1e6), ("Hider().fit([[1]])", 40e6)):
        closed = cells.track(f"model = {made}")
        assert (models(closed), closed.warnings) == ([], (larger,))
        tracemalloc.start()
        model = Fitted("model", cells.shell.user_ns["model"])
        told = serialise_model(model, lambda _: "", {}, ast.parse(""), 5, asked=False)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (told, peak < most) == ((None, larger), True)


def test_a_lambda_inside_a_pipeline_is_stored_by_value(flowers):
    """What pickle refuses cloudpickle takes."""
    flowers.run("from sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import FunctionTransformer")
    closed = flowers.track(
        "model = make_pipeline(FunctionTransformer(lambda X: X * 2), LogisticRegression()).fit(X, y)"
    )
    assert [(item["name"], item["pickled"]) for item in closed.models] == [("model", "cloudpickle")]


DEVICE = (
    "class Parameter:\n    def __init__(self, device): self.device = device\n"
    "class Module:\n    def __init__(self): self.device_ = 'cuda:0'\n"
    "    def parameters(self): return [Parameter(self.device_)]\n"
    "    def to(self, device):\n        self.device_ = device\n        return self\n"
    "    def fit(self, X): return self\n    def predict(self, X): return X\n"
    "Module.__module__ = 'torch.nn.modules.module'\n"
    "class Net(Module): pass\n"
)


def test_a_model_on_a_device_is_copied_from_there_only_by_name(cells):
    """A stand-in for PyTorch, whose wheel is half a gigabyte: nothing is moved unasked."""
    cells.run(DEVICE)
    closed = cells.track("net = Net().fit([1])")
    assert models(closed) == []
    assert "is a PyTorch module; name it with --model to store it" in closed.warnings[0]
    cells.run(
        "class Wrapped:\n    device = 'cpu'\n"
        "    def fit(self): self.device = 'cuda'; self.net_ = 1; return self\n    def predict(self, X): return X\n"
    )
    closed = cells.track("wrapped = Wrapped().fit()")
    assert "lies on a device; name it with --model" in closed.warnings[0]
    closed = cells.track("wrapped = Wrapped().fit()", "%%track --model wrapped")
    assert models(closed) == ["wrapped"]


def test_boosters_are_models(flowers):
    """What `xgboost.train` and `lightgbm.train` return, with the columns they were trained on; a loaded one is not."""
    pytest.importorskip("xgboost")
    pytest.importorskip("lightgbm")
    flowers.run("import xgboost as xgb, lightgbm as lgb")
    closed = flowers.track(
        "deep = xgb.train({'objective': 'binary:logistic'}, xgb.DMatrix(X_train, y_train), 2)\n"
        "light = lgb.train({'verbose': -1}, lgb.Dataset(X_train, y_train), 2)\n"
        "deep.save_model('deep.ubj')"
    )
    found = {item["name"]: item for item in closed.models}
    assert {name: item["class"].partition(".")[0] for name, item in found.items()} == {
        "deep": "xgboost",
        "light": "lightgbm",
    }
    for item in found.values():
        assert item["signature"]["inputs"] == [["a", "float64"], ["b", "float64"]]
        assert item["packages"][-1].startswith(("xgboost", "lightgbm"))
    again = flowers.track(
        "other = xgb.Booster(model_file='deep.ubj')\nwhole = xgb.XGBClassifier(n_estimators=2).fit(X, y)"
    )
    assert models(again) == ["whole"]


def test_signatures_of_frames_without_names_and_of_texts(flowers):
    """Columns that are numbered make a matrix; texts make a list of texts."""
    flowers.run(
        "from sklearn.pipeline import make_pipeline\n"
        "from sklearn.feature_extraction.text import TfidfVectorizer\n"
        "plain = pd.DataFrame(X.to_numpy())\ntexts = ['good day', 'bad night'] * 100\n"
    )
    closed = flowers.track("model = LogisticRegression().fit(plain, y)")
    assert closed.models[0]["signature"] == {"inputs": None, "tensor": "float64", "shape": [2], "output": "int64"}
    closed = flowers.track("model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, y)")
    assert closed.models[0]["signature"] == {"inputs": None, "tensor": "str", "shape": [], "output": "int64"}


def test_a_pickle_of_the_budget_is_never_exceeded_in_memory():
    """The target refuses what would exceed it before it is copied."""
    from nbops.capture.findings.models import _Limited, _TooLarge

    target = _Limited(10)
    assert isinstance(target, io.BytesIO)
    assert target.write(b"12345") == 5
    with pytest.raises(_TooLarge):
        target.write(bytes(6))
    assert (target.getvalue(), target.exceeded) == (b"12345", True)
