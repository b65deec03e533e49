"""What a log tells: everything that was seen, only what the cell itself mentions, or its text alone."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from nbops.capture.journal.records import Execution


def full(executions: Sequence[Execution]) -> list[Execution]:
    """Everything that was seen."""
    return list(executions)


def touched(executions: Sequence[Execution]) -> list[Execution]:
    """Only changes of names that a cell, or a function or class that it uses, mentions: aliases go unseen."""
    return [_touched(item, _text(item, executions[:place])) for place, item in enumerate(executions)]


def blind(executions: Sequence[Execution]) -> list[Execution]:
    """The text alone, as of cells that ran before nbops was loaded."""
    nothing = dict.fromkeys(("defined", "deleted", "changed", "assumed", "opened", "drew", "settings", "modules"), ())
    return [dataclasses.replace(item, observed=False, success=True, error=None, **nothing) for item in executions]


def _text(item: Execution, before: Sequence[Execution]) -> str:
    text = item.source
    for other in reversed(before):
        made = re.findall(r"(?:def|class) (\w+)", other.source)
        if any(re.search(rf"\b{name}\b", text) for name in made):
            text += other.source
    return text


def _touched(item: Execution, text: str) -> Execution:
    def named(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if re.search(rf"\b{re.escape(name)}\b", text))

    return dataclasses.replace(item, changed=named(item.changed), assumed=named(item.assumed))
