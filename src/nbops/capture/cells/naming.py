"""Names for runs that the user did not name, and the thread from a run to the former one of its cell."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbops.capture.secrets.redaction import MASK

_LONGEST, _MOST_CHANGES = 60, 3
_TRACK = re.compile(r"^%%?track\b(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Former:
    """The latest run of a cell.

    Attributes:
        run: Its id.
        parameters: What it was given.
    """

    run: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def cell_key(cell: str | None, source: str) -> str:
    """Return what makes two executions the same cell: its id; else its first lines and the words after `%%track`."""
    if cell:
        return f"id {cell}"
    lines = [line for line in source.splitlines() if line.strip() and not line.lstrip().startswith(("%", "#"))]
    # Values are what people change between two executions of a cell.
    told = _TRACK.search(source)
    words = " ".join(told[1].split()) if told else ""
    return "lines " + "\n".join([words, *(line.partition("=")[0].strip() for line in lines[:3])])


def suggest_name(
    models: list[dict[str, Any]], parameters: Mapping[str, Any], former: Former | None, metrics: Mapping[str, Any]
) -> str:
    """Make a name from the model and what changed since the former run of the cell, or of the session.

    Args:
        models: Descriptions of the captured models.
        parameters: Of this run.
        former: Latest earlier run of the same cell.
        metrics: Of this run.
    """
    subject = str(models[0].get("estimator") or models[0]["class"]).rpartition(".")[2] if models else ""
    before = former.parameters if former else {}
    # `step__parameter` names a part of a pipeline; too long for a name, and seldom what a person turned.
    own = {name: value for name, value in parameters.items() if _is_telling(value) and "__" not in name}
    changed = {name: value for name, value in own.items() if name not in before or before[name] != value}
    shown = [shown_parameter(name, value) for name, value in (changed or own).items()][:_MOST_CHANGES]
    if not subject and not shown:
        subject = next(iter(metrics), "") or "cell"
    name = " ".join([subject, *shown]).strip()
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def shown_parameter(name: str, value: Any) -> str:
    """Return how a parameter stands in such a name."""
    return f"{name}={_short(value)}"


def fingerprint_of(code: str, **parts: Any) -> str:
    """Return one hash of code, parameters, inputs and result; equal for identical executions."""
    body = json.dumps([code, parts], sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def _short(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else json.dumps(value)


def _is_telling(value: Any) -> bool:
    """Say whether a name may hold *value*: short, and nothing that was masked."""
    if isinstance(value, str) and MASK in value:
        return False
    return isinstance(value, (int, float, bool)) or (isinstance(value, str) and len(value) <= 20)  # noqa: PLR2004
