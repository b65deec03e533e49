"""Where a pipeline reads its data: the texts in its code that name files which were opened, or places to read from."""

from __future__ import annotations

import ast
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from nbops.pipelines.notebook.bindings_of import plain_assignment
from nbops.pipelines.notebook.typed_code import TypedCode
from nbops.slicing.effects import Effects

_SUFFIX = "_path"


def opened_texts(opened: Iterable[Mapping[str, str]], directory: str) -> frozenset[str]:
    """Return how code that stood in *directory* may have spelled the paths that it read.

    Args:
        opened: `{"path", "mode"}`, relative to the project where inside it.
        directory: As seen from the project.
    """
    found = set()
    for item in opened:
        if item.get("mode") == "r":
            path = item["path"]
            relative = path if Path(path).is_absolute() else os.path.relpath(path, directory or ".")
            found |= {os.path.normpath(path), os.path.normpath(relative)}
    return frozenset(found)


def is_opened(text: object, opened: Collection[str]) -> bool:
    """Say whether *text* names one of the files that were opened."""
    return isinstance(text, str) and bool(text) and "\n" not in text and os.path.normpath(text) in opened


def read_from(codes: Iterable[TypedCode], aliases: Mapping[str, str], effects: Effects) -> frozenset[str]:
    """Return the names whose text is what a reading function is given first: `pd.read_csv(url)`."""
    found = set()
    for code in codes:
        for node in ast.walk(code.tree):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Name):
                read = any(meaning[0] == "reads" for meaning in effects.files.match(_path(node.func, aliases)))
                found |= {node.args[0].id} if read else set()
    return frozenset(found)


def data_candidates(codes: Iterable[TypedCode], opened: Collection[str], known: Collection[str]) -> Iterator[str]:
    """Yield `rows_path = 'rows.csv'` for each opened file that is spelled inside of a statement.

    Args:
        codes: Of the cells.
        opened: Spellings of the files.
        known: Names that are parameters, or candidates themselves.
    """
    for code in codes:
        for statement in code.statements:
            node = statement.node
            if plain_assignment(node) in known:
                continue
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and is_opened(part.value, opened):
                    yield f"{plain_assignment(node) or 'data'}{_SUFFIX} = {part.value!r}"


def _path(function: ast.expr, aliases: Mapping[str, str]) -> str:
    text = ast.unparse(function)
    root, _, rest = text.partition(".")
    whole = aliases.get(root, root)
    return f"{whole}.{rest}" if rest else whole
