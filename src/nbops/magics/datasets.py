"""`%snapshot` and `%drift`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from nbops.magics.parse import parse
from nbops.magics.place import kernel_workspace
from nbops.magics.resolve import named, resolve, resolve_frame

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbops.monitoring.report import DriftReport
    from nbops.snapshots.snapshot import Snapshot


@magics_class
class DatasetMagics(Magics):
    """Keep frames and hold them against each other."""

    shell: InteractiveShell

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("frame", help="name of a frame, or an expression in quotes")
    @argument("--name", help="name of the snapshot; the frame's if omitted")
    def snapshot(self, line: str) -> Snapshot:
        """Keep a frame, byte for byte, storing only what is new."""
        from nbops.snapshots.snapshot import snapshot

        given = parse(self.snapshot, line)
        name = given.name or (given.frame if given.frame.isidentifier() else None)
        return snapshot(resolve_frame(self.shell, given.frame), name, workspace=kernel_workspace())

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("current", help="frame, expression, snapshot or path")
    @argument("reference", help="what it is held against: frame, expression, snapshot or path")
    @argument("--alpha", type=float, default=0.05, help="promised share of false alarms")
    def drift(self, line: str) -> DriftReport:
        """Say whether CURRENT has moved away from REFERENCE, and which columns."""
        from nbops.monitoring.drift import drift

        given = parse(self.drift, line)
        current, reference = (resolve(self.shell, word) for word in (given.current, given.reference))
        return named(
            drift(current, reference, alpha=given.alpha, workspace=kernel_workspace()), given.current, given.reference
        )
