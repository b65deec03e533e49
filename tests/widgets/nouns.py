"""Nouns to show."""

from __future__ import annotations

from typing import Any

from nbops.recording.run import Run
from nbops.widgets.card import Card

EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>'

CARD = Card(
    name="LogisticRegression C=0.5",
    status="FINISHED",
    duration=3.21,
    parameters={"C": 0.5, "max_iter": 200, "features": ["hour", "carrier"]},
    origins={"max_iter": "from [3]"},
    metrics={"accuracy": 0.913_245, "auc": 0.87, "f1": 0.5, "recall": 0.61, "precision": 0.42},
    facts={"n_train": 80_789},
    seeds={"random_state": 0},
    models={"model": "LogisticRegression"},
    datasets=(
        {"name": "X_train", "rows": 80_789, "role": "input", "snapshot": "a" * 64},
        {"name": "y_train", "rows": 80_789, "role": "input", "snapshot": None},
    ),
    artifacts=("figures/roc.png",),
)


def make_run(number: int, **facts: Any) -> Run:
    """Return the run *number* of the cell `a`, an hour apart."""
    given = {
        "id": f"{number:032x}"[::-1],
        "name": f"Ridge alpha={number}",
        "status": "FINISHED",
        "parameters": {"alpha": number, "solver": "auto"},
        "metrics": {"mae": number / 10},
        "started": 1_385_000_000.0 + 3600 * number,
        "notebook": "tour.ipynb",
        "cell": "a",
        "count": number,
        "session": "s",
    }
    return Run(**(given | facts))
