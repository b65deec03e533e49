"""What was decided of one cell, and how a run is summed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of one code cell.

    Attributes:
        number: Of the cell among the code cells, as in `In [number]`.
        skipped: It was not executed.
        reason: Why.
        seconds: That it took, or would have taken.
        run: Run whose state was put back.
        telling: Worth a line of its own.
    """

    number: int
    skipped: bool
    reason: str
    seconds: float = 0.0
    run: str = ""
    telling: bool = False


def summary(decisions: Sequence[Decision], cells: int) -> str:
    """Return a line about all *cells*, then one for each that is worth it; empty where there is nothing to say.

    Cells are called by the `In [n]` beside them in the executed notebook, as in what a run says of itself meanwhile.
    """
    skipped = [one for one in decisions if one.skipped]
    lines = [
        f"cell {one.number} of {cells} {'skipped' if one.skipped else 're-run'}: {one.reason}"
        for one in decisions
        if one.telling
    ]
    if skipped:
        saved = sum(one.seconds for one in skipped)
        lines.insert(0, f"{len(skipped)} of {cells} cells skipped, saved {saved:.1f} s")
    return "\n".join(lines)
