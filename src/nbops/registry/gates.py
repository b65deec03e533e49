"""The gates themselves: pure questions to the facts of one version and of the holder of the alias."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbops.registry.policy import Gate, Policy

_FAMILIAR = (
    "auc", "roc_auc", "average_precision", "f1", "accuracy", "balanced_accuracy", "r2", "score", "precision",
    "recall", "rmse", "mae", "mape", "mse", "log_loss", "loss", "error",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gates look at.

    Attributes:
        title: What to call the version in a sentence, such as `v3`.
        status: Of the run behind it; empty where the run is gone.
        signature: Whether the model declares its inputs.
        metrics: Measured by the run.
        drift: State of its latest drift report: `ok`, `warn`, `alert` or `unknown`.
        datasets: Name → content hash of what the run read.
    """

    title: str
    status: str
    signature: bool
    metrics: Mapping[str, float]
    drift: str = "unknown"
    datasets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """One sentence of one gate: open, closed, or only worth knowing (None)."""

    open: bool | None
    sentence: str


def ask(candidate: Facts, holder: Facts | None, alias: str, policy: Policy) -> tuple[Answer, ...]:
    """Put every gate's question to *candidate*.

    Args:
        candidate: The version that would take the alias.
        holder: The version that has it now; None where none has, or it is the candidate itself.
        alias: Named in sentences.
        policy: Bounds and tolerance.
    """
    answers = [*_soundness(candidate), *(_bound(gate, candidate.metrics) for gate in policy.gates)]
    if holder is None:
        return tuple(answers)
    return (*answers, *_comparison(candidate, holder, alias, policy))


def _soundness(candidate: Facts) -> Iterator[Answer]:
    if candidate.status:
        yield Answer(candidate.status == "FINISHED", f"its run is {candidate.status}")
    else:
        yield Answer(None, "its run is no longer in MLflow")
    yield Answer(candidate.signature, f"the model has {'a' if candidate.signature else 'no'} signature")
    count = len(candidate.metrics)
    yield Answer(count > 0, f"{count} metric{'s' if count > 1 else ''} logged" if count else "no metric was logged")
    if candidate.drift == "alert":
        yield Answer(open=False, sentence="its data have drifted (alert)")
    elif candidate.drift != "unknown":
        yield Answer(open=True, sentence=f"drift is {candidate.drift}")


def _bound(gate: Gate, metrics: Mapping[str, float]) -> Answer:
    value = metrics.get(gate.metric)
    if value is None:
        return Answer(open=False, sentence=f"{gate.metric} was never logged")
    if not math.isfinite(value):
        return Answer(open=False, sentence=f"{gate.metric} is {value:g}")
    if gate.at_least is not None and value < gate.at_least:
        return Answer(open=False, sentence=f"{gate.metric} is {value:.6g}, below {gate.at_least:g}")
    if gate.at_most is not None and value > gate.at_most:
        return Answer(open=False, sentence=f"{gate.metric} is {value:.6g}, above {gate.at_most:g}")
    return Answer(open=True, sentence=f"{gate.metric} is {value:.6g}")


def _comparison(candidate: Facts, holder: Facts, alias: str, policy: Policy) -> Iterator[Answer]:
    from nbops.recording.get_run import is_minimised

    metric = policy.primary or _primary(candidate.metrics, holder.metrics, policy.gates)
    rival = f"{holder.title}, the {alias}"
    if metric not in candidate.metrics or metric not in holder.metrics:
        what = f"{metric} is not logged on both" if metric else "they share no metric"
        yield Answer(None, f"not compared with {rival}: {what}")
        return
    mine, theirs, least = candidate.metrics[metric], holder.metrics[metric], is_minimised(metric)
    gap = (mine - theirs) if least else (theirs - mine)
    slack = policy.tolerance + 1e-9 * abs(theirs)
    relation = "equal to" if math.isclose(mine, theirs, rel_tol=1e-9) else "worse than" if gap > 0 else "better than"
    direction = "lower" if least else "higher"
    yield Answer(gap <= slack, f"{metric} {mine:.6g} is {relation} {theirs:.6g} of {rival} ({direction} is better)")
    if sentence := _different_data(candidate.datasets, holder.datasets, holder.title):
        yield Answer(None, sentence)


def _primary(mine: Mapping[str, float], theirs: Mapping[str, float], gates: Iterable[Gate]) -> str:
    shared = set(mine) & set(theirs)
    wanted = [*(gate.metric for gate in gates), *_FAMILIAR, *sorted(shared)]
    return next((metric for metric in wanted if metric in shared), "")


def _different_data(mine: Mapping[str, str], theirs: Mapping[str, str], rival: str) -> str:
    if not mine or not theirs:
        return f"whether both saw the same data is unknown: {'this run' if not mine else rival} has no snapshots"
    if set(mine.values()) == set(theirs.values()):
        return ""
    moved = sorted(name for name in mine if mine[name] != theirs.get(name))
    return (
        f"the two were measured on different data ({', '.join(moved) or 'fewer frames'}), so take the numbers with care"
    )
