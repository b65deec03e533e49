"""A cell's source as Python that can be read: IPython's words translated, timing wrappers taken off."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

_WRAPPERS = {"time", "capture", "prun"}


@dataclass(frozen=True)
class CellCode:
    """One cell.

    Attributes:
        source: As typed.
        code: As plain Python, without `%track` and with the body of `%%time`, `%%capture` and `%%prun` unwrapped.
        tree: Its syntax tree; an empty module where it does not parse.
    """

    source: str
    code: str
    tree: ast.Module = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the code, whatever the layout."""
        return hashlib.sha256(ast.dump(self.tree).encode() or self.code.encode()).hexdigest()

    @property
    def empty(self) -> bool:
        """Whether it holds only imports, definitions and text."""
        definitions = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass)
        return all(isinstance(item, definitions) or _is_text(item) for item in self.tree.body)


def read_cell(source: str, shell: Any, transformed: str | None = None) -> CellCode:
    """Translate and parse *source* with *shell*'s own transformers."""
    if transformed is None:
        try:
            transformed = shell.transform_cell(source)
        except Exception:  # noqa: BLE001 # any transformer may refuse; the cell itself will tell the user
            transformed = source
    tree = _parse(str(transformed))
    if tree is None:
        return CellCode(source, str(transformed), ast.Module([], []))
    body = [item for item in tree.body if _magic(item) != ("run_line_magic", "track")]
    if len(body) == 1 and _magic(body[0]) in {("run_cell_magic", name) for name in _WRAPPERS}:
        return replace(read_cell(str(_argument(body[0], 2)), shell), source=source)
    if len(body) == len(tree.body):
        return CellCode(source, str(transformed), tree)
    dropped = {item.lineno for item in tree.body if item not in body}
    lines = str(transformed).splitlines(keepends=True)
    code = "".join(line for number, line in enumerate(lines, 1) if number not in dropped)
    tree.body = body
    return CellCode(source, code, tree)


def _parse(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _magic(item: ast.stmt) -> tuple[str, str] | None:
    """Return `run_line_magic` or `run_cell_magic` and the magic's name."""
    call = getattr(item, "value", None)
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    owner = call.func.value
    if not (isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "get_ipython"):
        return None
    return call.func.attr, str(_argument(item, 0))


def _argument(item: ast.stmt, place: int) -> Any:
    call = getattr(item, "value", None)
    arguments = call.args if isinstance(call, ast.Call) else []
    given = arguments[place] if place < len(arguments) else None
    return given.value if isinstance(given, ast.Constant) else ""


def _is_text(item: ast.stmt) -> bool:
    return isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)
