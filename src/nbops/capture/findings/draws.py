"""Random generators that a cell drew from, and whether anybody had seeded them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbops.capture.code.called import called
from nbops.capture.code.cell_code import CellCode
from nbops.capture.code.generators import GENERATORS, library_called
from nbops.capture.untouchable import is_untouchable

_EVERY = "every generator"
_MADE = {"default_rng", "RandomState", "Generator", "Random"}
_ROOTS = {*GENERATORS, "np", "tf", "jax"}  # what hangs below another name may seed all
_KINDS = {"numpy.random": {"Generator", "RandomState"}, "random": {"Random"}, "torch": {"Generator"}}
_WORDS = ("seed", "Seed", "SEED", "set_state", *_MADE)
_RANDOM = re.compile(r"\brandom\b")
_SEEDING = re.compile(r"seed", re.IGNORECASE)


def seeded_by(cell: CellCode) -> frozenset[str]:
    """Return what the code of a cell seeds: `random`, `numpy`, `torch`, names of generators, or `every generator`.

    Functions that the cell only defines count too: a remark too few is better than a false one.
    """
    return frozenset(_seeded(cell.tree)) if _speaks_of_it(cell) else frozenset()


def made_by(cell: CellCode) -> tuple[str, ...]:
    """Return the names that a cell binds to new generator objects."""
    if not _speaks_of_it(cell):
        return ()
    tree = cell.tree
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Assign) and _makers(node.value)]
    return tuple(target.id for node in made for target in node.targets if isinstance(target, ast.Name))


def drawn_by_cell(moved: tuple[str, ...], cell: CellCode, *, began_run: bool) -> tuple[str, ...]:
    """Leave out `random` where nothing but MLflow drew from it, for the name of a run that the cell began."""
    return () if began_run and moved == ("random",) and not _RANDOM.search(cell.code) else moved


def draws_of(
    moved: Iterable[str],
    changed: Iterable[str],
    states: Mapping[str, int | None],
    seeded: frozenset[str],
    namespace: Mapping[str, Any],
) -> tuple[dict[str, Any], ...]:
    """Return `{"generator", "seeded", "state"}` of each generator that a cell drew from.

    Args:
        moved: Generators of the process whose state is another one now.
        changed: Names whose object changed in place, and generators that the cell made without a seed.
        states: Generator or name → number that stands for its state before the cell.
        seeded: From `seeded_by`, of all cells so far.
        namespace: After the cell.
    """
    own = [name for name in changed if name in namespace and _is_generator(namespace[name])]
    return tuple(
        {
            "generator": name,
            "seeded": _EVERY in seeded or name in seeded,
            "state": f"{state & (1 << 64) - 1:016x}" if (state := states.get(name)) is not None else None,
        }
        for name in [*moved, *own]
    )


def _is_generator(value: Any) -> bool:
    if is_untouchable(value):
        return False
    module = type(value).__module__
    known = next((kinds for name, kinds in _KINDS.items() if module == name or module.startswith(name + ".")), ())
    return type(value).__name__ in known


def _speaks_of_it(cell: CellCode) -> bool:
    """Say whether a cell's text holds a word of seeding; most do not, and need no walk."""
    return any(word in cell.code for word in _WORDS)


def _seeded(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = called(node)
            seeds = _SEEDING.search(name) and not name.lower().startswith(("seedsequence", "get_"))
            if seeds or name == "set_state":
                yield _owner(node.func)
        elif isinstance(node, ast.Assign) and _is_made_with_seed(node.value):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _is_made_with_seed(node: ast.expr) -> bool:
    # `Generator(PCG64(7))` has an argument that has one; `default_rng()` has none anywhere.
    given = [part for call in _makers(node) for part in [*call.args, *(keyword.value for keyword in call.keywords)]]
    return any(not isinstance(part, ast.Call) or part.args or part.keywords for part in given)


def _makers(node: ast.expr) -> list[ast.Call]:
    return [part for part in ast.walk(node) if isinstance(part, ast.Call) and called(part) in _MADE]


def _owner(function: ast.expr) -> str:
    """Return whose generator `np.random.seed` or `torch.manual_seed` seeds; a helper of the user's may seed all."""
    if not isinstance(function, ast.Attribute):
        return _EVERY
    root: ast.expr = function
    while isinstance(root, ast.Attribute):
        root = root.value
    name = getattr(root, "id", "")
    alone = name in _ROOTS or function.attr in {"seed", "manual_seed", "set_state"}
    return library_called(name) if alone else _EVERY
