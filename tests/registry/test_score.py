"""Models are loaded to be compared only after their files were found to be what was logged."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from urllib.parse import unquote, urlparse

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from journal_writer import Writer
from nbops.errors import RunNotUsable
from nbops.recording.get_run import get_run
from nbops.recording.recorder import Recorder
from nbops.registry.score import score

_FRAME = pd.DataFrame({"x": np.arange(12.0), "n": np.arange(12.0) % 5})
_LABELS = np.tile([0, 0, 1], 4)


class _Bomb:
    def __init__(self, trace: Path) -> None:
        self._trace = trace

    def __reduce__(self):
        return os.mkdir, (str(self._trace),)


@pytest.fixture(name="recorded")
def _recorded(store, stored_workspace, monkeypatch):
    """Let the recorder log a model, register it, and return its folder of files and its predictions."""
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    writer = Writer(stored_workspace)
    fitted = LogisticRegression().fit(_FRAME, _LABELS)
    run = writer.run(models=(writer.model(fitted, packages=["scikit-learn"]),))
    Recorder(stored_workspace).drain()
    writer.journal.close()
    model_id = get_run(run).models[0]["uri"].removeprefix("models:/")
    number = store.create_version("ours", model_id, {}, "")
    import mlflow

    location = mlflow.MlflowClient(stored_workspace.tracking_uri).get_logged_model(model_id).artifact_location
    return f"models:/ours/{number}", Path(unquote(urlparse(location).path)), fitted.predict_proba(_FRAME)[:, 1]


def test_what_was_logged_is_loaded_and_others_with_a_remark(recorded, version, stored_workspace):
    """The recorder's model predicts without a remark; one that somebody else logged does too, and it is said."""
    uri, _, expected = recorded
    foreign = f"models:/churn/{version()}"
    (ours,), remarks = score([uri], _FRAME, stored_workspace.tracking_uri)
    assert remarks == ()
    assert np.array_equal(ours, expected)
    _, remarks = score([foreign], pd.DataFrame({"a": [1.0], "b": [2.0]}), stored_workspace.tracking_uri)
    assert remarks == (f"nbops recorded no hash of the files of churn v{foreign[-1]}: they were loaded unchecked",)


@pytest.mark.parametrize("where", ["model", "description", "code"])
def test_altered_files_are_not_loaded(recorded, stored_workspace, tmp_path, where):
    """Whatever of a model's files is altered or added in the artifact store, nothing of it runs."""
    uri, folder, _ = recorded
    trace = tmp_path / "it ran"
    if where == "model":
        (model,) = folder.glob("model.*")
        model.write_bytes(pickle.dumps(_Bomb(trace)))
    elif where == "description":
        described = folder / "MLmodel"
        described.write_text(described.read_text().replace("loader_module: mlflow.sklearn", "loader_module: evil"))
    else:
        (folder / "code").mkdir(exist_ok=True)
        (folder / "code" / "sklearn.py").write_text(f"import os; os.mkdir({str(trace)!r})")
    with pytest.raises(RunNotUsable, match=r"files of ours v1 are not those that were logged"):
        score([uri], _FRAME, stored_workspace.tracking_uri)
    assert not trace.exists()


def test_a_file_that_builds_what_nobody_reviewed_is_not_loaded(store, stored_workspace):
    """The list of trusted types beside a skops model is its author's: nbops goes by its own."""
    import mlflow

    mlflow.set_tracking_uri(stored_workspace.tracking_uri)
    mlflow.create_experiment("theirs", artifact_location=stored_workspace.artifacts.as_uri())
    mlflow.set_experiment("theirs")
    made = FunctionTransformer(os.path.basename)
    with mlflow.start_run():
        logged = mlflow.sklearn.log_model(
            made,
            name="model",
            serialization_format="skops",
            skops_trusted_types=["posixpath.basename"],
            pip_requirements=["scikit-learn"],
            pyfunc_predict_fn="transform",
        )
    number = store.create_version("theirs", logged.model_id, {}, "")
    with pytest.raises(RunNotUsable, match=r"would build posixpath\.basename, which nobody reviewed"):
        score([f"models:/theirs/{number}"], _FRAME, stored_workspace.tracking_uri)
    mlflow.set_tracking_uri(None)
