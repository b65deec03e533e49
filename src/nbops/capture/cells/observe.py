"""Begin and end to follow a shell's cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from nbops.capture.boundary import unharmed
from nbops.capture.cells.observer import CellObserver
from nbops.capture.runs.session import Closing, begin_session, end_session

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_observers: WeakKeyDictionary[Any, CellObserver] = WeakKeyDictionary()


def observe(shell: InteractiveShell, *, on_run_closed: Closing | None = None) -> CellObserver:
    """Write down every cell that *shell* runs from now on; doing it twice changes nothing.

    Args:
        shell: Any IPython shell.
        on_run_closed: Called with both records of each run that closes.

    Raises:
        ConfigError: A setting cannot be used.
    """
    observer = _observers.get(shell)
    if observer is None:
        observer = CellObserver(shell, begin_session(shell))
        _observers[shell] = observer
        with unharmed("the executions before nbops was loaded"):
            observer.learn_history()
        shell.events.register("pre_run_cell", observer.pre_run_cell)
        shell.events.register("post_run_cell", observer.post_run_cell)
        observer.git.refresh()
    if on_run_closed is not None and on_run_closed not in observer.session.on_run_closed:
        observer.session.on_run_closed.append(on_run_closed)
    return observer


def forget(shell: InteractiveShell) -> None:
    """Undo `observe`."""
    observer = _observers.pop(shell, None)
    if observer is not None:
        shell.events.unregister("pre_run_cell", observer.pre_run_cell)
        shell.events.unregister("post_run_cell", observer.post_run_cell)
        observer.leave()
        end_session(observer.session)


def observer_of(shell: InteractiveShell) -> CellObserver | None:
    """Return who follows *shell*, or None."""
    return _observers.get(shell)
