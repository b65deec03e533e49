"""Which names of a pipeline's code become its parameters."""

from __future__ import annotations

import ast
import builtins
import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from nbops.capture.code.literals import NotConstant, constant
from nbops.capture.secrets.redaction import MASK
from nbops.pipelines.notebook.bindings_of import bindings_of, mentioned, plain_assignment
from nbops.pipelines.notebook.mask_magics import Masked
from nbops.pipelines.notebook.typed_code import Statement, TypedCode
from nbops.pipelines.parameters.declaration import declared
from nbops.pipelines.parameters.secret import Secret

_BUILTINS = frozenset(dir(builtins))
_BINDS = re.compile(r"(?<![\w.=!<>])([A-Za-z_]\w*)\s*=(?!=)")
_TYPE = re.compile(r"type:\s*(?P<type>\S+)\s*")
_CHANGING = (list, dict, set)
_MAKERS: dict[str, Callable[..., Any]] = {
    "datetime.date": dt.date,
    "datetime.datetime": dt.datetime,
    "datetime.time": dt.time,
    "datetime.timedelta": dt.timedelta,
    "datetime.date.fromisoformat": dt.date.fromisoformat,
    "datetime.datetime.fromisoformat": dt.datetime.fromisoformat,
    "pathlib.Path": Path,
    "decimal.Decimal": Decimal,
}


@dataclass(slots=True)
class Chosen:
    """One parameter.

    Attributes:
        value: Its default; a `Secret` where it is one.
        text: The default as it was typed; empty where it has to be written anew.
        item: What was declared: `type` and perhaps `nullable`, `choices`, `minimum`, `maximum`, `help`.
        annotation: As typed.
        comment: Beside the assignment.
        above: Comment lines above it.
        places: Cell index → places of the statements that assign it.
        needs: Imported name that *text* needs.
    """

    value: Any
    text: str
    item: dict[str, Any]
    annotation: str = ""
    comment: str = ""
    above: tuple[str, ...] = ()
    places: dict[int, set[int]] = field(default_factory=dict)
    needs: str = ""


def choose_parameters(
    cells: Sequence[tuple[int, TypedCode | None]],
    magics: Mapping[int, Masked],
    wanted: Collection[str],
    aliases: Mapping[str, str],
    failed: Collection[int] = (),
    hidden: Mapping[int, Collection[str] | None] | None = None,
) -> tuple[dict[str, Chosen], dict[str, Any]]:
    """Return the parameters, and the other names that could be some, with their values.

    One can be where every assignment of it in the kept cells is the same constant, at a cell's top level, and nothing
    else binds it; one that can be changed in place must be assigned once. Secrets are parameters whether wanted or not.

    Args:
        cells: Index and code, in order; None for a cell that is not Python.
        magics: By index; what they bind is no parameter.
        wanted: Names that the captured run used.
        aliases: Imported name → what it stands for.
        failed: Indices of cells that failed; of a name that one mentions before it was set, nothing may change.
        hidden: Index → names that a cell binds though its text does not say so; None where it may bind any.
    """
    bound: Counter[str] = Counter()
    for index, code in cells:
        bound += bindings_of(code.tree) if code else Counter()
        unread = magics[index].code if code is None and magics[index].head is not None else ""
        for text in (*magics[index].lines.values(), magics[index].head or "", unread):
            bound.update(_BINDS.findall(text))
            bound.update(text.split()[1:] if text.startswith("%%capture") else ())
    found = _assigned(cells, aliases)
    early: set[str] = set()
    for index, names in (hidden or {}).items():
        early |= set(names) if names is not None else {name for name in found if max(found[name].places) >= index}
    for index, code in cells:
        if code and index in failed:
            early |= {name for name in mentioned(code.tree) if name not in found or min(found[name].places) >= index}
    fit = {
        name: one
        for name, one in found.items()
        if name not in early
        and bound[name] == sum(map(len, one.places.values()))
        and name not in _BUILTINS
        and _holds_still(one)
    }
    order = [*dict.fromkeys(name for name in wanted if name in fit)]
    order += [name for name, one in fit.items() if isinstance(one.value, Secret) and name not in order]
    others = {name: one.value for name, one in fit.items() if name not in order and not name.startswith("_")}
    return {name: fit[name] for name in order}, others


def _assigned(cells: Sequence[tuple[int, TypedCode | None]], aliases: Mapping[str, str]) -> dict[str, Chosen]:
    found: dict[str, Chosen] = {}
    uneven: set[str] = set()
    for index, code in cells:
        for place, statement in enumerate(code.statements if code else ()):
            name = plain_assignment(statement.node)
            if name is None:
                continue
            one = _read(name, statement, aliases)
            known = found.get(name)
            if one is None or (known is not None and not _same(known.value, one.value)):
                uneven.add(name)
                continue
            known = found.setdefault(name, one)
            known.places.setdefault(index, set()).add(place)
            if (one.annotation and not known.annotation) or (one.comment and not known.comment):
                known.annotation, known.comment = one.annotation or known.annotation, one.comment or known.comment
                known.item = one.item | known.item if known.annotation else known.item | one.item
    return {name: one for name, one in found.items() if name not in uneven}


def _read(name: str, statement: Statement, aliases: Mapping[str, str]) -> Chosen | None:
    node = statement.node
    value = getattr(node, "value", None)
    annotation = getattr(node, "annotation", None)
    secret = _secret(name, value, aliases)
    if secret is not None:
        return Chosen(secret, "", {"type": "str", "secret": True}, comment=statement.comment)
    held, needs = _constant(value), ""
    if held is _NONE:
        held, needs = _made(value, aliases)
    if held is _NONE or (isinstance(held, str) and MASK in held):
        return None
    text = statement.text.partition("=")[2].strip() if annotation is None else _after(statement.text)
    typed = ast.unparse(annotation) if annotation is not None else ""
    told = _TYPE.match(statement.comment)
    comment = statement.comment[told.end() :] if told else statement.comment
    annotation = annotation or (ast.Constant(told["type"]) if told else None)
    return Chosen(held, text, declared(annotation, comment, held), typed, comment, needs=needs)


def _after(text: str) -> str:
    """Return what stands behind the `=` of an annotated assignment, whose annotation may hold one, too."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "=" and depth == 0:
            return text[place + 1 :].strip()
    return ""


_NONE = object()


def _constant(node: ast.expr | None) -> Any:
    if isinstance(node, ast.Set) or (isinstance(node, ast.Constant) and isinstance(node.value, bytes)):
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError):
            return _NONE
    try:
        return constant(node)
    except NotConstant:
        return _NONE


def _made(node: ast.expr | None, aliases: Mapping[str, str]) -> tuple[Any, str]:
    """Return the date, time, path or decimal number that a call with constants makes, and the name that it needs."""
    if not isinstance(node, ast.Call):
        return _NONE, ""
    root, _, rest = ast.unparse(node.func).partition(".")
    whole = f"{aliases.get(root, root)}.{rest}" if rest else aliases.get(root, root)
    make = _MAKERS.get(whole) if root in aliases else None
    given = {word.arg: _constant(word.value) for word in node.keywords if word.arg}
    places = [_constant(part) for part in node.args]
    if make is None or _NONE in [*places, *given.values()] or len(given) != len(node.keywords):
        return _NONE, ""
    try:
        return make(*places, **given), root
    except (TypeError, ValueError, ArithmeticError):
        return _NONE, ""


def _secret(name: str, node: ast.expr | None, aliases: Mapping[str, str]) -> Secret | None:
    """Return the secret that `nbops.Secret("NAME").value` or a masked literal is."""
    if isinstance(node, ast.Constant) and node.value == MASK:
        return Secret(name.upper())
    if not (isinstance(node, ast.Attribute) and node.attr == "value" and isinstance(node.value, ast.Call)):
        return None
    function, given = node.value.func, node.value.args
    path = ast.unparse(function)
    root, _, rest = path.partition(".")
    whole = f"{aliases.get(root, root)}.{rest}" if rest else aliases.get(root, root)
    if whole not in {"nbops.Secret", "nbops.pipelines.parameters.secret.Secret"} or len(given) != 1:
        return None
    first = given[0]
    return Secret(first.value) if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and repr(left) == repr(right)


def _holds_still(one: Chosen) -> bool:
    return not isinstance(one.value, _CHANGING) or sum(map(len, one.places.values())) == 1
