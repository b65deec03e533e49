"""The user's cells, made fit for a pipeline: imports hoisted, parameters taken out; all else stays as it was typed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbops.pipelines.notebook.endure import endure

_OURS = re.compile(
    r"^\s*(?:%%?track\b.*|%(?:load_ext|reload_ext)\s+nbops\s*|"
    r"%(?:nbops|runs|snapshot|promote|drift|register|assign|live)\b.*)$"
)
# What an import after it may depend on: such an import stays where it was typed.
_BEFORE_IMPORTS = re.compile(
    r"sys\.path|environ|putenv|dotenv|chdir|reload|writefile|^\s*(?:%(?:env|cd|run)\b|!)", re.MULTILINE
)


@dataclass(slots=True)
class Rewritten:
    """Cells ready for a notebook.

    Attributes:
        imports: Import lines, once each.
        parameters: Name → default.
        cells: Code of each execution, by its index; empty ones are gone.
        candidates: `name = literal` that stayed code.
    """

    imports: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    cells: dict[int, str] = field(default_factory=dict)
    candidates: list[str] = field(default_factory=list)


def rewrite(
    sources: Sequence[tuple[int, str]], wanted: Mapping[str, Any], failed: Mapping[int, str] | None = None
) -> Rewritten:
    """Rewrite `(index, source)` cells.

    Args:
        sources: Kept executions, in order.
        wanted: Names that the captured run used as parameters → value. One becomes a parameter when every kept
            assignment of it, at a cell's top level, is that literal.
        failed: Index → class of the exception, for executions that failed half-way.
    """
    cleaned = [(index, without_magics(source)) for index, source in sources]
    chosen, others = _parameters([code for _, code in cleaned], wanted)
    done = Rewritten(parameters=chosen, candidates=others)
    pinned = _bound_twice([code for _, code in cleaned])
    hoists = True
    for index, code in cleaned:
        kept = _cut(code, chosen, done.imports, pinned if hoists else None)
        hoists = hoists and not _BEFORE_IMPORTS.search(code)
        if kept.strip():
            done.cells[index] = endure(kept, failed[index]) if failed and index in failed else kept
    return done


def without_magics(source: str) -> str:
    """Return *source* without the lines that only concern tracking."""
    return "\n".join(line for line in source.split("\n") if not _OURS.match(line)).strip("\n")


def _parameters(codes: Iterable[str], wanted: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, list[Any]] = {}
    spoiled: set[str] = set()
    for code in codes:
        tree = _parse(code)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                values.setdefault(node.id, [])
        for statement in tree.body if tree else ():
            name = _assigned(statement)
            if name:
                values.setdefault(name, []).append(_literal(statement))
        bound = (
            [
                node.id
                for node in ast.walk(tree)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del)
            ]
            if tree
            else []
        )
        plain = [name for statement in (tree.body if tree else ()) if (name := _assigned(statement))]
        spoiled |= {name for name in bound if bound.count(name) != plain.count(name)}
    fit = {
        name: found[0]
        for name, found in values.items()
        if found
        and name not in spoiled
        and all(value is not _NONE and repr(value) == repr(found[0]) for value in found)
    }
    chosen = {name: fit[name] for name in wanted if name in fit}
    return chosen, [
        f"{name} = {value!r}" for name, value in fit.items() if name not in chosen and not name.startswith("_")
    ]


def _bound_twice(codes: Iterable[str]) -> set[str]:
    """Return the imported names that also stand for something else: where their imports stand matters."""
    meanings: dict[str, set[str]] = {}
    for code in codes:
        tree = _parse(code)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name, meaning in _imported(node):
                    meanings.setdefault(name, set()).add(meaning)
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                meanings.setdefault(node.id, set()).add("a value")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                meanings.setdefault(node.name, set()).add("a definition")
    return {name for name, found in meanings.items() if len(found) > 1}


def _imported(node: ast.Import | ast.ImportFrom) -> list[tuple[str, str]]:
    if isinstance(node, ast.ImportFrom):
        return [(item.asname or item.name, f"{'.' * node.level}{node.module}.{item.name}") for item in node.names]
    roots = [(item, item.name.partition(".")[0]) for item in node.names]
    return [(item.asname or root, item.name if item.asname else root) for item, root in roots]


def _cut(code: str, parameters: Mapping[str, Any], imports: list[str], pinned: set[str] | None) -> str:
    """Take parameters and imports out of *code*; imports of *pinned* names stay, and all where it is None."""
    tree = _parse(code)
    if tree is None:
        return code
    lines = code.split("\n")
    gone: set[int] = set()
    for statement in tree.body:
        span = range(statement.lineno - 1, statement.end_lineno or statement.lineno)
        if _shares_line(statement, tree.body):
            continue
        if isinstance(statement, ast.Import | ast.ImportFrom) and _may_move(statement, pinned):
            text = "\n".join(lines[place] for place in span)
            if text not in imports:
                imports.append(text)
            gone |= set(span)
        elif not isinstance(statement, ast.Import | ast.ImportFrom) and _BEFORE_IMPORTS.search(
            "\n".join(lines[place] for place in span)
        ):
            pinned = None
        elif _assigned(statement) in parameters:
            gone |= set(span)
    return _tidy([line for place, line in enumerate(lines) if place not in gone])


def _tidy(lines: list[str]) -> str:
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1].strip()):
            kept.append(line)
    return "\n".join(kept).strip("\n")


def _parse(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except SyntaxError:
        return None


_NONE = object()


def _assigned(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value is not None:
        return statement.target.id
    return None


def _literal(statement: ast.stmt) -> Any:
    try:
        return ast.literal_eval(statement.value)  # type: ignore[attr-defined]
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return _NONE


def _shares_line(statement: ast.stmt, body: list[ast.stmt]) -> bool:
    return any(
        other is not statement
        and other.lineno <= (statement.end_lineno or 0)
        and (other.end_lineno or 0) >= statement.lineno
        for other in body
    )


def _may_move(statement: ast.Import | ast.ImportFrom, pinned: set[str] | None) -> bool:
    if pinned is None or _is_star(statement):
        return False
    return not pinned & {name for name, _ in _imported(statement)}


def _is_star(statement: ast.Import | ast.ImportFrom) -> bool:
    return any(alias.name == "*" for alias in statement.names) or getattr(statement, "module", "") == "__future__"
