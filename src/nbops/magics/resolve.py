"""Words of a magic → what they stand for."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbops.monitoring.judging.report import DriftReport


def resolve(shell: InteractiveShell, word: str) -> Any:
    """Return the object that *word* stands for in the namespace, else *word* itself, for the rooms to look up.

    A name or an expression over names that exist (`df[df.month == 6]`, in quotes where it has spaces) is evaluated;
    everything else may be a snapshot's name, id or prefix, or a path.
    """
    if word in shell.user_ns:
        return shell.user_ns[word]
    if not Path(word).exists() and _is_expression(word, shell.user_ns):
        return shell.ev(word)
    return word


def resolve_frame(shell: InteractiveShell, word: str) -> Any:
    """Return the object that *word*, a name or an expression, stands for in the namespace.

    Raises:
        UsageError: It stands for nothing.
    """
    try:
        return shell.ev(word)
    except (NameError, SyntaxError) as error:
        raise UsageError(f"{word!r} is no frame here: {error}") from error


def named(report: DriftReport, current: str, reference: str) -> DriftReport:
    """Return *report* with the words that were typed where a frame brought no name of its own."""
    sides = {"current": current, "reference": reference}
    plain = [side for side in sides if getattr(report, side).name == side]
    return replace(report, **{side: replace(getattr(report, side), name=sides[side]) for side in plain})


def _is_expression(word: str, names: dict[str, Any]) -> bool:
    try:
        tree = ast.parse(word, mode="eval")
    except (SyntaxError, ValueError):
        return False
    used = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return bool(used) and not isinstance(tree.body, ast.Name) and used[0] in names
