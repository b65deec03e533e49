"""A cell's code → its facts."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from nbops.slicing.facts import CellFacts, Opaque
from nbops.slicing.statements import Reader

_CAPTURES = re.compile(r"\s*%%capture\s+(?:--?\S+\s+)*([A-Za-z_]\w*)")


def captured_name(source: str) -> str:
    """Return the name that `%%capture` binds, or an empty string; translated code has lost it."""
    found = _CAPTURES.match(source)
    return found.group(1) if found else ""


@lru_cache(maxsize=4096)
def read_facts(code: str) -> CellFacts:
    """Read what *code* (plain Python, magics translated) does to the namespace.

    Code that does not parse ran in no kernel that we know; everything about it is unknown.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return CellFacts((Opaque(1, "text that is not Python", binds=True),), frozenset())
    reader = Reader()
    reader.block(tree.body)
    last = tree.body[-1] if tree.body else None
    shows = "" if not isinstance(last, ast.Expr) else "perhaps" if isinstance(last.value, ast.Call) else "always"
    only_imports = bool(tree.body) and all(isinstance(item, (ast.Import, ast.ImportFrom)) for item in tree.body)
    return CellFacts(tuple(reader.events), frozenset(reader.names), only_imports, shows)
