"""The user's cells, made fit for a pipeline: imports hoisted, parameters taken out; all else stays as it was typed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbops.pipelines.notebook.bindings_of import bindings_of, plain_assignment
from nbops.pipelines.notebook.choose_parameters import Chosen, choose_parameters
from nbops.pipelines.notebook.drop_unnamed import drop_unnamed
from nbops.pipelines.notebook.endure import endure
from nbops.pipelines.notebook.find_data import data_candidates, is_opened, read_from
from nbops.pipelines.notebook.hoist_imports import Imports, hoist_imports, import_lines, imported, is_star
from nbops.pipelines.notebook.is_exploration import is_exploration
from nbops.pipelines.notebook.mask_magics import Masked, mask_magics
from nbops.pipelines.notebook.masked_literals import Named, name_masked_literals
from nbops.pipelines.notebook.syntax_tree import syntax_tree
from nbops.pipelines.notebook.typed_code import TypedCode, read_code
from nbops.pipelines.parameters.secret import Secret
from nbops.slicing.effects import Effects, read_effects

_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_HIDES = re.compile(r"\bexec\(|\bglobals\(|\blocals\(")
_SHOWN_BEFORE = re.compile(r"\b(?:_{1,3}|_i{0,3}\d+|Out)\b(?!\s*=[^=])")


@dataclass(slots=True)
class Rewritten:
    """Cells ready for a notebook.

    Attributes:
        imports: Lines of the cell of imports.
        parameters: Name → default; a `Secret` where it is one.
        chosen: Name → what else is known of a parameter.
        cells: Code of each execution, by its index; empty ones are gone.
        candidates: `name = literal` that stayed code.
        data: Names of parameters that say where data lies.
        secrets: Parameter → environment variable, of secrets that were masked in the code.
        variables: Environment variables that the code set to a masked secret.
        unnamed: Indices of cells that still hold a masked secret.
    """

    imports: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    chosen: dict[str, Chosen] = field(default_factory=dict)
    cells: dict[int, str] = field(default_factory=dict)
    candidates: list[str] = field(default_factory=list)
    data: frozenset[str] = frozenset()
    secrets: dict[str, str] = field(default_factory=dict)
    variables: tuple[str, ...] = ()
    unnamed: tuple[int, ...] = ()


def rewrite(
    sources: Sequence[tuple[int, str]],
    wanted: Collection[str],
    failed: Mapping[int, str] | None = None,
    *,
    target: int | None = None,
    opened: Collection[str] = frozenset(),
    defined: Mapping[int, Collection[str] | None] | None = None,
    is_local: Callable[[str], bool] = lambda _: False,
    effects: Effects | None = None,
    refused: frozenset[str] = frozenset(),
) -> Rewritten:
    """Rewrite `(index, source)` cells.

    Args:
        sources: Kept executions, in order.
        wanted: Names that the captured run used as parameters. One becomes a parameter when every kept assignment of
            it, at a cell's top level, is the same constant.
        failed: Index → class of the exception, for executions that failed half-way.
        target: Index of the execution whose result is wanted; what it shows last stays.
        opened: Spellings of the files that were read.
        defined: Index → names that the execution was seen to bind; None where nobody looked.
        is_local: Whether a module of that name is the project's own.
        effects: The table that tells what calls do.
        refused: Names of masked literals that cannot be parameters, as is found out on the way.
    """
    failed, effects = failed or {}, effects or read_effects()
    magics = {index: mask_magics(source) for index, source in sources}
    named = _named(magics, refused)
    cells = [(index, read_code(named[index].code) if magics[index].head is not None else None) for index, _ in sources]
    codes = [code for _, code in cells if code]
    aliases = _aliases(codes)
    readable = read_from(codes, aliases, effects)
    secrets = {name: variable for one in named.values() for name, variable in one.secrets.items()}
    imports = hoist_imports(cells, failed, effects)
    hidden = _hidden(cells, magics, imports, defined or {})
    chosen, others = choose_parameters(cells, magics, wanted, aliases, failed, hidden)
    data = frozenset(
        name
        for name, value in {**{name: one.value for name, one in chosen.items()}, **others}.items()
        if is_opened(str(value) if isinstance(value, Path) else value, opened)
        or (name in readable and isinstance(value, str) and _URL.fullmatch(value))
    )
    wanted = [*wanted, *(name for name in others if name in data)]
    chosen, others = choose_parameters(cells, magics, wanted, aliases, failed, hidden)
    impossible = frozenset(name for one in named.values() for name in one.whole) - chosen.keys()
    if impossible - refused:
        return rewrite(
            sources, wanted, failed, target=target, opened=opened, defined=defined, is_local=is_local, effects=effects,
            refused=refused | impossible,
        )  # fmt: skip
    chosen |= {name: _secret(variable) for name, variable in secrets.items() if name not in chosen}
    for one in chosen.values():
        one.text = one.text if not one.needs or one.needs in imports.names else ""
    gone = _gone(cells, chosen, imports)
    shown = _explored(cells, aliases, effects, target, failed)
    done = Rewritten(chosen=chosen, data=data, secrets=secrets)
    for index, code in cells:
        text = _cut(index, code, named[index].code, gone.get(index, set()), shown.get(index, set()), done, imports)
        if text.strip():
            whole = endure(magics[index], text, failed[index]) if index in failed else magics[index].restored(text)
            done.cells[index] = whole.strip("\n")
    done.parameters = {name: one.value for name, one in chosen.items()}
    done.candidates = [f"{name} = {_shown(value)}" for name, value in others.items()]
    done.candidates += [
        one for one in dict.fromkeys(data_candidates(codes, opened, {*chosen, *others})) if one not in done.candidates
    ]
    texts = [*done.cells.values(), *(f"{one.text} {one.needs} {one.annotation}" for one in chosen.values())]
    drop_unnamed(imports, texts, lambda name: effects.is_quiet(name) and not is_local(name.partition(".")[0]))
    done.imports = import_lines(imports, is_local, "" if _mentions(done.cells.values(), aliases, "nbops") else "nbops")
    done.variables = tuple(dict.fromkeys(name for one in magics.values() for name in one.variables))
    done.unnamed = tuple(index for index, one in named.items() if one.left)
    return done


def without_magics(source: str) -> str:
    """Return *source* without the lines that mean nothing in a pipeline."""
    masked = mask_magics(source)
    return masked.restored(masked.code)


def _named(magics: Mapping[int, Masked], refused: frozenset[str]) -> dict[int, Named]:
    """Return the code of each cell, with names for the secrets that were masked in it."""
    taken: set[str] = set()
    for one in magics.values():
        tree = syntax_tree(one.code) if "[" in one.code or "Secret" in one.code else None
        for node in ast.walk(tree) if tree else ():
            taken |= {node.arg} if isinstance(node, ast.arg) else set()
            taken |= {node.id} if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) else set()
        taken |= set(bindings_of(tree)) if tree else set()
    return {index: name_masked_literals(one.code, frozenset(taken), refused) for index, one in magics.items()}


def _hidden(
    cells: Sequence[tuple[int, TypedCode | None]],
    magics: Mapping[int, Masked],
    imports: Imports,
    defined: Mapping[int, Collection[str] | None],
) -> dict[int, frozenset[str] | None]:
    """Return the names that each cell binds though its text does not say so, by `*`, `%run` or `exec`; None: any."""
    found: dict[int, frozenset[str] | None] = {}
    for index, code in cells:
        seen = defined.get(index, ())
        if code is None:
            unknown = seen is None and magics[index].head is not None
            found[index] = None if unknown else frozenset(seen or ())
            continue
        stars = [place for place, one in enumerate(code.statements) if _is_star(one.node)]
        moved = imports.moved.get(index, set())
        hides = [place for place, one in enumerate(code.statements) if _hides(one.text, magics[index])]
        hides += [place for place in stars if place not in moved]
        later = [plain_assignment(one.node) for one in code.statements[min(hides) :]] if hides else []
        if seen is None and hides:
            found[index] = None
        elif not (stars and not hides):  # what a star import at the top binds is bound before any parameter
            hidden = frozenset(seen or ()).difference(bindings_of(code.tree))
            found[index] = hidden | {name for name in later if name}
    return found


def _hides(text: str, masked: Masked) -> bool:
    return bool(_HIDES.search(text)) or any(
        name in text and line.startswith(("%run", "%store", "%pylab", "%load ")) for name, line in masked.lines.items()
    )


def _is_star(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and is_star(node)


def _aliases(codes: Sequence[TypedCode]) -> dict[str, str]:
    found: dict[str, str] = {}
    for code in codes:
        for node in ast.walk(code.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                found |= dict(imported(node))
    return found


def _secret(variable: str) -> Chosen:
    return Chosen(Secret(variable), "", {"type": "str", "secret": True})


def _gone(
    cells: Sequence[tuple[int, TypedCode | None]], chosen: Mapping[str, Chosen], imports: Imports
) -> dict[int, set[int]]:
    gone = {index: set(imports.moved.get(index, ())) for index, _ in cells}
    for one in chosen.values():
        for index, places in one.places.items():
            gone[index] |= places
    return gone


def _explored(
    cells: Sequence[tuple[int, TypedCode | None]],
    aliases: Mapping[str, str],
    effects: Effects,
    target: int | None,
    failed: Mapping[int, str],
) -> dict[int, set[int]]:
    """Return the statements that only show something; none where code asks for what was shown before."""
    if any(code and _SHOWN_BEFORE.search(ast.unparse(code.tree)) for _, code in cells):
        return {}
    defined = frozenset(name for _, code in cells if code for name in bindings_of(code.tree))
    return {
        index: {
            place
            for place, statement in enumerate(code.statements)
            if is_exploration(statement.node, aliases, effects, defined)
        }
        for index, code in cells
        if code and index != target and index not in failed
    }


def _cut(
    index: int, code: TypedCode | None, plain: str, gone: set[int], shown: set[int], done: Rewritten, imports: Imports
) -> str:
    """Take what is *gone* and what is only *shown* out of a cell; comments go where their statements go."""
    if code is None:
        return plain
    text, comments = code.without(gone | shown, moved=gone)
    for place, lines in comments.items():
        if place in imports.moved.get(index, ()):
            imports.take_comments(index, place, lines)
            continue
        for one in done.chosen.values():
            if place in one.places.get(index, ()) and not set(lines) & set(one.above):
                one.above = (*one.above, *lines)
                told = " ".join(line.lstrip("#").strip() for line in lines)
                one.item = {"help": told} | one.item
    return text


def _shown(value: Any) -> str:
    return f"Path({str(value)!r})" if isinstance(value, Path) else repr(value)


def _mentions(codes: Collection[str], aliases: Mapping[str, str], module: str) -> bool:
    names = [name for name, meaning in aliases.items() if meaning == module or meaning.startswith(f"{module}.")]
    return any(re.search(rf"\b{re.escape(name)}\b", code) for code in codes for name in names)
