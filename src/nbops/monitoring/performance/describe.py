"""A performance report in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbops.monitoring.performance.report import GroupTable, PerformanceReport, SlicePerformance, WindowPerformance

_SLICES, _WINDOWS = 10, 14


def describe(report: PerformanceReport) -> str:
    """Return *report* as a few lines of text, beginning with `reference → current`."""
    sides = f"{report.reference} → {report.current}" if report.reference else str(report.current)
    lines = [f"{sides}: {verdict(report)}"]
    changes = {one.name: one for one in report.changes}
    for one in report.measures:
        now = changes.get(one.name)
        was = f"; reference {now.before:.4g}{', worse' if now.worse else ''}" if now else ""
        lines.append(f"  {one}{was}")
    if report.calibration:
        lines.append(
            f"  expected calibration error {report.calibration.error:.4f} ({len(report.calibration.bins)} bins)"
        )
    lines += [f"  {one}{'' if before is None else f'; reference {before:.4g}'}" for one, before in report.kpis]
    lines += [f"  {one}" for one in report.service]
    lines += [f"  {slice_words(one)}" for one in report.slices[:_SLICES]]
    lines += [f"  … and {len(report.slices) - _SLICES} more slices"] if len(report.slices) > _SLICES else []
    for table in report.groups:
        lines += [f"  {line}" for line in group_words(table)]
    lines += [f"  … {len(report.windows) - _WINDOWS} earlier windows"] if len(report.windows) > _WINDOWS else []
    lines += [f"  {window_words(one)}" for one in report.windows[-_WINDOWS:]]
    return "\n".join([*lines, *(f"  note: {note}" for note in report.notes)])


def verdict(report: PerformanceReport) -> str:
    """Return the answer in a few words."""
    worse = [one.name for one in report.changes if one.worse]
    if worse:
        return f"{report.state}: worse than the reference beyond chance ({', '.join(worse)})"
    if report.reference is None:
        return "measured, without a reference to judge against"
    return (
        f"{report.state}: not worse than the reference beyond chance" if report.changes else "nothing could be compared"
    )


def slice_words(one: SlicePerformance) -> str:
    """Return a slice in one line."""
    rest = "" if one.rest is None else f", all others {one.rest:.4g}"
    if one.small:
        return f"{one.column} = {one.value}: too small to judge ({one.small}); {one.measured}{rest}"
    mark = "worse" if one.worse else "not worse"
    return f"{one.column} = {one.value}: {one.measured}{rest}; {mark} (p = {one.chance:.2g}, Holm)"


def group_words(table: GroupTable) -> list[str]:
    """Return a table of groups in lines."""
    lines = [f"groups of {table.column}:"]
    for one in table.groups:
        told = ", ".join(f"{it.name} {it.value:.3f}" for it in one.measures if it.value is not None)
        lines.append(
            f"  {one.name} (n = {one.n:,}): {told}{f'; too small to judge ({one.small})' if one.small else ''}"
        )
    if table.impact:
        lines.append(f"  disparate impact: {table.impact}")
    if table.odds is not None:
        lines.append(f"  equalised-odds difference {table.odds:.3f}")
    return lines


def window_words(one: WindowPerformance) -> str:
    """Return a window in one line."""
    told = [str(one.measures[0])] if one.measures else []
    told += [f"estimated {one.estimates[0]}"] if one.estimates else []
    told += ["worse"] if one.worse else []
    told += ["labels disagree with the estimate"] if one.disagrees else []
    return f"{one.start}: {'; '.join([*told, *([one.note] if one.note else [])]) or f'{one.rows:,} rows, no labels'}"
