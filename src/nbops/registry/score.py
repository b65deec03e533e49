"""Predictions of registered models, made in a process of their own: `python -m nbops.registry.score FOLDER`.

The folder holds `frame.parquet` and `request.json` (`{"tracking_uri", "models": [URI …]}`); the answer is written
beside them, one `N.npy` a model and `remarks.json`; where `truth.npy` lies there too, one `N.json` a model with its
permutation importances. Loading a model can run its code, so this never happens in the
kernel, server or command that asks, and only after its files were found to be those that the recorder wrote: MLflow
itself believes what lies beside the model (GHSA-w582-9x45-8mpx).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import RunNotUsable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd

_PATIENCE, _REFUSED = 600, 3
_MODEL_ID = re.compile(r"\bm-[0-9a-f]{32}\b")


def score(models: Sequence[str], frame: pd.DataFrame, tracking_uri: str) -> tuple[list[np.ndarray], tuple[str, ...]]:
    """Return what each of *models* predicts for *frame*, and remarks on models whose files nobody could vouch for.

    A prediction is the second class's probability where there is one.

    Args:
        models: MLflow's URIs of versions, `models:/NAME/NUMBER`.
        frame: Features, one row a prediction.
        tracking_uri: MLflow store that knows the models.

    Raises:
        RunNotUsable: A model cannot be loaded, is not what was logged, or does not take this frame.
    """
    predictions, _, remarks = weigh(models, frame, tracking_uri)
    return predictions, remarks


def weigh(
    models: Sequence[str], frame: pd.DataFrame, tracking_uri: str, truth: np.ndarray | None = None, metric: str = ""
) -> tuple[list[np.ndarray], list[dict[str, float]], tuple[str, ...]]:
    """Return predictions, permutation importances (with *truth* only; feature → loss of *metric*), and remarks.

    Args:
        models: As in `score`.
        frame: As in `score`.
        tracking_uri: As in `score`.
        truth: Numbers, shape (n,), to measure what a shuffled feature costs.
        metric: As in `rematch`.

    Raises:
        RunNotUsable: As in `score`.
    """
    import numpy as np

    with tempfile.TemporaryDirectory(prefix="nbops-score-") as temporary:
        folder = Path(temporary)
        frame.to_parquet(folder / "frame.parquet")
        (folder / "request.json").write_text(
            json.dumps({"tracking_uri": tracking_uri, "models": list(models), "metric": metric})
        )
        if truth is not None:
            np.save(folder / "truth.npy", truth)
        answer = subprocess.run(
            [sys.executable, "-m", "nbops.registry.score", temporary],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        if answer.returncode == _REFUSED:
            raise RunNotUsable((folder / "refusal.txt").read_text())
        if answer.returncode:
            reason = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise RunNotUsable(f"the models cannot predict on these rows: {reason}")
        remarks = json.loads((folder / "remarks.json").read_text())
        places = range(len(models))
        weights = [json.loads((folder / f"{place}.json").read_text()) for place in places if truth is not None]
        return [np.load(folder / f"{place}.npy") for place in places], weights, tuple(remarks)


def _checked(uri: str, folder: Path) -> tuple[str, str]:
    """Bring a version's files into *folder*; return where they are, and a remark if nothing was recorded of them.

    Raises:
        RunNotUsable: They are not what was logged, or build what nobody reviewed.
    """
    import mlflow

    from nbops.recording.models.model_hash import model_hash
    from nbops.recording.models.trusted_types import objectionable_types

    name, number = uri.removeprefix("models:/").rsplit("/", 1)
    called, recorded = f"{name} v{number}", _recorded(name, number)
    folder.mkdir()
    place = Path(mlflow.artifacts.download_artifacts(uri, dst_path=str(folder)))
    try:
        if recorded and model_hash(place) != recorded:
            raise RunNotUsable(f"the files of {called} are not those that were logged: their hash does not match")
        for file in sorted(place.rglob("*.skops")):
            if odd := objectionable_types(file.read_bytes()):
                raise RunNotUsable(
                    f"{called} would build {', '.join(odd[:3])}, which nobody reviewed: it was not loaded"
                )
    except (OSError, ValueError) as error:
        raise RunNotUsable(f"the files of {called} cannot be checked: {error}") from error
    remark = f"nbops recorded no hash of the files of {called}: they were loaded unchecked"
    return str(place), "" if recorded else remark


def _recorded(name: str, number: str) -> str:
    import mlflow
    from mlflow.exceptions import MlflowException

    from nbops.recording.models.model_hash import HASH_TAG

    client = mlflow.MlflowClient()
    version = client.get_model_version(name, number)
    found = _MODEL_ID.search(version.source or "")
    model_id = version.model_id or (found[0] if found else None)
    try:
        return str(client.get_logged_model(model_id).tags.get(HASH_TAG, "")) if model_id else ""
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return ""
        raise


def _predict(model: Any, frame: pd.DataFrame) -> Any:
    if hasattr(model, "predict_proba") and len(model.classes_) == 2:  # noqa: PLR2004 # a binary classifier
        return model.predict_proba(frame)[:, 1]
    return model.predict(frame)


def _main(folder: Path) -> None:
    import mlflow
    import numpy as np
    import pandas as pd

    from nbops.measures.permute import permute
    from nbops.registry.rematch import advantage

    request = json.loads((folder / "request.json").read_text())
    mlflow.set_tracking_uri(request["tracking_uri"])
    frame = pd.read_parquet(folder / "frame.parquet")
    checked = [_checked(uri, folder / f"model-{place}") for place, uri in enumerate(request["models"])]
    (folder / "remarks.json").write_text(json.dumps([remark for _, remark in checked if remark]))
    for place, (model_path, _) in enumerate(checked):
        loaded = mlflow.pyfunc.load_model(model_path)
        raw = loaded.get_raw_model()
        model = raw if hasattr(raw, "get_params") else loaded  # a booster takes only its own kind of matrix
        names = getattr(model, "feature_names_in_", None)
        features = frame if names is None else frame[list(names)]
        np.save(folder / f"{place}.npy", np.asarray(_predict(model, features)))
        if (folder / "truth.npy").exists():
            truth = np.load(folder / "truth.npy")
            weights = permute(partial(_predict, model), features, truth, advantage(request["metric"]))
            (folder / f"{place}.json").write_text(json.dumps(weights))


if __name__ == "__main__":
    try:
        _main(Path(sys.argv[1]))
    except RunNotUsable as refusal:
        (Path(sys.argv[1]) / "refusal.txt").write_text(str(refusal))
        sys.exit(_REFUSED)
