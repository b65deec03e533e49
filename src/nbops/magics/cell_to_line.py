"""`%%track` above a cell leaves it an ordinary cell."""

from __future__ import annotations

import re

from IPython.core.inputtransformer2 import cell_magic

_TRACK = re.compile(r"%%?track(?!\?)(?=\s|$)")
_LINE = {False: "%track", True: "%track --cell"}
_WRAPPERS = re.compile(r"%%(time|capture|prun)(?!\?)(?=\s|$)")


def cell_to_line(lines: list[str]) -> list[str]:
    """Turn a leading `%%track …` into the line magic `%track …`, so that the cell runs as IPython means it to.

    Wrapping the cell in `run_cell` would lose its last value, its `await` and, without a screen, its failure. Where
    `%%time`, `%%capture` or `%%prun` stand before or after it, `%track` comes first and they keep the cell.
    """
    depth = _depth(lines)
    if depth is None:
        return lines
    first = lines[depth]
    track = _LINE[_names_the_past(first)] + first[len("%%track") :] if first.startswith("%%") else first
    rest = lines[:depth] + lines[depth + 1 :]
    if rest and rest[0].startswith("%%"):
        rest = cell_magic(rest)
    return [track if track.endswith("\n") else track + "\n", *rest]


# IPython asks its transformers whether an unfinished cell is complete; without this mark, Enter after `%%track` in a
# terminal would run a cell that has no body yet.
cell_to_line.has_side_effects = True  # type: ignore[attr-defined]


def _names_the_past(first: str) -> bool:
    """Say whether the run's name reads like `%track last` or `%track 12`, which record other cells."""
    return any(word == "last" or word.isdigit() for word in first.split()[1:2])


def _depth(lines: list[str]) -> int | None:
    for place, line in enumerate(lines):
        if _TRACK.match(line):
            return place
        if not _WRAPPERS.match(line):
            return None
    return None
