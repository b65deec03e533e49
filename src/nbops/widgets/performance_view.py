"""A performance report: how good, how sure, against what, and where it goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import Markup, tag, together
from nbops.monitoring.performance.describe import describe, verdict
from nbops.widgets.phrases import counted, number
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import GREEN, LINE, RED, STRONG, folded, framed, quiet, state_dot, table

if TYPE_CHECKING:
    from nbops.measures.calibrate import Calibration
    from nbops.measures.measured import Measured
    from nbops.monitoring.judging.report import Side
    from nbops.monitoring.performance.report import (
        Change,
        GroupTable,
        PerformanceReport,
        SlicePerformance,
        WindowPerformance,
    )

_MOST, _WIDTH, _TALL, _WINDOWS = 50, 120, 28, 120


def performance_view(report: PerformanceReport) -> Rendering:
    """Show *report*: measures with intervals first, then slices, groups, windows and calibration."""
    return Rendering(describe(report), framed(*_html(report)))


def _html(report: PerformanceReport) -> list[Markup | None]:
    state = together(state_dot(report.state), " ", tag("span", verdict(report), style=STRONG))
    sides = [_side(report.reference)] if report.reference else []
    changes = {one.name: one for one in report.changes}
    return [
        tag("div", state, quiet(" estimated, without labels") if report.estimated else None),
        tag("div", quiet(" → ".join([*sides, _side(report.current)]))),
        *(tag("div", "⚠ ", note) for note in report.notes),
        _measures(report.measures, changes),
        _kpis(report),
        _windows(report.windows),
        _slices(report.slices),
        *(_groups(one) for one in report.groups),
        _calibration(report.calibration),
    ]


def _side(side: Side) -> str:
    days = " to ".join(dict.fromkeys(moment[:10] for moment in (side.start, side.end) if moment))
    return f"{side.name} ({counted(side.rows, 'row')}{', ' if days else ''}{days})"


def _measures(measures: tuple[Measured, ...], changes: dict[str, Change]) -> Markup:
    heads: list[tuple[object, bool]] = [("measure", False), ("value", True), ("95 %", True), ("n", True)]
    heads += [("reference", True), ("", False)] if changes else []
    rows: list[list[object]] = []
    for one in measures:
        change = changes.get(one.name)
        row: list[object] = [
            tag("span", one.name, title=one.method),
            quiet(one.why) if one.value is None else number(one.value),
            _interval(one),
            f"{one.n:,}",
        ]
        if changes:
            row += [number(change.before) if change else "", _word(change)]
        rows.append(row)
    return table(heads, rows)


def _word(change: Change | None) -> object:
    return together(state_dot("alert" if change.surely else "warn"), " worse") if change and change.worse else ""


def _interval(one: Measured) -> str:
    return "" if one.low is None or one.high is None else f"{number(one.low)} … {number(one.high)}"


def _kpis(report: PerformanceReport) -> Markup | None:
    told = [*report.kpis, *((one, None) for one in report.service)]
    if not told:
        return None
    heads: list[tuple[object, bool]] = [("KPI", False), ("value", True), ("95 %", True), ("reference", True)]
    rows: list[list[object]] = [
        [
            one.name,
            one.why if one.value is None else number(one.value),
            _interval(one),
            "" if then is None else number(then),
        ]
        for one, then in told
    ]
    return table(heads, rows)


def _slices(slices: tuple[SlicePerformance, ...]) -> Markup | None:
    if not slices:
        return None
    measure = slices[0].measured.name
    heads: list[tuple[object, bool]] = [("slice", False), (measure, True), ("95 %", True), ("all others", True)]
    heads += [("n", True), ("", False)]
    worse = sum(one.worse for one in slices)
    title = f"{counted(len(slices), 'slice')}, {worse} worse than all other rows"
    return folded(quiet(title), table(heads, [_slice(one) for one in slices[:_MOST]]), opened=worse > 0)


def _slice(one: SlicePerformance) -> list[object]:
    told = quiet(f"too small: {one.small}") if one.small else f"p = {one.chance:.2g} (Holm)"
    return [
        tag("span", f"{one.column} = {one.value}", style=STRONG if one.worse else ""),
        "" if one.measured.value is None else number(one.measured.value),
        _interval(one.measured),
        "" if one.rest is None else number(one.rest),
        f"{one.n:,}",
        together(state_dot("alert"), " worse, ", told) if one.worse else told,
    ]


def _groups(groups: GroupTable) -> Markup:
    names = [one.name for one in groups.groups[0].measures] if groups.groups else []
    heads: list[tuple[object, bool]] = [
        (groups.column, False),
        ("n", True),
        *((name, True) for name in names),
        ("", False),
    ]
    rows: list[list[object]] = [
        [
            one.name,
            f"{one.n:,}",
            *(tag("span", _cell(one.value(name)), title=_limits(one.measures, name)) for name in names),
            quiet(f"too small: {one.small}") if one.small else "",
        ]
        for one in groups.groups
    ]
    told = [f"disparate impact: {groups.impact}"] if groups.impact else []
    told += [f"equalised-odds difference {groups.odds:.3f}"] if groups.odds is not None else []
    return folded(
        quiet(f"groups of {groups.column}"), table(heads, rows), *(tag("div", line) for line in told), opened=True
    )


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _limits(measures: tuple[Measured, ...], name: str) -> str:
    return next((str(one) for one in measures if one.name == name), "")


def _windows(windows: tuple[WindowPerformance, ...]) -> Markup | None:
    """Draw one bar a window, as high as its first measure beside the highest; estimates are pale."""
    shown = windows[-_WINDOWS:]
    values = [_main(one) for one in shown]
    highest = max((abs(one.value) for one in values if one and one.value is not None), default=0.0)
    if len(shown) < 2 or not highest:  # noqa: PLR2004 # a single bar has nothing to stand beside
        return None
    bars = [_pillar(one, value, highest) for one, value in zip(shown, values, strict=True)]
    name = next(one.name for one in values if one)
    frame = f"display:inline-block;height:{_TALL}px;white-space:nowrap;border-bottom:1px solid {LINE}"
    worse = sum(one.worse for one in shown)
    said = quiet(f" {name} of {counted(len(shown), 'window')}, {worse} worse than the reference")
    return tag("div", tag("span", *bars, style=frame), said, style="margin:4px 0;max-width:100%")


def _main(one: WindowPerformance) -> Measured | None:
    return one.measures[0] if one.measures else one.estimates[0] if one.estimates else None


def _pillar(one: WindowPerformance, value: Measured | None, highest: float) -> Markup:
    tall = max(1, round(abs(value.value) / highest * _TALL)) if value and value.value is not None else 1
    pale = ";opacity:.45" if not one.measures else ""
    color = RED if one.worse else GREEN
    place = f"display:inline-block;width:5px;height:{tall}px;margin-right:1px;vertical-align:bottom"
    return tag("span", style=f"{place};background:{color}{pale}", title=f"{one.start}: {value or one.note}")


def _calibration(found: Calibration | None) -> Markup | None:
    if found is None:
        return None
    heads: list[tuple[object, bool]] = [("probability", False), ("n", True), ("expected", True), ("observed", True)]
    heads += [("95 %", True), ("", False)]
    rows: list[list[object]] = [
        [
            f"{one.low:.2g} … {one.high:.2g}",
            f"{one.n:,}",
            f"{one.expected:.3f}",
            f"{one.observed:.3f}",
            f"{one.least:.3f} … {one.most:.3f}",
            _bar(one.expected, one.observed),
        ]
        for one in found.bins
    ]
    return folded(quiet(f"calibration: expected calibration error {found.error:.4f}"), table(heads, rows))


def _bar(expected: float, observed: float) -> Markup:
    """Draw what was observed; the mark is what was expected."""
    track = f"display:inline-block;position:relative;width:{_WIDTH}px;height:8px;border-radius:4px;background:{LINE}"
    fill = f"display:block;width:{round(observed * _WIDTH)}px;height:8px;border-radius:4px;background:{GREEN}"
    mark = f"position:absolute;left:{round(expected * _WIDTH)}px;top:-3px;width:2px;height:14px;background:currentColor"
    return tag("span", tag("span", style=fill), tag("span", style=mark), style=track)
