"""Where in a cell a change stands that was seen only as a difference before and after it."""

from __future__ import annotations

from nbops.slicing.facts import Bind, Call, CellFacts, Delete, Event, Read, Store


def line_of_change(facts: CellFacts, name: str) -> int:
    """Return the line most likely to have bound, deleted or changed *name*; 0 where the cell does not mention it.

    An assignment is likelier than a call of a method, that than being passed, that than being mentioned.
    """
    found: dict[int, int] = {}
    for event in facts.events:
        rank = _rank(event, name)
        if rank is not None:
            found.setdefault(rank, getattr(event, "line", 0))
    return found[min(found)] if found else 0


def _rank(event: Event, name: str) -> int | None:
    match event:
        case Bind(name=bound) | Delete(name=bound) | Store(root=bound) if bound == name:
            return 0
        case Call(root=root, path=path) if root == name and path:
            return 1
        case Call(passed=passed) if name in passed:
            return 2
        case Read(name=read) if read == name:
            return 3
        case _:
            return None
