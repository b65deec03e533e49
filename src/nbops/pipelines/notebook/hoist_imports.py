"""Imports: which may stand at the top of a pipeline, and in which order."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbops.capture.code.generators import GENERATOR_RESOURCES
from nbops.pipelines.notebook.bindings_of import bindings_of, mentioned
from nbops.pipelines.notebook.typed_code import Statement
from nbops.slicing.effects import Effects

if TYPE_CHECKING:
    from nbops.pipelines.notebook.typed_code import TypedCode

# What an import after it may depend on: such an import stays where it was typed.
_BEFORE_IMPORTS = re.compile(
    r"sys\.(?:path|modules|meta_path)|environ|putenv|dotenv|chdir|reload|writefile|_ipython_line_|matplotlib\.use|mpl\.use"
)
_HARMLESS = {*GENERATOR_RESOURCES, "pandas.options", "pandas display", "numpy errors", "rcParams", "plots", "session",
             "locale", "tracking"}  # fmt: skip
_BUILTINS = frozenset(dir(builtins))
_WIDE = 88


@dataclass(slots=True)
class Part:
    """Imports whose order does not matter.

    Attributes:
        plain: Modules imported as such, `import a.b as c`: (module, alias) → comment.
        named: `from module import name as alias`, by module: (name, alias) → comment.
        star: `from module import *`, which comes after them: it may give their names another meaning.
    """

    plain: dict[tuple[str, str | None], str] = field(default_factory=dict)
    named: dict[str, dict[tuple[str, str | None], str]] = field(default_factory=dict)
    star: str = ""


@dataclass(slots=True)
class Imports:
    """What may move to the top.

    Attributes:
        moved: Statements, by cell: place in `statements`.
        parts: What they import, in order.
        modules: Cell and place → the module whose line takes the comments that stood above.
        above: Module → comments that stood above.
    """

    moved: dict[int, set[int]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=lambda: [Part()])
    modules: dict[tuple[int, int], str] = field(default_factory=dict)
    above: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """The names that the moved imports bind."""
        plain = {alias or module.partition(".")[0] for part in self.parts for module, alias in part.plain}
        named = (names for part in self.parts for names in part.named.values())
        return plain | {alias or name for names in named for name, alias in names}

    def take_comments(self, cell: int, place: int, lines: tuple[str, ...]) -> None:
        """Let comments go where the import below them went."""
        known = self.above.get(self.modules[cell, place], ())
        self.above[self.modules[cell, place]] = (*known, *(line for line in lines if line not in known))


def hoist_imports(
    cells: Sequence[tuple[int, TypedCode | None]], failed: Mapping[int, str], effects: Effects
) -> Imports:
    """Find the imports that mean the same at the top as where they were typed.

    One stays where it is: in a cell that failed; of a name that a cell before it failed with; of one that also stands
    for something else, or for a builtin; after a star import that stays; after anything that an import may depend on,
    such as a change of `sys.path` or of an attribute of a module, a shell command, or `matplotlib.use("Agg")`.

    Args:
        cells: Index and code, in order; None for a cell that is not Python.
        failed: Indices of cells that failed.
        effects: Tells calls that no import depends on.
    """
    found = Imports()
    pinned = _bound_twice(code.tree for _, code in cells if code)
    aliases: dict[str, str] = {}
    free, only_imports = True, True
    for index, code in cells:
        if code is None:
            free = only_imports = False
            continue
        pinned |= mentioned(code.tree) if index in failed else set()
        for place, statement in enumerate(code.statements):
            node = statement.node
            if isinstance(node, ast.Import | ast.ImportFrom):
                aliases |= dict(imported(node))
                future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
                may = free and index not in failed and not {name for name, _ in imported(node)} & pinned
                if may and (only_imports or not (future or is_star(node))):
                    found.moved.setdefault(index, set()).add(place)
                    found.modules[index, place] = _take(found, node, statement)
                else:
                    free = free and not is_star(node)
                    only_imports = False
            else:
                only_imports = only_imports and _is_text(node)
                free = free and not _matters(node, statement.text, aliases, effects)
    return found


def imported(node: ast.Import | ast.ImportFrom) -> list[tuple[str, str]]:
    """Return each name that is bound, and what it stands for."""
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return [(item.asname or item.name, f"{module}.{item.name}") for item in node.names]
    roots = [(item, item.name.partition(".")[0]) for item in node.names]
    return [(item.asname or root, item.name if item.asname else root) for item, root in roots]


def import_lines(found: Imports, is_local: Callable[[str], bool], unused: str = "") -> list[str]:
    """Return the lines of the cell of imports, in groups as isort makes them.

    Args:
        found: The imports.
        is_local: Whether a module of that name is the project's own.
        unused: A module that nothing needs any more.
    """
    lines: list[str] = []
    for part in found.parts:
        grouped = _grouped(found, part, is_local, unused)
        lines += [""] if lines and grouped else []
        lines += grouped
        if part.star:
            lines += ["", part.star] if lines else [part.star]
    return lines


def _grouped(found: Imports, part: Part, is_local: Callable[[str], bool], unused: str) -> list[str]:
    groups: dict[int, list[tuple[int, str, list[str]]]] = {}
    for (module, alias), comment in part.plain.items():
        if module != unused:
            text = f"import {module}" + (f" as {alias}" if alias else "")
            entry = (0, module.lower(), _commented(found, module, [text], comment))
            groups.setdefault(_group(module, is_local), []).append(entry)
    for module, names in part.named.items():
        if module.partition(".")[0] != unused or not unused:
            entry = (1, module.lower(), _commented(found, module, *_from(module, names)))
            groups.setdefault(_group(module, is_local), []).append(entry)
    lines: list[str] = []
    for group in sorted(groups):
        lines += [""] if lines else []
        lines += [line for _, _, entry in sorted(groups[group]) for line in entry]
    return lines


def _take(found: Imports, node: ast.Import | ast.ImportFrom, statement: Statement) -> str:
    first, part = node.names[0].name, found.parts[-1]
    if isinstance(node, ast.Import):
        for item in node.names:
            part.plain.setdefault((item.name, item.asname), statement.comment)
    else:
        first = "." * node.level + (node.module or "")
        if is_star(node):
            part.star = statement.text + (f"  # {statement.comment}" if statement.comment else "")
            found.parts.append(Part())
            return first
        names = part.named.setdefault(first, {})
        for item in node.names:
            names.setdefault((item.name, item.asname), statement.comment)
    return first


def _commented(found: Imports, module: str, lines: list[str], comment: str) -> list[str]:
    above = list(found.above.pop(module, ()))
    return [*above, *lines[:-1], f"{lines[-1]}  # {comment}" if comment else lines[-1]]


def _from(module: str, names: Mapping[tuple[str, str | None], str]) -> tuple[list[str], str]:
    comments = [comment for comment in dict.fromkeys(names.values()) if comment]
    ordered = sorted(names, key=_as_isort)
    texts = [name + (f" as {alias}" if alias else "") for name, alias in ordered]
    line = f"from {module} import {', '.join(texts)}"
    lines = [line] if len(line) <= _WIDE else [f"from {module} import (", *(f"    {text}," for text in texts), ")"]
    return lines, "; ".join(comments)


def _as_isort(name: tuple[str, str | None]) -> tuple[int, str]:
    """Constants, then classes, then functions."""
    plain = name[0]
    return (0 if plain.isupper() and len(plain) > 1 else 1 if plain[:1].isupper() else 2), plain


def _group(module: str, is_local: Callable[[str], bool]) -> int:
    root = module.partition(".")[0]
    if root == "__future__":
        return 0
    if not root:
        return 4
    if root in sys.stdlib_module_names:
        return 1
    return 3 if is_local(root) else 2


def _bound_twice(trees: Iterator[ast.Module]) -> set[str]:
    """Return the imported names that also stand for something else: where their imports stand matters."""
    meanings: dict[str, set[str]] = {}
    for tree in trees:
        plain = bindings_of(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name, meaning in imported(node):
                    meanings.setdefault(name, set()).add(meaning)
                    plain[name] -= 1
        for name, count in plain.items():
            if count > 0:
                meanings.setdefault(name, set()).add("a value")
    return {name for name, found in meanings.items() if len(found) > 1} | (_BUILTINS & meanings.keys())


def is_star(node: ast.Import | ast.ImportFrom) -> bool:
    """Say whether *node* imports whatever a module holds."""
    return any(alias.name == "*" for alias in node.names)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _matters(node: ast.stmt, text: str, aliases: Mapping[str, str], effects: Effects) -> bool:
    """Say whether an import after *node* may depend on it."""
    if _BEFORE_IMPORTS.search(text) and not _only_reads(node):
        return True
    for target in _stored(node):
        if isinstance(target, ast.Attribute | ast.Subscript) and _root(target) in aliases:
            return not any(name in _HARMLESS for name in effects.stores.match(_path(target, aliases)))
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return False
    called = node.value.func
    if _root(called) not in aliases:
        return False
    path = _path(called, aliases)
    touched = [meaning[0] for meaning in effects.calls.match(path)]
    if (
        (path.startswith("warnings.") and _quiets(node.value))
        or effects.files.match(path)
        or effects.files.match(f".{path.rpartition('.')[2]}")
    ):
        return False
    return not touched or any(name not in _HARMLESS for name in touched)


def _quiets(call: ast.Call) -> bool:
    """Say whether *call* makes warnings quiet or loud, but no error of any: those an import could die of."""
    actions = [*call.args[:1], *(word.value for word in call.keywords if word.arg in {"action", None})]
    return bool(actions) and all(isinstance(one, ast.Constant) and one.value != "error" for one in actions)


def _only_reads(node: ast.stmt) -> bool:
    """Say whether *node* only looks at the environment, as `os.environ["HOME"]` does."""
    if any(word in ast.unparse(node) for word in ("sys.", "putenv", "dotenv", "chdir", "reload", ".use(", "_ipython_")):
        return False
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript | ast.Attribute) and not isinstance(part.ctx, ast.Load):
            return False
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            owner = ast.unparse(part.func.value)
            if owner.endswith("environ") and part.func.attr not in {"get", "items", "keys", "values", "copy"}:
                return False
    return True


def _stored(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _path(node: ast.expr, aliases: Mapping[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    root = node.id if isinstance(node, ast.Name) else ""
    return ".".join([aliases.get(root, root), *parts])
