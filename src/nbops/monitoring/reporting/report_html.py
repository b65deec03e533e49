"""A drift report as one page that needs nothing beside itself."""

from __future__ import annotations

import csv
import io
import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from nbops.markup import GREY, LINE, STATE_COLORS, Markup, tag, together
from nbops.monitoring.reporting.figures import figures
from nbops.monitoring.reporting.heat_strip import heat_strip
from nbops.monitoring.reporting.rank import rank, ratio
from nbops.monitoring.reporting.without_values import without_values

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from nbops.monitoring.judging.report import ColumnDrift, DriftReport, Side
    from nbops.profiles.profile import Profile

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_STYLE = f"""
:root{{color-scheme:light dark;--page:#fff;--text:#1f2328}}
@media (prefers-color-scheme:dark){{:root{{--page:#15181d;--text:#dfe3e8}}}}
*{{box-sizing:border-box}}
body{{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif}}
main{{max-width:1040px;margin:0 auto;padding:28px 20px 48px}}
h1{{font-size:1.5rem;line-height:1.3;margin:0 0 4px;overflow-wrap:anywhere}}
h2{{font-size:1.05rem;margin:30px 0 6px}}
p{{margin:4px 0;overflow-wrap:anywhere}}
.quiet{{opacity:.75}}
.wide{{overflow-x:auto}}
table{{border-collapse:collapse;width:100%;font-size:.92em}}
th,td{{padding:5px 14px 5px 0;text-align:left;vertical-align:top;border-bottom:1px solid {LINE}}}
th{{font-weight:600;opacity:.75;white-space:nowrap}}
td.n,th.n{{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}}
td.name{{min-width:8em;padding-left:1.1em;text-indent:-1.1em;overflow-wrap:anywhere}}
@media (max-width:640px){{.far{{display:none}}td.said{{min-width:9em}}th,td{{padding-right:9px}}}}
td.said{{min-width:15em;overflow-wrap:anywhere}}
summary{{cursor:pointer;margin:14px 0 4px}}
a{{color:inherit}}
footer{{margin-top:30px;font-size:.88em}}
@media print{{main{{max-width:none;padding:0}}}}
"""
_FEW = 12
_FIELDS = ("column", "role", "kind", "drifted", "measure", "statistic", "limit", "finding", "sentence")


def report_html(report: DriftReport, reference: Profile, current: Profile, *, hidden: Collection[str] = ()) -> str:
    """Return *report* as an HTML page: no script, nothing loaded, the numbers inside as CSV and JSON to download.

    Args:
        report: What was judged.
        reference: Profile of the reference; labels of fewer than ten rows on both sides are not shown.
        current: Profile of the current data, counted in the same cells.
        hidden: Columns of which no value is shown.
    """
    told = without_values(report, hidden)
    title = f"{told.state}: {told.label or told.current.name}"
    body = tag("body", tag("main", *_main(told, reference, current, hidden)))
    return f"<!DOCTYPE html>\n{tag('html', _head(title), body, lang='en')}\n"


def _head(title: str) -> Markup:
    policy = {"http-equiv": "Content-Security-Policy", "content": _POLICY}
    view = {"name": "viewport", "content": "width=device-width,initial-scale=1"}
    metas = [_meta(charset="utf-8"), _meta(**policy), _meta(**view)]
    return tag("head", *metas, tag("title", title), tag("style", Markup(_STYLE)))


def _meta(**attributes: str) -> Markup:
    return Markup("<meta " + " ".join(f'{name}="{value}"' for name, value in attributes.items()) + ">")


def _main(report: DriftReport, reference: Profile, current: Profile, hidden: Collection[str]) -> list[Markup | None]:
    columns = rank(report)
    drawn, names = figures(report, reference, current, hidden)
    rest = [one for one in columns if one.name not in names]
    moved, still = [one for one in rest if one.drifted], [one for one in rest if not one.drifted]
    strip = heat_strip(report.windows)
    fold = tag("summary", f"{len(still)} columns within their limits or not judged")
    heading = "What moved" if any(one.drifted for one in columns) else "Nearest to their limits"
    return [
        tag("h1", _dot(report.state), " ", report.state, *([": ", report.label] if report.label else [])),
        tag("p", _answer(columns)),
        tag("p", f"{_side(report.reference)} → {_side(report.current)}", **{"class": "quiet"}),
        *(tag("p", "⚠ ", note) for note in report.notes),
        tag("p", str(report.separation)) if report.separation is not None else None,
        together(tag("h2", "Over time"), strip) if strip is not None else None,
        together(tag("h2", heading), drawn) if drawn is not None else None,
        together(tag("h2", "Also moved"), _table(moved)) if moved else None,
        tag("details", fold, _table(still), open=len(still) <= _FEW) if still else None,
        _foot(report, columns),
    ]


def _dot(state: str) -> Markup:
    return tag("span", "●", style=f"color:{STATE_COLORS.get(state, GREY)}", **{"aria-hidden": "true"})


def _answer(columns: Sequence[ColumnDrift]) -> str:
    judged = [one for one in columns if one.statistic is not None or one.drifted]
    moved = sum(one.drifted for one in judged)
    return f"{moved} of {len(judged)} judged columns moved" if judged else "No column could be judged"


def _side(side: Side) -> str:
    days = " to ".join(dict.fromkeys(moment[:10] for moment in (side.start, side.end) if moment))
    return f"{side.name} ({side.rows:,} rows{', ' if days else ''}{days})"


def _table(columns: Sequence[ColumnDrift]) -> Markup:
    heads = [
        ("column", ""),
        ("role", "far"),
        ("statistic", "n far"),
        ("limit", "n far"),
        ("× limit", "n"),
        ("what happened", ""),
    ]
    head = tag("tr", *(tag("th", name, **({"class": kind} if kind else {})) for name, kind in heads))
    return tag("div", tag("table", tag("thead", head), tag("tbody", *map(_row, columns))), **{"class": "wide"})


def _row(column: ColumnDrift) -> Markup:
    state = "alert" if column.drifted else "unknown" if column.statistic is None else "ok"
    start = f"{column.name}: "
    said = column.sentence.removeprefix(start)
    values: list[tuple[object, str]] = [
        (together(_dot(state), "\u00a0", column.name), "name"),
        (column.role, "quiet far"),
        (_number(column.statistic), "n far"),
        (_number(column.threshold), "n far"),
        (_number(ratio(column) if column.threshold is not None else None), "n"),
        (said, "said"),
    ]
    return tag("tr", *(tag("td", value, **{"class": kind}) for value, kind in values))


def _number(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.3g}"  # noqa: PLR0124 # NaN


def _foot(report: DriftReport, columns: Sequence[ColumnDrift]) -> Markup:
    wire = json.dumps(report.to_wire(), ensure_ascii=False, indent=1, default=str)
    links = [
        _link("Columns as CSV", "drift.csv", "text/csv", _csv(columns)),
        " · ",
        _link("Report as JSON", "drift.json", "application/json", wire),
    ]
    promise = tag("p", f"Promise: {report.promise}.") if report.promise else None
    method = tag("p", report.method, **{"class": "quiet"}) if report.method else None
    return tag("footer", promise, method, tag("p", *links))


def _link(words: str, name: str, kind: str, content: str) -> Markup:
    target = f"data:{kind};charset=utf-8;base64,{b64encode(content.encode(errors='replace')).decode()}"
    return tag("a", words, href=target, download=name)


def _csv(columns: Sequence[ColumnDrift]) -> str:
    told = io.StringIO()
    writer = csv.writer(told)
    writer.writerow(_FIELDS)
    for one in columns:
        values = (one.name, one.role, one.kind, one.drifted, one.measure, one.statistic, one.threshold, one.finding,
                  one.sentence)  # fmt: skip
        writer.writerow([_plain(value) for value in values])
    return told.getvalue()


def _plain(value: Any) -> Any:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
