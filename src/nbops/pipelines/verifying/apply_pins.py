"""A notebook that loads snapshots where another loads its data from the source."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nbops.errors import PipelineError
from nbops.pipelines.notebook.notebooks import TARGET
from nbops.pipelines.verifying.agrees import agrees
from nbops.pipelines.verifying.pin import Pin
from nbops.pipelines.verifying.statements import parse_cell, reads_of, targets_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

_SHOWN = 80


def apply_pins(notebook: NotebookNode, pins: Sequence[Pin]) -> NotebookNode:
    """Return a copy of *notebook* in which each of *pins* loads its snapshots instead of its source.

    What only served to read the source goes with it: the file may be gone.

    Raises:
        PipelineError: A statement is not in the notebook, or is there more than once.
    """
    from copy import deepcopy

    copy = deepcopy(notebook)
    before = _read(copy)
    for pin in pins:
        _apply(copy, pin)
    _import_nbops(copy)
    _drop_unread(copy, before)
    copy.cells = [cell for cell in copy.cells if cell.cell_type != "code" or cell.source.strip()]
    return copy


def _apply(notebook: NotebookNode, pin: Pin) -> None:
    *before, last = pin.texts
    for text in before:
        _replace(*_find(notebook, text), [])
    ids = ", ".join(identity[:12] for identity in dict.fromkeys(pin.snapshots.values()))
    told = f"{_short(pin.texts[0])}" + (f" … {_short(last)}" if before else "")
    lines = [f"# snapshot {ids} instead of: {told}"]
    lines += [f'{name} = nbops.load("{identity}")' for name, identity in pin.snapshots.items()]
    _replace(*_find(notebook, last), lines)


def _find(notebook: NotebookNode, text: str) -> tuple[NotebookNode, ast.stmt]:
    """Return the statement that *text* became in the notebook, and its cell.

    Raises:
        PipelineError: There is none, or more than one.
    """
    tree = parse_cell(textwrap.dedent(text))
    wanted = tree.body if tree else []
    parameters = {str(item["name"]) for item in notebook.metadata.get("nbops", {}).get("parameters", ())}
    found = [
        (cell, statement)
        for cell in _code(notebook)
        for statement in _statements(cell.source)
        if len(wanted) == 1 and agrees(wanted[0], statement, parameters)
    ]
    if len(found) != 1:
        told = "stands alone nowhere in the notebook" if not found else "is in the notebook more than once"
        raise PipelineError(f"`{_short(text)}` {told}, so that no snapshot can stand for it")
    return found[0]


def _import_nbops(notebook: NotebookNode) -> None:
    """Put the import where the others are, else before its first use."""
    for cell in _code(notebook):
        tree = parse_cell(cell.source)
        if tree is not None and tree.body and all(isinstance(item, ast.Import | ast.ImportFrom) for item in tree.body):
            cell.source = f"{cell.source.rstrip()}\nimport nbops"
            return
        if "nbops.load(" in cell.source:
            cell.source = f"import nbops\n\n{cell.source}"
            return


def _drop_unread(notebook: NotebookNode, before: frozenset[str]) -> None:
    """Drop assignments whose names were read before and are read no more."""
    while True:
        now = _read(notebook)
        gone = next(
            (
                (cell, statement)
                for cell in _code(notebook)
                if not cell.metadata.get("tags") or TARGET in cell.metadata["tags"]
                for statement in reversed(_statements(cell.source))
                if (names := set(targets_of(statement))) and names <= before and not names & now
            ),
            None,
        )
        if gone is None:
            return
        _replace(*gone, [])


def _replace(cell: NotebookNode, statement: ast.stmt, new: list[str]) -> None:
    lines = cell.source.split("\n")
    lines[statement.lineno - 1 : statement.end_lineno] = new
    cell.source = "\n".join(lines)


def _statements(source: str) -> list[ast.stmt]:
    tree = parse_cell(source)
    return list(_alone(tree.body)) if tree else []


def _alone(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that share no line with another."""
    for statement in body:
        shared = any(
            other is not statement
            and other.lineno <= (statement.end_lineno or 0)
            and (other.end_lineno or 0) >= statement.lineno
            for other in body
        )
        if not shared:
            yield statement


def _read(notebook: NotebookNode) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for cell in _code(notebook):
        tree = parse_cell(cell.source)
        # Where the text does not tell, a mention counts.
        found |= reads_of(tree) if tree else frozenset(_words(cell.source))
    return found


def _words(source: str) -> Iterator[str]:
    return (word for word in "".join(c if c.isidentifier() or c.isdigit() else " " for c in source).split())


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _short(text: str) -> str:
    line = " ".join(part.strip() for part in text.split("\n"))
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
