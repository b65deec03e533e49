"""What of a plan holds in a notebook."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbops.errors import PipelineError
from nbops.pipelines.verifying.apply_pins import apply_pins
from nbops.pipelines.verifying.pin import Pin, PinPlan, Refusal

if TYPE_CHECKING:
    from nbformat import NotebookNode


def fit_plan(plan: PinPlan, notebook: NotebookNode) -> PinPlan:
    """Return *plan* with the pins whose statements stand in *notebook*; the others are refused, with the reason."""
    pins: list[Pin] = []
    refusals = list(plan.refusals)
    for pin in plan.pins:
        try:
            apply_pins(notebook, [pin])
        except PipelineError as error:
            refusals += [Refusal(name, str(error), pin.files) for name in pin.snapshots]
        else:
            pins.append(pin)
    return replace(plan, pins=tuple(pins), refusals=tuple(refusals))


def pinned_for_good(plan: PinPlan) -> PinPlan:
    """Return what is left of *plan* in a notebook that loads its snapshots itself."""
    own = {str(file["path"]) for pin in plan.pins for file in pin.files}
    others = {str(file["path"]) for refusal in plan.refusals for file in refusal.files}
    files = tuple(file for file in plan.files if str(file["path"]) not in own - others)
    return PinPlan((), plan.refusals, files)
