"""Snapshots as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import tag
from nbops.readiness.sizes import in_bytes
from nbops.widgets.phrases import aligned, counted, moment
from nbops.widgets.rendering import Rendering
from nbops.widgets.snapshot_view import shape_of
from nbops.widgets.style import MONO, framed, quiet, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.snapshots.snapshot import Snapshot

_MOST = 50


def snapshots_table(snapshots: Sequence[Snapshot]) -> Rendering:
    """Show one line a snapshot, in the order given."""
    if not snapshots:
        return Rendering("no snapshots yet; try: %snapshot FRAME", framed(quiet("no snapshots yet: %snapshot FRAME")))
    heads = ["snapshot", "name", "kind", "holds", "size", "taken"]
    rows = [
        [one.id[:12], one.name or "", one.kind, shape_of(one), in_bytes(one.bytes), moment(one.created)]
        for one in snapshots[:_MOST]
    ]
    more = f"… and {counted(len(snapshots) - _MOST, 'more snapshot')}" if len(snapshots) > _MOST else ""
    text = aligned([heads, *rows]) + (f"\n{more}" if more else "")
    marked: list[list[object]] = [[tag("span", row[0], style=MONO), *row[1:]] for row in rows]
    html = framed(table([(head, False) for head in heads], marked), quiet(more) if more else None)
    return Rendering(text, html)
