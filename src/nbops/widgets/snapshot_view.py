"""One snapshot, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.readiness.sizes import in_bytes
from nbops.widgets.markup import tag, together
from nbops.widgets.phrases import counted
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import GREEN, MONO, STRONG, dot, folded, framed, labelled, quiet

if TYPE_CHECKING:
    from nbops.snapshots.snapshot import Snapshot


def snapshot_view(snapshot: Snapshot) -> Rendering:
    """Show name, id, shape and how much of it was new; opened, the columns."""
    name = snapshot.name or "snapshot"
    shape = f"{counted(snapshot.rows, 'row')} × {counted(len(snapshot.columns), 'column')}"
    new = f"{in_bytes(snapshot.new_bytes)} new" if snapshot.new_bytes else "nothing new to store"
    head = together(dot(GREEN), " ", tag("span", name, style=STRONG), " ", tag("span", snapshot.id[:12], style=MONO))
    columns = labelled([(str(column), str(kind)) for column, kind in snapshot.columns.items()])
    html = framed(folded(together(head, quiet(f" {shape}, {new}")), columns))
    return Rendering(f"{name} {snapshot.id[:12]} · {shape} · {new}", html)
