"""Code as it was typed, taken apart by statement and put together again without loss. libcst is imported here alone."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from nbops.pipelines.notebook.syntax_tree import syntax_tree


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement at the top level of a cell.

    Attributes:
        node: Its syntax tree.
        text: As typed, without what stands around it.
        comment: Comment at the end of its line, without the sign, where it is the line's last statement.
        line, place: Which line of the cell's body, and which statement of that line.
    """

    node: ast.stmt
    text: str
    comment: str
    line: int
    place: int


class TypedCode:
    """A cell's Python. Call `read_code` to get one."""

    def __init__(self, module: Any, tree: ast.Module) -> None:
        self._module, self.tree = module, tree
        self._lines = list(module.body)
        if self._lines:
            first = self._lines[0]
            self._lines[0] = first.with_changes(leading_lines=[*module.header, *first.leading_lines])
        self.statements = tuple(self._read())

    def _read(self) -> list[Statement]:
        import libcst

        found: list[Statement] = []
        nodes = iter(self.tree.body)
        for place, line in enumerate(self._lines):
            small = isinstance(line, libcst.SimpleStatementLine)
            parts = line.body if small else [line.with_changes(leading_lines=[])]
            remark = line.trailing_whitespace.comment if small else None
            for number, part in enumerate(parts):
                plain = part.with_changes(semicolon=libcst.MaybeSentinel.DEFAULT) if small else part
                text = self._module.code_for_node(plain).strip("\n")
                last = number == len(parts) - 1
                comment = remark.value.lstrip("#").strip() if remark and last else ""
                found.append(Statement(next(nodes), text, comment, place, number))
        return found

    def without(self, gone: Collection[int], moved: Collection[int] = ()) -> tuple[str, dict[int, tuple[str, ...]]]:
        """Return the code without the statements *gone*, and the comments that leave with them, by statement.

        A comment above a block (up to the next blank line or comment) leaves with it where nothing of the block stays,
        or where the block begins with an import that leaves; otherwise it stays. Comments that stand free always stay.

        Args:
            gone: Places in `statements`.
            moved: Those of them that take their comments elsewhere.
        """
        if not gone:
            return self._module.code.strip("\n"), {}
        left = self._left(gone)
        blocks = self._blocks()
        lines: list[Any] = []
        waiting: list[Any] = []
        taken: dict[int, tuple[str, ...]] = {}
        for place, line in enumerate(self._lines):
            free, own = _split(line.leading_lines)
            first = next(number for number, one in enumerate(self.statements) if one.line == place)
            leads = isinstance(self.statements[first].node, ast.Import | ast.ImportFrom) and left[place] is None
            if place in blocks and (leads or all(left[other] is None for other in blocks[place])):
                if first in moved:
                    taken[first] = tuple(item.comment.value for item in own if item.comment)
                waiting += free
            else:
                waiting += [*free, *own]
            if left[place] is not None:
                seam = waiting if len(waiting) == len(line.leading_lines) else _seam(waiting, first=not lines)
                lines.append(left[place].with_changes(leading_lines=seam))
                waiting = []
        return self._written(lines, waiting), taken

    def _written(self, lines: list[Any], waiting: list[Any]) -> str:
        ends = [*waiting, *self._module.footer]
        if not lines and not any(line.comment for line in ends):
            return ""
        module = self._module.with_changes(header=[], body=lines, footer=_seam(ends, first=not lines))
        return str(module.code).strip("\n")

    def _left(self, gone: Collection[int]) -> list[Any]:
        """Return each line without what is gone; None where nothing stays."""
        import libcst

        places = {(one.line, one.place) for number, one in enumerate(self.statements) if number in gone}
        left: list[Any] = []
        for place, line in enumerate(self._lines):
            if not isinstance(line, libcst.SimpleStatementLine):
                left.append(None if (place, 0) in places else line)
                continue
            parts = [part for number, part in enumerate(line.body) if (place, number) not in places]
            if len(parts) != len(line.body) and parts and (place, len(line.body) - 1) in places:
                parts[-1] = parts[-1].with_changes(semicolon=libcst.MaybeSentinel.DEFAULT)
            left.append(line.with_changes(body=parts) if parts else None)
        return left

    def _blocks(self) -> dict[int, list[int]]:
        """Return line → the lines of the block that begins with it."""
        blocks: dict[int, list[int]] = {}
        start = 0
        for place, line in enumerate(self._lines):
            if place == 0 or line.leading_lines:
                start = place
            blocks.setdefault(start, []).append(place)
        return blocks


def read_code(code: str) -> TypedCode | None:
    """Read Python; None where it is not all Python, or where two readers of Python do not agree on it."""
    import libcst

    tree = syntax_tree(code)
    if tree is None:
        return None
    try:
        return TypedCode(libcst.parse_module(code.rstrip("\n") + "\n"), tree)
    except (RecursionError, StopIteration, libcst.ParserSyntaxError):
        return None


def guarded(code: str, error: str) -> str:
    """Return *code* inside of a `try` that tells its failure and goes on; what is not plain Python comes back as it is.

    Args:
        code: A cell.
        error: Class name of the exception that it raised.
    """
    import libcst

    try:
        body = libcst.parse_module(code.rstrip("\n") + "\n")
    except libcst.ParserSyntaxError:
        return code
    frame = libcst.parse_module(
        "try:\n    pass\n"
        f"except Exception as _error:  # it failed with {error} before, too; what it did until then is needed\n"
        '    print(f"{type(_error).__name__}: {_error}")\n'
    )
    attempt = frame.body[0]
    if not isinstance(attempt, libcst.Try):
        return code
    lines = [*body.body]
    if lines:
        first = lines[0].with_changes(leading_lines=[*body.header, *lines[0].leading_lines])
        lines = [first, *lines[1:]]
    block = libcst.IndentedBlock(body=lines, footer=body.footer)
    return frame.with_changes(body=[attempt.with_changes(body=block)]).code.strip("\n")


def _split(leading: Any) -> tuple[list[Any], list[Any]]:
    """Return the lines up to the last blank one, and the comments that stand directly above the statement."""
    blank = max((place for place, item in enumerate(leading) if item.comment is None), default=-1)
    return list(leading[: blank + 1]), list(leading[blank + 1 :])


def _seam(leading: list[Any], *, first: bool) -> list[Any]:
    """Return the lines between two statements that were apart, with one blank line at most in a row."""
    found: list[Any] = []
    for item in leading:
        if item.comment is not None or (found and found[-1].comment is not None) or (not found and not first):
            found.append(item)
    return found
