"""Journals as kernels write them, without a kernel."""

from __future__ import annotations

import pickle
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nbops.capture.journal.journal import Journal
from nbops.capture.journal.records import RunClosed, RunLogged, RunOpened, Session
from nbops.processes import Owner, this_process

if TYPE_CHECKING:
    from nbops.workspace import Workspace

DEAD = Owner(**(this_process().to_json() | {"pid": 2**22 - 1, "started": 1}))
ELSEWHERE = Owner(**(this_process().to_json() | {"host": "another-host"}))


def until(condition: Any, patience: float = 90.0) -> Any:
    """Wait for *condition*, at most *patience* seconds, and return what it said."""
    end = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)
    return found


def computed(metrics: dict[str, float]) -> dict[str, float]:
    """Leave out what MLflow shows as system metrics: the time and memory that a run took."""
    return {name: value for name, value in metrics.items() if not name.startswith("system/")}


class Writer:
    """One session; keeps the order of its runs by their start."""

    def __init__(self, workspace: Workspace, *, owner: Owner | None = None, **facts: Any) -> None:
        self.workspace = workspace
        self.session = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{uuid4().hex[:8]}"
        self.journal = Journal(workspace, self.session)
        given = {"notebook": "train.ipynb", "python": ""} | facts
        self.journal.append(Session(session=self.session, owner=owner or this_process(), time=time.time(), **given))

    def open(self, name: str = "fit", *, run: str | None = None, **facts: Any) -> str:
        """Begin a run and return its id."""
        given = {"kind": "cell", "cell": "c1", "count": 3, "notebook": "train.ipynb", "source": "C = 0.5\n"} | facts
        key = run or uuid4().hex
        given.setdefault("time", time.time())
        self.journal.append(RunOpened(run=key, session=self.session, name=name, **given))
        return key

    def log(self, run: str, step: int | None = None, **facts: Any) -> None:
        """Log values into an open run."""
        self.journal.append(RunLogged(run=run, time=time.time(), step=step, **facts), durable=False)

    def close(self, run: str, status: str = "FINISHED", **facts: Any) -> str:
        """End a run and return its id."""
        given = {"parameters": {"C": 0.5}, "metrics": {"auc": 0.8}, "duration": 0.1} | facts
        given.setdefault("time", time.time())
        self.journal.append(RunClosed(run=run, status=status, **given))
        return run

    def run(
        self, name: str = "fit", status: str = "FINISHED", *, opened: dict[str, Any] | None = None, **facts: Any
    ) -> str:
        """Write a whole run and return its id."""
        return self.close(self.open(name, **(opened or {})), status, **facts)

    def model(self, fitted: object, *, name: str = "model", dumps: Any = pickle.dumps, **facts: Any) -> dict[str, Any]:
        """Store *fitted* as capture does and return its record for `models=`."""
        content = dumps(fitted)
        kind = f"{type(fitted).__module__}.{type(fitted).__qualname__}"
        given = {"name": name, "class": kind, "blob": self.journal.put(content), "bytes": len(content)}
        return given | {"pickled": dumps.__module__.strip("_"), "packages": []} | facts
