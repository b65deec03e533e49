"""Cells that failed when they were explored, made fit for a pipeline."""

from __future__ import annotations

from nbops.pipelines.notebook.mask_magics import Masked
from nbops.pipelines.notebook.typed_code import guarded


def endure(masked: Masked, code: str, error: str) -> str:
    """Return *code* so that its failure does not end the pipeline: what it did before it failed is needed.

    Args:
        masked: The cell's lines that are IPython's.
        code: Python in which their names stand; what is not Python comes back as it is.
        error: Class name of the exception that it raised.
    """
    return masked.restored(guarded(code, error))
