"""What became of a proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbops.pipelines.verifying.comparison import Comparison

EQUAL, WITHIN_SPREAD, WIDENED = "equal", "within spread", "widened"
_MOST, _LISTED = 3, 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a pipeline was seen to reproduce its run, and on which grounds.

    Attributes:
        verified: A cold kernel gave what was captured.
        how: `equal`, `within spread`, `widened`, or empty where it is not verified.
        told: What there is to say, in a sentence: what was compared, or what stands against it.
        comparisons: What was held against what.
        environment: `{"python", "platform", "packages", "modules"}` of the kernel that proved it, see `environment_of`.
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


def summary(comparisons: tuple[Comparison, ...], uncompared: Sequence[str] = ()) -> str:
    """Say what was equal, in as much as a line holds; empty where nothing was.

    Args:
        comparisons: Those that are not equal are left out.
        uncompared: Names of the data that were read but could not be compared.
    """
    equal = [one for one in comparisons if one.equal]
    metrics = [one for one in equal if one.what.startswith("metric ")]
    models = [one for one in equal if one.what.startswith(("model ", "predictions "))]
    sizes = [one for one in equal if one.what.startswith("fact ")]
    data = [one.what.removeprefix("snapshot ") for one in equal if one.what.startswith("snapshot ")]
    parts = [f"{one.what.removeprefix('metric ')} {figure(one.captured)} equal" for one in metrics[:_MOST]]
    parts += [f"and {_count(len(metrics) - _MOST, 'more metric')}"] if len(metrics) > _MOST else []
    parts += [_same_model(one) for one in models[:2]]
    if sizes and not metrics and not models:
        told = ", ".join(f"{one.what.removeprefix('fact ')} = {one.captured}" for one in sizes[:_MOST])
        parts.append(f"same {'size' if len(sizes) == 1 else 'sizes'} ({told}{', …' if len(sizes) > _MOST else ''})")
    return ", ".join([*parts, *filter(None, [_told_data(data, uncompared)])])


def figure(value: Any) -> str:
    """Return a number with as many digits as a person reads."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _told_data(compared: Sequence[str], uncompared: Sequence[str]) -> str:
    if not uncompared:
        return f"same data ({', '.join(compared)})" if compared else ""
    told = f"not compared: {', '.join(uncompared[:_LISTED])}{', …' if len(uncompared) > _LISTED else ''}"
    if not compared:
        return f"data {told}"
    whole = _count(len(compared) + len(uncompared), "input")
    return f"data: {len(compared)} of {whole} compared ({', '.join(compared)}), {told}"


def _same_model(one: Comparison) -> str:
    kind, _, name = one.what.partition(" ")
    return f"same {name}" if kind == "model" else f"{one.what} equal for {one.captured}"


def differences(comparisons: tuple[Comparison, ...]) -> str:
    """Name the first few values that are not equal; data only where no result differs, which says more."""
    found = [one for one in comparisons if not one.equal]
    results = [one for one in found if not one.what.startswith("snapshot ")]
    return "; ".join(_difference(one) for one in (results or found)[:3])


def _difference(one: Comparison) -> str:
    if one.what.startswith("predictions "):
        return f"{one.what}: {one.fresh}"
    captured, fresh = figure(one.captured), "missing" if one.fresh is None else figure(one.fresh)
    if captured == fresh:  # they differ further down
        captured, fresh = str(one.captured), str(one.fresh)
    if one.what.startswith("metric ") and one.fresh is not None:
        return f"{one.what.removeprefix('metric ')} {captured} → {fresh}"
    return f"{one.what} was {captured} and is {fresh}"
