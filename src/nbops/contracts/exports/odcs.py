"""Open Data Contract Standard 3.1: contract → its YAML.

Source: the standard's JSON Schema, v3.1.0, of the Bitol project.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nbops.contracts.limits import span_text
from nbops.contracts.terms import BLOCK, BOOL, CATEGORY, INTEGER, NUMBER, TEXT, TIME, VECTOR, Terms
from nbops.contracts.write_contract import plain_relation

if TYPE_CHECKING:
    from nbops.contracts.contract import Contract

_API = "v3.1.0"
_TYPES = {
    INTEGER: "integer", NUMBER: "number", TEXT: "string", CATEGORY: "string", BOOL: "boolean", TIME: "timestamp",
    VECTOR: "array",
}  # fmt: skip
_Quality = dict[str, Any]


def odcs_text(contract: Contract) -> str:
    """Return *contract* as YAML of the standard.

    Limits of shares become quality checks in per cent; what the standard has no metric for is a check of the engine
    `nbops`, so that nothing is lost.
    """
    import yaml

    return str(yaml.safe_dump(odcs(contract), sort_keys=False, allow_unicode=True, width=110))


def odcs(contract: Contract) -> dict[str, Any]:
    """Return *contract* as the standard's mapping."""
    table: dict[str, Any] = {"name": contract.name, "logicalType": "object", "physicalType": "table"}
    if contract.location:
        table["physicalName"] = contract.location
    table["properties"] = [_property(name, terms) for name, terms in contract.columns.items()]
    if quality := [*_of_table(contract)]:
        table["quality"] = quality
    told: dict[str, Any] = {
        "apiVersion": _API, "kind": "DataContract", "id": contract.name, "name": contract.name,
        "version": str(contract.version), "status": "active",
    }  # fmt: skip
    if contract.description:
        told["description"] = {"purpose": contract.description}
    told["schema"] = [table]
    if sla := [*_freshness(contract)]:
        told["slaProperties"] = sla
    return told


def _property(name: str, terms: Terms) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name}
    if terms.type is not None:
        told["logicalType"] = _TYPES[terms.type]
    told["required"] = terms.missing == 0
    if terms.unique:
        told["unique"] = True
    if terms.sensitive:
        told["classification"] = "restricted"
    if options := _options(terms):
        told["logicalTypeOptions"] = options
    if quality := [*_of_column(terms)]:
        told["quality"] = quality
    return told


def _options(terms: Terms) -> dict[str, Any]:
    if terms.length is not None:
        return {"minItems": terms.length, "maxItems": terms.length}
    if terms.range is None or terms.outside:
        return {}
    low, high = terms.range
    return {name: end for name, end in (("minimum", low), ("maximum", high)) if end is not None}


def _of_column(terms: Terms) -> Iterator[_Quality]:
    if terms.missing:
        yield _metric("nullValues", terms.missing, _severity(terms, "missing"))
    if terms.values is not None:
        arguments = {"validValues": list(terms.values)}
        yield _metric("invalidValues", terms.new_values, _severity(terms, "values")) | {"arguments": arguments}
    if terms.range is not None and terms.outside:
        rule = {"range": list(terms.range), "outside": terms.outside}
        yield _own("range", rule, _severity(terms, "range"))


def _of_table(contract: Contract) -> Iterator[_Quality]:
    if contract.rows.range is not None:
        low, high = contract.rows.range
        limit: dict[str, Any] = {"mustBeBetween": [low, high]}
        if low is None:
            limit = {"mustBeLessOrEqualTo": high}
        elif high is None or low == high:
            limit = {"mustBe": low} if low == high else {"mustBeGreaterOrEqualTo": low}
        yield {"type": "library", "metric": "rowCount", **limit, "severity": _word(contract.rows.enforce)}
    if contract.rows.per_window is not None:
        terms = contract.rows
        rule = {"per_window": list(terms.per_window or ()), "window": terms.window, "time": terms.time}
        yield _own("rows", rule, _word(terms.enforce))
    for key in contract.keys:
        yield {
            "type": "library", "metric": "duplicateValues", "arguments": {"properties": list(key)}, "mustBe": 0,
            "severity": "error",
        }  # fmt: skip
    for one in contract.relations:
        told = plain_relation(one)
        yield _own("relation", told if isinstance(told, dict) else {"rule": told}, _word(one.enforce))


def _freshness(contract: Contract) -> Iterator[dict[str, Any]]:
    for name, terms in contract.columns.items():
        if terms.fresh is not None:
            text = span_text(terms.fresh)
            value = text.rstrip("abcdefghijklmnopqrstuvwxyz")
            yield {
                "property": "latency", "value": float(value), "unit": text.removeprefix(value),
                "element": f"{contract.name}.{name}",
            }  # fmt: skip


def _metric(name: str, share: float, severity: str) -> _Quality:
    limit = {"mustBeLessOrEqualTo": round(share * 100, 9), "unit": "percent"} if share else {"mustBe": 0}
    return {"type": "library", "metric": name, **limit, "severity": severity}


def _own(name: str, rule: dict[str, Any], severity: str) -> _Quality:
    return {"type": "custom", "engine": "nbops", "name": name, "implementation": rule, "severity": severity}


def _severity(terms: Terms, rule: str) -> str:
    return _word(terms.enforcement(rule, 0.0))


def _word(enforce: str | None) -> str:
    return "error" if enforce == BLOCK else "warning"
