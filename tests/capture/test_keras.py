"""Keras models, where Keras and a backend are installed (they are not among what the tests need)."""

from __future__ import annotations

import pytest

keras = pytest.importorskip("keras")


def test_a_keras_model_is_captured_once_it_is_fitted_and_kept_by_its_flavour(cells, tmp_path):
    """In Keras' own format, without a pickle, with the backend among its requirements; `pyfunc` predicts the same."""
    import mlflow
    import numpy as np

    from nbops.recording.models.log_model import save_model
    from nbops.recording.models.open_model import open_model

    cells.run(
        "import keras, numpy as np\nX, y = np.random.rand(20, 3).astype('float32'), np.zeros((20, 2))\n"
        "net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])\nnet.compile(loss='mse')"
    )
    assert cells.track("other = keras.models.clone_model(net)\nsaid = net.count_params()").models == ()
    closed = cells.track("net.fit(X, y, verbose=0)")
    (described,) = closed.models
    assert (described["name"], described["estimator"]) == ("net", "Sequential")
    assert described["signature"] == {"inputs": None, "tensor": "float32", "shape": [3], "output": None}
    opened = open_model(cells.blob(described["blob"]), described, {}, tmp_path)
    assert (opened.flavor, opened.format) == ("keras", "native")
    assert {item.partition("==")[0] for item in opened.requirements} >= {"keras", keras.config.backend()}
    save_model(opened, tmp_path / "model")
    loaded = mlflow.pyfunc.load_model(str(tmp_path / "model"))
    frame = cells.shell.user_ns["X"]
    assert np.allclose(loaded.predict(frame), cells.shell.user_ns["net"].predict(frame, verbose=0))
    assert "keras" in loaded.metadata.flavors
