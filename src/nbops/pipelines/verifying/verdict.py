"""What became of a proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbops.pipelines.verifying.comparison import Comparison

EQUAL, WITHIN_SPREAD, WIDENED = "equal", "within spread", "widened"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a pipeline was seen to reproduce its run, and on which grounds.

    Attributes:
        verified: A cold kernel gave what was captured.
        how: `equal`, `within spread`, `widened`, or empty where it is not verified.
        told: What there is to say, in a sentence: what was compared, or what stands against it.
        comparisons: What was held against what.
        environment: `{"python", "platform", "packages"}` of the kernel that proved it.
        cautions: Sentences about what was not compared, and what could not be pinned.
        notebook: Path of the pipeline.
        run: Id of the promoted run.
    """

    verified: bool
    how: str = ""
    told: str = ""
    comparisons: tuple[Comparison, ...] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    cautions: tuple[str, ...] = ()
    notebook: Path | None = None
    run: str = ""

    def __bool__(self) -> bool:
        return self.verified

    def __str__(self) -> str:
        return f"{'verified' if self.verified else 'not verified'}: {self.told}"


def summary(comparisons: tuple[Comparison, ...]) -> str:
    """Say what was equal, in as much as a line holds."""
    metrics = [one for one in comparisons if one.what.startswith("metric ")]
    models = [one for one in comparisons if one.what.startswith(("model ", "predictions "))]
    data = [one for one in comparisons if one.what.startswith("snapshot ")]
    parts = [f"{one.what.removeprefix('metric ')} {one.captured:.6g} equal" for one in metrics[:3]]
    parts += [f"and {len(metrics) - 3} more metrics"] if len(metrics) > 3 else []  # noqa: PLR2004 # as many as a line holds
    parts += [_same_model(one) for one in models[:2]]
    parts += [f"same data ({', '.join(one.what.removeprefix('snapshot ') for one in data)})"] if data else []
    return ", ".join(parts) or f"{len(comparisons)} values equal"


def _same_model(one: Comparison) -> str:
    kind, _, name = one.what.partition(" ")
    return f"same {name}" if kind == "model" else f"{one.what} equal for {one.captured}"


def differences(comparisons: tuple[Comparison, ...]) -> str:
    """Name the first few values that are not equal."""
    return "; ".join(_difference(one) for one in [one for one in comparisons if not one.equal][:3])


def _difference(one: Comparison) -> str:
    if one.what.startswith("predictions "):
        return f"{one.what}: {one.fresh}"
    return f"{one.what} was {one.captured} and is {'missing' if one.fresh is None else one.fresh}"
