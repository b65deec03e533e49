"""A cell's code → its facts."""

from __future__ import annotations

import ast
from functools import lru_cache

from nbops.slicing.facts import CellFacts, Opaque
from nbops.slicing.statements import Reader


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
    only_imports = bool(tree.body) and all(isinstance(item, (ast.Import, ast.ImportFrom)) for item in tree.body)
    return CellFacts(tuple(reader.events), frozenset(reader.names), only_imports)
