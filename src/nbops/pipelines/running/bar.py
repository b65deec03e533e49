"""How far a pipeline has got: one line that changes in a terminal and in a notebook, one line a cell elsewhere."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_WIDTH = 12
_TICK = 1.0
_FIRST = "starting the kernel …"

Step = Callable[..., None]


@contextmanager
def bar(title: str, *, shown: bool) -> Iterator[Step | None]:
    """Yield a function that takes index, number of cells and first line of a cell; None where nothing is to be shown.

    In a notebook the line stays, with a sentence that is the same every time, so that saved outputs do not churn.
    """
    if not shown:
        yield None
        return
    in_kernel = getattr(_shell(), "kernel", None) is not None
    kind = _notebook if in_kernel else _terminal if sys.stderr.isatty() else _lines
    with kind(title) as step:
        yield step


def say(line: str) -> None:
    """Write a line that stays: into the notebook's output, or to stderr, over what a bar has drawn there."""
    if getattr(_shell(), "kernel", None) is not None:
        sys.stdout.write(f"{line}\n")
        return
    if sys.stderr.isatty():
        line = f"\r{line:<{shutil.get_terminal_size().columns - 1}}"
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@contextmanager
def _terminal(title: str) -> Iterator[Step]:
    """Draw one line over and over, also while nothing but time passes."""
    begun, over = time.monotonic(), threading.Event()
    place: tuple[int, int, str] = (0, 0, "")

    def draw() -> None:
        width = shutil.get_terminal_size().columns - 1
        line = _line(title, *place, time.monotonic() - begun)
        sys.stderr.write(f"\r{line[:width]:<{width}}")
        sys.stderr.flush()

    def step(index: int, total: int, cell: str = "") -> None:
        nonlocal place
        place = index, total, cell
        draw()

    def tick() -> None:
        while not over.wait(_TICK):
            draw()

    draw()
    ticking = threading.Thread(target=tick, name="nbops-bar", daemon=True)
    ticking.start()
    try:
        yield step
    finally:
        over.set()
        ticking.join()
        sys.stderr.write(f"\r{'':{shutil.get_terminal_size().columns - 1}}\r")
        sys.stderr.flush()


@contextmanager
def _lines(title: str) -> Iterator[Step]:
    """Print a line for each cell, as logs want it."""
    begun = time.monotonic()
    say(f"{title}: {_FIRST}")

    def step(index: int, total: int, cell: str = "") -> None:
        said = f"{title}: cell {index + 1}/{total}" + (f" · {cell}" if cell else "")
        say(f"{said} · {_span(time.monotonic() - begun)}")

    yield step


@contextmanager
def _notebook(title: str) -> Iterator[Step]:
    from IPython.display import display

    begun = time.monotonic()
    handle = display(_text(f"{title}: {_FIRST}"), raw=True, display_id=True)  # type: ignore[no-untyped-call]
    count = 0

    def step(index: int, total: int, cell: str = "") -> None:
        nonlocal count
        count = total
        handle.update(_text(_line(title, index, total, cell, time.monotonic() - begun)), raw=True)

    try:
        yield step
    finally:
        handle.update(_text(f"{title}: {count} cells in a fresh kernel"), raw=True)


def _line(title: str, index: int, total: int, cell: str, seconds: float) -> str:
    if not total:
        return f"{title}: {_FIRST} {_span(seconds)}"
    full = round(_WIDTH * index / total)
    told = f"  {cell}" if cell else ""
    return f"{title} {'█' * full}{'░' * (_WIDTH - full)} cell {index + 1}/{total} {_span(seconds)}{told}"


def _span(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _text(line: str) -> dict[str, str]:
    return {"text/plain": line}


def _shell() -> Any:
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None
