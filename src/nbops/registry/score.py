"""Predictions of registered models, made in a process of their own: `python -m nbops.registry.score FOLDER`.

The folder holds `frame.parquet` and `request.json` (`{"tracking_uri", "models": [URI …]}`); the answer is written
beside them, one `N.npy` a model. Loading a model can run its code, so this never happens in the kernel, server or
command that asks.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import RunNotUsable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd

_PATIENCE = 600


def score(models: Sequence[str], frame: pd.DataFrame, tracking_uri: str) -> list[np.ndarray]:
    """Return what each of *models* predicts for *frame*: the second class's probability where there is one.

    Args:
        models: MLflow model URIs.
        frame: Features, one row a prediction.
        tracking_uri: MLflow store that knows the models.

    Raises:
        RunNotUsable: A model cannot be loaded, or does not take this frame.
    """
    import numpy as np

    with tempfile.TemporaryDirectory(prefix="nbops-score-") as temporary:
        folder = Path(temporary)
        frame.to_parquet(folder / "frame.parquet")
        (folder / "request.json").write_text(json.dumps({"tracking_uri": tracking_uri, "models": list(models)}))
        answer = subprocess.run(
            [sys.executable, "-m", "nbops.registry.score", temporary],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        if answer.returncode:
            reason = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise RunNotUsable(f"the models cannot predict on these rows: {reason}")
        return [np.load(folder / f"{place}.npy") for place in range(len(models))]


def _predict(model: Any, frame: pd.DataFrame) -> Any:
    if hasattr(model, "predict_proba") and len(model.classes_) == 2:  # noqa: PLR2004 # a binary classifier
        return model.predict_proba(frame)[:, 1]
    return model.predict(frame)


def _main(folder: Path) -> None:
    import mlflow
    import numpy as np
    import pandas as pd

    request = json.loads((folder / "request.json").read_text())
    mlflow.set_tracking_uri(request["tracking_uri"])
    frame = pd.read_parquet(folder / "frame.parquet")
    for place, uri in enumerate(request["models"]):
        loaded = mlflow.pyfunc.load_model(uri)
        raw = loaded.get_raw_model()
        model = raw if hasattr(raw, "get_params") else loaded  # a booster takes only its own kind of matrix
        names = getattr(model, "feature_names_in_", None)
        np.save(folder / f"{place}.npy", np.asarray(_predict(model, frame if names is None else frame[list(names)])))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
