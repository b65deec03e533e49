"""Loader of models that do not predict: MLflow's `predict` answers with what the estimator does instead.

This file travels inside the model (`code/`) and stands on its own: where the model is loaded nbops need not be
installed. MLflow's scikit-learn flavour offers estimators without `predict` no pyfunc at all.
"""

from __future__ import annotations

from typing import Any

VERBS = ("predict", "transform", "score_samples", "kneighbors")


class Applied:
    """An estimator whose first verb of `VERBS` answers to `predict`."""

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator
        self.verb = next(verb for verb in VERBS if hasattr(estimator, verb))

    def get_raw_model(self) -> Any:
        """Return the estimator."""
        return self.estimator

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> Any:  # noqa: ARG002 # MLflow's words
        """Return what the estimator makes of *model_input*; neighbours as places, sparse matrices as dense ones."""
        answer = getattr(self.estimator, self.verb)(model_input)
        answer = answer[1] if self.verb == "kneighbors" else answer
        return answer.toarray() if hasattr(answer, "toarray") else answer


def _load_pyfunc(path: str) -> Applied:
    import mlflow.sklearn

    return Applied(mlflow.sklearn.load_model(path))
