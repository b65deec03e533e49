"""What `explain` returns."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from nbops.pipelines.promoted_cell import PromotedCell


@dataclass(frozen=True, slots=True)
class Explanation:
    """What promoting a run would keep and leave out, and why. Nothing was executed or written.

    Attributes:
        run: Id of the run.
        name: Of the run.
        pipeline: Name that the pipeline would get.
        target: `index` of the execution that is reproduced.
        kept, dropped: Executions up to the target, in the order in which they ran.
        parameters: Of each parameter that the pipeline would have what `Composed.parameters` holds.
        candidates: Literals that would stay code but could be parameters.
        cautions: Where knowledge ended and more is kept, and what a person has to see to.
        notebook: Where the cells are, relative to the project; None for a session without a notebook.
    """

    run: str
    name: str
    pipeline: str
    target: int
    kept: tuple[PromotedCell, ...] = ()
    dropped: tuple[PromotedCell, ...] = ()
    parameters: tuple[dict[str, Any], ...] = ()
    candidates: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    notebook: str | None = None

    @property
    def total(self) -> int:
        """How many executions there are up to the target."""
        return len(self.kept) + len(self.dropped)

    def __repr__(self) -> str:
        counts = f"kept={len(self.kept)}, dropped={len(self.dropped)}"
        return f"Explanation(run={self.run[:8]!r}, pipeline={self.pipeline!r}, {counts})"

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values; each cell has also its `lines` and `readers`."""
        body = asdict(self)
        for name in ("kept", "dropped"):
            for cell, wire in zip(getattr(self, name), body[name], strict=True):
                wire["lines"], wire["readers"] = list(cell.lines), list(cell.readers)
        return {"run_id": body.pop("run"), **body, "total": self.total}
