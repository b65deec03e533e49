"""A contract as a page of YAML."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.contracts.limits import share_text, span_text
from nbops.contracts.terms import Relation, RowTerms, Terms
from nbops.errors import ContractError

if TYPE_CHECKING:
    from nbops.contracts.contract import Contract

_WIDTH = 110


def write_contract(contract: Contract, path: Path) -> Path:
    """Write *contract* to *path*, whole.

    Raises:
        ContractError: The file cannot be written.
    """
    from nbops.workspace import write_file

    try:
        write_file(path, contract_text(contract).encode())
    except OSError as error:
        raise ContractError(f"{path} cannot be written: {error.strerror}") from error
    return path


def contract_text(contract: Contract) -> str:
    """Return *contract* as YAML, one line for each column."""
    head: dict[str, Any] = {"contract": contract.name, "version": contract.version}
    head |= {"data": contract.location} if contract.location else {}
    head |= {"description": contract.description} if contract.description else {}
    lines = [_block(head)]
    if rows := plain_rows(contract.rows):
        lines.append(f"rows: {_flow(rows)}")
    lines.append("columns:" if contract.columns else "columns: {}")
    width = max((len(_flow(name)) for name in contract.columns), default=0) + 1
    lines += [_entry(name, plain_terms(terms), width) for name, terms in contract.columns.items()]
    if contract.keys:
        lines += ["unique:", *(f"  - {_flow(list(key))}" for key in contract.keys)]
    if contract.relations:
        lines += ["relations:", *(f"  - {_flow(plain_relation(one))}" for one in contract.relations)]
    lines.append(f"unknown_columns: {contract.unknown_columns}")
    return "\n".join(lines) + "\n"


def plain_contract(contract: Contract) -> dict[str, Any]:
    """Return *contract* as plain JSON values, with the names that its YAML has."""
    return {
        "contract": contract.name,
        "version": contract.version,
        "data": contract.location,
        "description": contract.description,
        "rows": plain_rows(contract.rows),
        "columns": {name: plain_terms(terms) for name, terms in contract.columns.items()},
        "unique": [list(key) for key in contract.keys],
        "relations": [plain_relation(one) for one in contract.relations],
        "unknown_columns": contract.unknown_columns,
    }


def plain_terms(terms: Terms) -> dict[str, Any]:
    """Return the terms of a column as YAML and JSON have them."""
    told: dict[str, Any] = {"type": terms.type} if terms.type else {}
    if terms.unique:
        told["unique"] = True
    if terms.range is not None:
        told["range"] = list(terms.range)
        told |= {"outside": share_text(terms.outside)} if terms.outside else {}
    if terms.values is not None:
        told["values"] = list(terms.values)
        told |= {"new_values": share_text(terms.new_values)} if terms.new_values else {}
    if terms.length is not None:
        told["length"] = terms.length
    if terms.infinite:
        told["infinite"] = True
    if terms.missing is not None:
        told["missing"] = share_text(terms.missing)
    if terms.fresh is not None:
        told["fresh"] = span_text(terms.fresh)
    if terms.sensitive:
        told["sensitive"] = True
    if terms.enforce:
        only = terms.enforce.get("*") if len(terms.enforce) == 1 else None
        told["enforce"] = only or dict(terms.enforce)
    return told


def plain_rows(terms: RowTerms) -> dict[str, Any]:
    """Return the terms of the rows as YAML and JSON have them."""
    told: dict[str, Any] = {"range": list(terms.range)} if terms.range is not None else {}
    if terms.per_window is not None:
        told |= {"per_window": list(terms.per_window), "window": terms.window, "time": terms.time}
    return told | ({"enforce": terms.enforce} if told and terms.enforce else {})


def plain_relation(relation: Relation) -> str | dict[str, Any]:
    """Return a relation as YAML and JSON have it."""
    if not relation.broken and not relation.enforce:
        return relation.rule
    told: dict[str, Any] = {"rule": relation.rule}
    told |= {"broken": share_text(relation.broken)} if relation.broken else {}
    return told | ({"enforce": relation.enforce} if relation.enforce else {})


def _entry(name: str, told: Mapping[str, Any], width: int) -> str:
    key = f"{_flow(name)}:"
    if len(key) > _WIDTH:  # a key so long has to be asked for
        return f"  ? {_flow(name)}\n  : {_flow(dict(told))}"
    whole = f"{key:<{width}} {_flow(dict(told))}"
    return textwrap.indent(whole, "  ").replace("\n  ", "\n    ")


def _block(told: Mapping[str, Any]) -> str:
    return _dumped(dict(told), flow=False, width=_WIDTH).rstrip("\n")


def _flow(told: Any) -> str:
    text = _dumped(told, flow=True, width=_WIDTH if isinstance(told, dict) else 1_000_000)
    return text.removesuffix("\n").removesuffix("...").rstrip("\n")


def _dumped(told: Any, *, flow: bool, width: int) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes a text of several lines on one, so that it can stand as a key and in a list."""

    def text(dumper: Dumper, value: str) -> yaml.ScalarNode:
        style = None if value.isprintable() else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return str(
        yaml.dump(told, Dumper=Dumper, sort_keys=False, default_flow_style=flow, allow_unicode=True, width=width)
    )
