"""What became of one snapshot in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import tag, together
from nbops.widgets.phrases import aligned, counted
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import AMBER, GREEN, MONO, dot, folded, framed, quiet, table

if TYPE_CHECKING:
    from nbops.profiles.diff import Change, DatasetDifference

_MOST = 200


def difference_view(found: DatasetDifference) -> Rendering:
    """Show rows first, then every column (or path) that came, went or changed, and how."""
    difference = found.difference
    ids = f"{difference.before[:12]} → {difference.after[:12]}"
    if not found:
        return Rendering(f"{ids} · the same", framed(dot(GREEN), " ", tag("span", ids, style=MONO), " the same"))
    rows = _rows(found)
    answer = _answer(found)
    more = f"… and {counted(len(rows) - _MOST, 'more line')}" if len(rows) > _MOST else ""
    lines = [f"{ids} · {answer}", *([aligned(rows[:_MOST])] if rows else []), *([more] if more else [])]
    heads: list[tuple[object, bool]] = [("", False), ("path" if difference.files else "column", False), ("how", False)]
    shown = table(heads, [list(row) for row in rows[:_MOST]]) if rows else None
    head = together(dot(AMBER), " ", tag("span", ids, style=MONO), quiet(f" {answer}"))
    html = framed(folded(head, shown, quiet(more) if more else None, opened=True) if rows else head)
    return Rendering("\n".join(lines), html)


def _answer(found: DatasetDifference) -> str:
    difference = found.difference
    noun = "file" if difference.files else "row"
    told = counted(difference.rows_after, noun)
    if difference.rows_before != difference.rows_after:
        told = f"{difference.rows_before:,} → {told}"
    if found.equal_rows is not None:
        told += f", {found.equal_rows:,} equal, {found.rows_added:,} new, {found.rows_removed:,} gone"
    return told + (", index changed" if difference.index_changed else "")


def _rows(found: DatasetDifference) -> list[list[str]]:
    difference = found.difference
    told = {change.column: change for change in found.changes}
    rows = [["added", label, ""] for label in difference.added]
    rows += [["removed", label, ""] for label in difference.removed]
    rows += [["retyped", label, _how(told.get(label))] for label in difference.retyped]
    return rows + [["changed", label, _how(told.get(label))] for label in difference.changed]


def _how(change: Change | None) -> str:
    if change is None:
        return ""
    values = "" if change.differing is None else f"{counted(change.differing, 'value')}: "
    return values + change.sentence
