"""A contract: what is expected of each column, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.contracts.write_contract import plain_relation, plain_rows, plain_terms
from nbops.markup import Markup, tag, together
from nbops.widgets.phrases import aligned, counted, short
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import CHIP, STRONG, folded, framed, quiet, table

if TYPE_CHECKING:
    from nbops.contracts.contract import Contract

_MOST, _FOLDED, _LONGEST = 200, 30, 90
_FIRST = ("type", "range", "values", "missing", "sensitive")


def contract_view(contract: Contract) -> Rendering:
    """Show *contract*."""
    return Rendering(_text(contract), framed(*_html(contract)))


def _text(contract: Contract) -> str:
    rows = [[name, kind, bounds, missing, rest] for name, kind, bounds, missing, rest in _rows(contract)]
    lines = [_head(contract), aligned([["column", "type", "values", "missing", ""], *rows])]
    return "\n".join([*lines, *(f"  {one}" for one in _whole(contract))])


def _html(contract: Contract) -> list[Markup | None]:
    head = tag("div", tag("span", f"contract {contract.name}", style=STRONG), quiet(f" {_summary(contract)}"))
    rows: list[list[object]] = [
        [tag("span", name, style=STRONG), quiet(kind), bounds, missing, quiet(rest)]
        for name, kind, bounds, missing, rest in _rows(contract)
    ]
    heads: list[tuple[object, bool]] = [(word, False) for word in ("column", "type", "values", "missing", "")]
    shown = folded(quiet(counted(len(contract.columns), "column")), table(heads, rows), opened=len(rows) <= _FOLDED)
    whole = [tag("span", one, style=CHIP) for one in _whole(contract)]
    return [head, shown, tag("div", together(*(part for one in whole for part in (one, " ")))) if whole else None]


def _head(contract: Contract) -> str:
    return f"contract {contract.name} {_summary(contract)}"


def _summary(contract: Contract) -> str:
    of = f", of {contract.location}" if contract.location else ""
    return f"v{contract.version}: {contract.rules} rules on {counted(len(contract.columns), 'column')}{of}"


def _rows(contract: Contract) -> list[tuple[str, str, str, str, str]]:
    found = []
    for name, terms in list(contract.columns.items())[:_MOST]:
        told = plain_terms(terms)
        bounds = ""
        if terms.range is not None:
            low, high = terms.range
            bounds = f"{'…' if low is None else low} to {'…' if high is None else high}"
        elif terms.values is not None:
            bounds = short(", ".join(terms.values), _LONGEST)
        rest = [f"{rule} {value}" if value is not True else rule for rule, value in told.items() if rule not in _FIRST]
        sensitive = "sensitive" if terms.sensitive else ""
        missing = str(told.get("missing", "any"))
        found.append((name, terms.type or "–", bounds, missing, ", ".join(filter(None, [sensitive, *rest]))))
    return found


def _whole(contract: Contract) -> list[str]:
    told = [_relation(plain_relation(one)) for one in contract.relations]
    told += [f"{', '.join(key)} unique together" for key in contract.keys]
    rows = plain_rows(contract.rows)
    if rows:
        told.append("rows " + ", ".join(f"{name} {value}" for name, value in rows.items()))
    return told


def _relation(told: object) -> str:
    return told if isinstance(told, str) else ", ".join(map(str, told.values()))  # type: ignore[attr-defined]
