"""Look for secrets only where a word betrays one: patterns over whole tracebacks, diffs and outputs take too long."""

from __future__ import annotations

from collections.abc import Callable, Sequence

_SHORT = 2000


def in_suspicious(text: str, words: Sequence[str], replace: Callable[[str], tuple[str, int]]) -> tuple[str, int]:
    """Apply *replace* to the lines of *text* that hold one of *words*, with the lines around them; count what it did.

    Args:
        text: Any text; a short one is taken whole.
        words: In lower case.
        replace: Returns its text changed, and how many changes it made.
    """
    lower = text.lower()
    present = [word for word in words if word in lower]
    if not present:
        return text, 0
    if len(text) <= _SHORT:
        return replace(text)
    lines = text.split("\n")
    hits = [any(word in line for word in present) for line in lower.split("\n")]
    near = [any(hits[max(0, place - 1) : place + 2]) for place in range(len(hits))]
    done: list[str] = []
    count, start = 0, 0
    while start < len(lines):
        end = start + 1
        while end < len(lines) and near[end] == near[start]:
            end += 1
        block = "\n".join(lines[start:end])
        if near[start]:
            block, changes = replace(block)
            count += changes
        done.append(block)
        start = end
    return "\n".join(done), count
