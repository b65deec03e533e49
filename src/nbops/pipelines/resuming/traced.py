"""Executions of a run as the slicer sees them, with what stands for their results in keys."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nbops.capture.code.names import names_of

if TYPE_CHECKING:
    from nbops.capture.journal.records import Execution

_IMPORTS = (ast.Import, ast.ImportFrom)
# What may take long, or do anything at all.
_LIVELY = (ast.Call, ast.Await, ast.Attribute, ast.Subscript, ast.NamedExpr, ast.ListComp, ast.SetComp, ast.DictComp,
           ast.GeneratorExp)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Traced:
    """One execution, or one statement of one that only defines.

    Attributes:
        execution: What happened.
        tokens: Name → what stands for the value that it got; `""` for everything else that happened.
        behind: What those values come from, as in `Parts.behind`.
        everywhere: All that follows depends on it, whether it names it or not.
    """

    execution: Execution
    tokens: dict[str, str] = field(default_factory=dict)
    everywhere: bool = False
    behind: dict[str, str | None] = field(default_factory=dict)

    def token(self, subject: str) -> str:
        """Return what stands for *subject* (a name in backquotes, or something outside) after this execution."""
        return self.tokens.get(subject.strip("`")) or self.tokens.get("", "")


def only_defines(execution: Execution) -> bool:
    """Say whether the execution was nothing but imports, definitions and constants, statement by statement."""
    quiet = not (execution.changed or execution.assumed or execution.deleted or execution.opened or execution.drew
                 or execution.settings)  # fmt: skip
    tree = _tree(execution.code)
    return execution.success and quiet and tree is not None and all(map(_defines, tree.body))


def only_imports(execution: Execution) -> bool:
    """Say whether the execution was nothing but imports; whatever importing does, it does in every run."""
    tree = _tree(execution.code)
    return execution.success and tree is not None and all(isinstance(item, _IMPORTS) for item in tree.body)


def apart(execution: Execution) -> Iterator[Execution]:
    """Yield one execution for each statement of *execution*, so that whoever reads one name depends on no other."""
    tree = _tree(execution.code)
    for statement in tree.body if tree else ():
        bound = names_of(ast.Module([statement], [])).bound
        defined = tuple(name for name in execution.defined if name in bound)
        yield replace(
            execution,
            code=ast.unparse(statement),
            defined=defined,
            opened=(),
            drew=(),
            settings=(),
            assumed=(),
            changed=(),
        )


def _defines(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        held = [*statement.decorator_list, *statement.args.defaults, *filter(None, statement.args.kw_defaults)]
        return not any(isinstance(node, ast.Call) for part in held for node in ast.walk(part))
    if isinstance(statement, (*_IMPORTS, ast.ClassDef)):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets = [statement.target]
    value = getattr(statement, "value", None)
    return (
        bool(targets)
        and all(isinstance(target, ast.Name) for target in targets)
        and isinstance(value, ast.AST)
        and not any(isinstance(node, _LIVELY) for node in ast.walk(value))
        and not any(_computes(node) for node in ast.walk(value))
    )


def _computes(node: ast.AST) -> bool:
    """Say whether *node* is arithmetic with anything but constants."""
    if not isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare)):
        return False
    return any(isinstance(part, ast.Name) for part in ast.walk(node))


def _tree(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return None
