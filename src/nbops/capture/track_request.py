"""What the first line of a tracked cell asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrackRequest:
    """The words after `%%track`.

    Attributes:
        name: Run name; empty means that one is made from the model and what changed.
        experiment: MLflow experiment; empty means the session's.
        params: Exactly these names are parameters; None means that capture decides.
        metrics: Exactly these names are metrics; None means that capture decides.
        model: This name is the model; None means that capture decides.
        no_data: Take no snapshots.
    """

    name: str = ""
    experiment: str = ""
    params: tuple[str, ...] | None = None
    metrics: tuple[str, ...] | None = None
    model: str | None = None
    no_data: bool = False
