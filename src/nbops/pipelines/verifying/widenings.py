"""What to try where a slice falls short: more and more of the log."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from nbops.capture.journal.records import Execution
from nbops.errors import SliceError
from nbops.pipelines.verifying.has_effects import has_effects, module_names
from nbops.slicing.effects import Effects
from nbops.slicing.slice_executions import slice_executions

SLICE, EFFECTS, CONSERVATIVE, WHOLE = "slice", "effects", "conservative", "whole log"


@dataclass(frozen=True, slots=True)
class Widening:
    """More executions to try.

    Attributes:
        step: `effects`, `conservative` or `whole log`.
        kept: All that would be kept, in order.
        added: How many more that is than the step before.
    """

    step: str
    kept: tuple[Execution, ...]
    added: int


def widenings(
    before: Sequence[Execution], target: int, kept: Sequence[Execution], effects: Effects
) -> Iterator[Widening]:
    """Yield what to try after *kept*, each holding the one before; a step that adds nothing is passed over.

    First what had effects outside the names that it bound, then what the texts alone do not rule out (nothing that was
    seen at run time is trusted), then everything that succeeded.

    Args:
        before: The executions up to the target.
        target: Index of the target.
        kept: The slice.
        effects: Table of effects.
    """
    have = {one.index for one in kept}
    modules = module_names(before)
    for step in (EFFECTS, CONSERVATIVE, WHOLE):
        if step == EFFECTS:
            acting = [one.index for one in before if one.success and has_effects(one, effects, modules)]
            more = _with_needs(before, acting, have, effects)
        elif step == CONSERVATIVE:
            more = _conservative(before, target, effects)
        else:
            more = {one.index for one in before if one.success}
        if added := more - have:
            have |= added
            yield Widening(step, tuple(one for one in before if one.index in have), len(added))


def _with_needs(
    before: Sequence[Execution], wanted: Sequence[int], have: Collection[int], effects: Effects
) -> set[int]:
    """Return *wanted* with everything that they need in order to run."""
    found: set[int] = set()
    for index in reversed(wanted):  # the later ones need most
        if index not in found and index not in have:
            found |= {item.execution.index for item in slice_executions(before, index, effects=effects).kept}
    return found


def _conservative(before: Sequence[Execution], target: int, effects: Effects) -> set[int]:
    try:
        found = slice_executions([replace(one, observed=False) for one in before], target, effects=effects)
    except SliceError:
        return set()
    return {item.execution.index for item in found.kept if item.execution.success}
