"""How far a pipeline has got: a bar in a terminal, one line that changes in a notebook."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_WIDTH = 24


@contextmanager
def bar(title: str, *, shown: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Yield a function that takes index and number of cells, or None where nothing is to be shown.

    In a notebook the line stays, with a sentence that is the same every time, so that saved outputs do not churn.
    """
    if not shown:
        yield None
        return
    kernel = getattr(_shell(), "kernel", None)
    with _line(title) if kernel is not None else _terminal(title) as step:
        yield step


@contextmanager
def _terminal(title: str) -> Iterator[Callable[[int, int], None]]:
    from tqdm import tqdm

    with tqdm(desc=title, unit="cell", leave=False, file=sys.stderr) as drawn:

        def step(index: int, total: int) -> None:
            drawn.total = total
            drawn.update(index - drawn.n)

        yield step


@contextmanager
def _line(title: str) -> Iterator[Callable[[int, int], None]]:
    from IPython.display import display

    handle = display(_text(f"{title} …"), raw=True, display_id=True)  # type: ignore[no-untyped-call]
    count = 0

    def step(index: int, total: int) -> None:
        nonlocal count
        count = total
        full = round(_WIDTH * index / max(total, 1))
        handle.update(_text(f"{title} {'█' * full}{'░' * (_WIDTH - full)} {index}/{total}"), raw=True)

    try:
        yield step
    finally:
        handle.update(_text(f"{title}: {count} cells in a fresh kernel"), raw=True)


def _text(line: str) -> dict[str, str]:
    return {"text/plain": line}


def _shell() -> Any:
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None
