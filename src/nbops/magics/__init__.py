"""What `%load_ext nbops` does: hooks, magics, displays. Imports nothing heavy."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_PIPELINE_SPEC = "NBOPS_PIPELINE_SPEC"


def load(shell: InteractiveShell) -> None:
    """Teach *shell* to track; doing it twice changes nothing.

    In mid-session it says which cells it has not seen.
    """
    from nbops.magics.cell_to_line import cell_to_line
    from nbops.magics.extension import attach

    if cell_to_line in shell.input_transformers_cleanup:
        return
    attach(shell)
    if os.environ.get(_PIPELINE_SPEC):
        from nbops.capture.cells.pipeline_mode import begin

        begin(shell)


def unload(shell: InteractiveShell) -> None:
    """Undo `load`."""
    from nbops.magics.cell_to_line import cell_to_line
    from nbops.magics.extension import detach

    if cell_to_line in shell.input_transformers_cleanup:
        detach(shell)
