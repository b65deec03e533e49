"""One snapshot, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import tag, together
from nbops.readiness.sizes import in_bytes
from nbops.widgets.phrases import counted
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import GREEN, MONO, STRONG, dot, folded, framed, labelled, quiet

if TYPE_CHECKING:
    from nbops.snapshots.snapshot import Snapshot


_MOST = 500
_FILES = {"file", "folder"}


def snapshot_view(snapshot: Snapshot) -> Rendering:
    """Show name, id, shape and how much of it was new; opened, the columns or files."""
    name = snapshot.name or "snapshot"
    shape = shape_of(snapshot)
    new = f"{in_bytes(snapshot.new_bytes)} new" if snapshot.new_bytes else "nothing new to store"
    head = together(dot(GREEN), " ", tag("span", name, style=STRONG), " ", tag("span", snapshot.id[:12], style=MONO))
    parts = list(snapshot.columns.items())
    more = quiet(f"and {len(parts) - _MOST:,} more") if len(parts) > _MOST else None
    columns = together(labelled([(str(part), str(kind)) for part, kind in parts[:_MOST]]), more)
    html = framed(folded(together(head, quiet(f" {shape}, {new}")), columns))
    return Rendering(f"{name} {snapshot.id[:12]} · {shape} · {new}", html)


def shape_of(snapshot: Snapshot) -> str:
    """Return how many rows and columns there are, or files and bytes."""
    if snapshot.kind in _FILES:
        return f"{counted(snapshot.rows, 'file')}, {in_bytes(snapshot.bytes)}"
    return f"{counted(snapshot.rows, 'row')} × {counted(len(snapshot.columns), 'column')}"
