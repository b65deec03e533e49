"""The text of the cell that holds a pipeline's parameters, as plain papermill reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nbops.pipelines.notebook.choose_parameters import Chosen
from nbops.pipelines.parameters.check_parameters import range_text
from nbops.pipelines.parameters.codify import codify

# papermill reads annotations that hold no dots, quotes or bars, and only these need no import.
_BUILT_IN = re.compile(r"(?:bool|int|float|str|bytes|list|dict|tuple|set|complex|object|[\[\], ])+")
_LONG = 60


def parameter_lines(name: str, one: Chosen, item: Mapping[str, Any]) -> list[str]:
    """Return the lines that assign one parameter: `C: float = 0.5  # tried: 0.1 to 10`.

    papermill (2.7) finds name, type and help of each line by a pattern that knows no annotation with dots, quotes or
    bars (those become `# type:` comments), and gives up on a line with a second `=` (such a value stands on a line of
    its own, so that only papermill's idea of the default suffers).

    Args:
        name: Of the parameter.
        one: Its default as it was typed.
        item: Of the schema.
    """
    text = one.text if one.text and "=" not in one.text else codify(one.value)
    help_text = _help(one, item)
    annotation, comment = _typed(one, item)
    above = list(one.above)
    if "=" in help_text:
        above, help_text = [*above, f"# {help_text}"], ""
    remark = "  # ".join(["", " ".join(part for part in (comment, help_text) if part)]) if comment or help_text else ""
    head = f"{name}: {annotation} =" if annotation else f"{name} ="
    if "=" in text:
        return [*above, f"{head} (", *(f"    {line}" for line in text.split("\n")), f"){remark}"]
    return [*above, *f"{head} {text}{remark}".split("\n")]


def _typed(one: Chosen, item: Mapping[str, Any]) -> tuple[str, str]:
    """Return annotation and type comment; at most one of them is there."""
    kind = str(item.get("type", "any"))
    if one.annotation and _BUILT_IN.fullmatch(one.annotation):
        return one.annotation, ""
    if kind == "any":
        return "", ""
    if item.get("nullable"):
        return "", f"type: Optional[{kind}]"
    return (kind, "") if _BUILT_IN.fullmatch(kind) else ("", f"type: {kind}")


def _help(one: Chosen, item: Mapping[str, Any]) -> str:
    """Return what a person wrote beside it, else what was declared; and what earlier runs were given."""
    told = [one.comment] if one.comment else []
    if not told:
        told += [f"one of {', '.join(map(repr, item['choices']))}"] if "choices" in item else []
        told += [range_text(item)] if {"minimum", "maximum"} & item.keys() else []
        told += [str(item["help"])] if item.get("help") and not one.above else []
        told += ["data that is read"] if item.get("kind") == "data" else []
    seen = item.get("seen") or {}
    if seen:
        told.append(seen_text(seen))
    return "; ".join(told).replace("\n", " ")


def seen_text(seen: Mapping[str, Any]) -> str:
    """Say what earlier runs were given: `tried: 0.1 to 10`, which is no limit."""
    if "choices" in seen:
        told = ", ".join(repr(one) for one in seen["choices"])
        told = told if len(told) <= _LONG else f"{told[:_LONG]}…"
    else:
        told = f"{seen['minimum']:g} to {seen['maximum']:g}"
    return f"tried: {told}"
