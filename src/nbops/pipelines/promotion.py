"""What `promote` returns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbops.pipelines.promoted_cell import PromotedCell
from nbops.pipelines.verifying.comparison import Comparison


@dataclass(frozen=True, slots=True)
class Promotion:
    """A pipeline, and whether it was seen to reproduce its run.

    Attributes:
        notebook: Path of the pipeline.
        verified: A fresh kernel gave what was captured.
        verdict: What was compared, in a sentence.
        kept, dropped: Executions, in the order in which they ran.
        parameters: Of each parameter what `Composed.parameters` holds.
        comparisons: What was held against what.
        candidates: Literals that stayed code but could be parameters.
        cautions: Where knowledge ended and more was kept.
        run: Id of the promoted run.
    """

    notebook: Path
    verified: bool
    verdict: str
    kept: tuple[PromotedCell, ...] = ()
    dropped: tuple[PromotedCell, ...] = ()
    parameters: tuple[dict[str, Any], ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    candidates: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    run: str = ""
