"""Prove that a slice reproduces its run; where it falls short, find out with what it does, or what chance does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.capture.journal.records import Execution
from nbops.pipelines.notebook.compose import Composed
from nbops.pipelines.verifying.chance import tell_chance
from nbops.pipelines.verifying.compare import compare
from nbops.pipelines.verifying.comparison import Comparison
from nbops.pipelines.verifying.environment_of import environment_of, interpreter_of
from nbops.pipelines.verifying.is_within_spread import is_within_spread
from nbops.pipelines.verifying.pin import Pin, PinPlan
from nbops.pipelines.verifying.trial import (
    Trial,
    Trials,
    pins_needed,
    pins_unsure,
    tell_lost,
    tell_needed,
    tell_pins,
    unpinned,
)
from nbops.pipelines.verifying.verdict import EQUAL, WIDENED, WITHIN_SPREAD, Verdict
from nbops.pipelines.verifying.widenings import CONSERVATIVE, EFFECTS, WHOLE, Widening, widenings
from nbops.recording.run import Run
from nbops.slicing.effects import Effects

if TYPE_CHECKING:
    from nbformat import NotebookNode

_ADDED = {
    EFFECTS: "{cells} added for what they do to files, processes, settings or random numbers",
    CONSERVATIVE: "{cells} added for what the code alone does not rule out",
    WHOLE: "every cell kept",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A set of executions as a notebook, with what can be pinned of its data."""

    kept: tuple[Execution, ...]
    composed: Composed
    notebook: NotebookNode
    plan: PinPlan


@dataclass(frozen=True, slots=True)
class Proven:
    """A verdict on what the pipeline consists of now, and the interpreter that gave it."""

    verdict: Verdict
    candidate: Candidate
    interpreter: str


class Proof:
    """One proof under way.

    Args:
        trials: Runs notebooks.
        candidate: Makes the notebook of some executions; nothing is written.
        before: The executions up to the target.
        effects: Table of effects.
        pinned: The pipeline loads snapshots for good: the notebooks that *candidate* makes do so already.
    """

    def __init__(
        self,
        trials: Trials,
        candidate: Callable[[Sequence[Execution]], Candidate],
        before: Sequence[Execution],
        effects: Effects,
        *,
        pinned: bool = False,
    ) -> None:
        self.trials, self.candidate, self.before, self.effects = trials, candidate, before, effects
        self.run, self.workspace, self.pinned = trials.run, trials.workspace, pinned

    def of(self, kept: Sequence[Execution]) -> Proven:
        """Prove the slice *kept*; where it falls short, more and more of the log."""
        first = self.candidate(kept)
        pins = () if self.pinned else pins_needed(first.plan, self.workspace)
        trial = self._make(first, pins)
        if trial.proves:
            return self._verified(first, trial, pins, EQUAL)
        if trial.is_empty:
            return self._nothing(first, trial, pins)
        lost = [] if self.pinned else unpinned(first.plan, pins, self.workspace)
        if trial.fresh is not None and not lost:
            again = self._make(first, pins, "again")
            if again.fresh is not None and self._between(trial, again):
                return self._by_chance(first, trial, again, pins)
        return self._widened(first, trial, pins, lost)

    def _widened(self, first: Candidate, trial: Trial, pins: Sequence[Pin], lost: Sequence[tuple[str, str]]) -> Proven:
        target = self.run.execution or 0
        full: tuple[Candidate, Trial] = (first, trial)
        for step in widenings(self.before, target, first.kept, self.effects):
            if lost and step.step != EFFECTS:
                break  # a file that is not what it was can only come back where a cell makes it again
            wider = self.candidate(step.kept)
            needed = () if self.pinned else pins_needed(wider.plan, self.workspace)
            found = self._make(wider, needed, _doing(step))
            if found.proves:
                told = f"with {_added(step)}, because the slice alone fell short ({trial.shortfall})"
                return self._verified(wider, found, needed, WIDENED, told)
            full = wider, found
        if lost:
            return self._refuted(first, trial, pins, tell_lost(lost, trial.shortfall))
        return self._other_data(first, trial, pins) or self._hopeless(first, trial, full, pins)

    def _other_data(self, first: Candidate, trial: Trial, pins: Sequence[Pin]) -> Proven | None:
        """Now that cells do not help: try snapshots for what comes from where changes cannot be seen."""
        unsure = () if self.pinned else pins_unsure(first.plan, self.workspace)
        differing = {one.what.removeprefix("snapshot ") for one in trial.comparisons if not one.equal}
        tried = [pin for pin in unsure if trial.failure or differing & set(pin.snapshots)]
        if not tried:
            return None
        found = self._make(first, [*pins, *tried], "with snapshots")
        if not found.proves:
            return None
        why = (
            f"it could not be read from its source ({trial.failure})"
            if trial.failure
            else "its source gives other rows now"
        )
        return self._verified(first, found, pins, EQUAL, tell_pins(tried, why))

    def _hopeless(self, first: Candidate, trial: Trial, full: tuple[Candidate, Trial], pins: Sequence[Pin]) -> Proven:
        told = trial.shortfall
        if full[0] is not first:
            wide = full[1].shortfall
            told += "; so with every cell" if wide == told else f"; with every cell {wide}" if wide else ""
        return self._refuted(first, trial, pins, told)

    def _by_chance(self, first: Candidate, one: Trial, two: Trial, pins: Sequence[Pin]) -> Proven:
        """Hold the slice against what two runs of everything differ by; else name what chance does."""
        chance = tell_chance(self._between(one, two), first.kept, self.run, self.effects)
        whole = tuple(item for item in self.before if item.success or item in first.kept)
        runs = (one, two)
        if self.run.metrics and len(whole) > len(first.kept):
            wide = self.candidate(whole)
            needed = () if self.pinned else pins_needed(wide.plan, self.workspace)
            runs = (self._make(wide, needed, "with every cell"), self._make(wide, needed, "with every cell, again"))
        fresh = [item.fresh for item in runs if item.fresh is not None]
        if len(fresh) == len(runs) and self._is_within(one, fresh[0], fresh[1]):
            told = f"within spread: what was captured lies between two runs of everything; {chance}"
            return self._verified(first, one, pins, WITHIN_SPREAD, told)
        return self._refuted(first, one, pins, chance)

    def _is_within(self, trial: Trial, one: Run, two: Run) -> bool:
        """Say whether the metrics lie within two runs of everything, and what chance has no part in is equal."""
        chancy = ("metric ", "model ", "predictions ")
        firm = all(item.equal for item in trial.comparisons if not item.what.startswith(chancy))
        if trial.fresh is None or trial.unheld or not firm:
            return False
        return is_within_spread(self.run, one, two) and is_within_spread(trial.fresh, one, two)

    def _between(self, one: Trial, two: Trial) -> tuple[Comparison, ...]:
        """Return what differs between two trials."""
        if one.fresh is None or two.fresh is None:
            return ()
        return tuple(item for item in compare(one.fresh, two.fresh, self.workspace).comparisons if not item.equal)

    def _make(self, candidate: Candidate, pins: Sequence[Pin], doing: str = "") -> Trial:
        return self.trials.make(candidate.notebook, pins, doing)

    def _verified(self, candidate: Candidate, trial: Trial, pins: Sequence[Pin], how: str, told: str = "") -> Proven:
        parts = [told, trial.agreement if how != WITHIN_SPREAD else "", *tell_needed(pins, self.workspace)]
        return self._done(candidate, trial, parts, how)

    def _nothing(self, candidate: Candidate, trial: Trial, pins: Sequence[Pin]) -> Proven:
        return self._done(candidate, trial, [trial.emptiness, *tell_needed(pins, self.workspace)], "")

    def _refuted(self, candidate: Candidate, trial: Trial, pins: Sequence[Pin], told: str) -> Proven:
        return self._done(candidate, trial, [told, *tell_needed(pins, self.workspace)], "")

    def _done(self, candidate: Candidate, trial: Trial, parts: Sequence[str], how: str) -> Proven:
        fresh = trial.fresh
        verdict = Verdict(
            verified=bool(how),
            how=how,
            told="; ".join(part for part in parts if part),
            comparisons=trial.comparisons,
            environment=environment_of(fresh, candidate.notebook, self.workspace) if fresh is not None else {},
            cautions=trial.cautions,
            notebook=self.trials.path,
            run=self.run.id,
        )
        interpreter = interpreter_of(fresh, self.workspace) if fresh is not None else ""
        return Proven(verdict, candidate, interpreter)


def _doing(step: Widening) -> str:
    return {EFFECTS: "with effects", CONSERVATIVE: "with what the code does not rule out"}.get(
        step.step, "with every cell"
    )


def _added(step: Widening) -> str:
    cells = "1 cell" if step.added == 1 else f"{step.added} cells"
    return _ADDED[step.step].format(cells=cells)
