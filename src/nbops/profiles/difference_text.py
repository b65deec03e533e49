"""What became of one dataset in another, as a terminal shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbops.profiles.diff import Change, DatasetDifference

_MANY = 40


def difference_text(found: DatasetDifference) -> str:
    """Return the two ids, then rows, then a line for every column or path that came, went or changed."""
    difference = found.difference
    ids = f"{difference.before[:12]} → {difference.after[:12]}"
    if not found:
        return f"{ids}: the same"
    noun = "files" if difference.files else "rows"
    counts = f"{difference.rows_before} → {difference.rows_after}"
    if found.equal_rows is not None:
        counts += f"; {found.equal_rows} equal, {found.rows_added} new, {found.rows_removed} gone"
        counts += ", compared one by one" if found.paired else ""
    index = ["index  changed"] if difference.index_changed else []
    width = 5 if index else len(noun)
    told = {change.column: change for change in found.changes}
    rows = [("+ added", label, "") for label in difference.added]
    rows += [("- removed", label, "") for label in difference.removed]
    both = [("~ retyped", label) for label in difference.retyped]
    both += [("~ changed", label) for label in difference.changed]
    rows += [(what, label, _how(told.get(label))) for what, label in both]
    wide = max((len(label) for _, label, _ in rows[:_MANY]), default=0)
    # No table: a sentence is never cut.
    lines = [f"{what:<9}  {label:<{wide}}  {how}".rstrip() for what, label, how in rows[:_MANY]]
    more = [f"… and {len(rows) - _MANY} more, all with --json"] if len(rows) > _MANY else []
    return "\n".join([ids, f"{noun:<{width}}  {counts}", *index, *map(_spelled, lines), *more])


def _spelled(line: str) -> str:
    """Spell out what is no letter on a screen: a terminal obeys no column's name."""
    return line if line.isprintable() else "".join(one if one.isprintable() else ascii(one)[1:-1] for one in line)


def _how(change: Change | None) -> str:
    if change is None:
        return ""
    values = "" if change.differing is None else f"{change.differing} values differ: "
    return values + change.sentence
