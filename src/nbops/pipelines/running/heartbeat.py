"""What a running pipeline says of itself: `.nbops/running/RUN.json`, rewritten every few seconds and at each cell."""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from nbops.processes import Owner
from nbops.workspace import Workspace, write_file

RUNNING, CANCELLING = "running", "cancelling"
FOLDER_PREFIX = "nbops-run-"  # of the temporary folder in which a supervisor and its kernel talk
_FOLDER, _WISH = "running", ".cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A pipeline that runs now.

    Attributes:
        run: Id of its run.
        pipeline: Name.
        path: Of the notebook, as seen from the project.
        cell: Zero-based index, among the cells of code, of the one that runs: one less than its `In [n]`.
        cells: How many cells of code there are.
        title: First line of that cell, secrets masked.
        started: When the run began, in seconds since the epoch.
        beat: When this was said.
        owner: The process that supervises the run.
        kernel: The process that executes it; None until it has started.
        attempt: 1 for the first, 2 for the first retry.
        retry_of: Run of the first attempt; empty for that itself.
        state: `running` or `cancelling`.
        origin: Who asked for it: `cell`, `command` or `sidebar`.
        output: Where the executed notebook is written, as seen from the project.
        mark: What stands in the environment of its processes and of no other, as `NAME=value`.
    """

    run: str
    pipeline: str
    path: str
    cell: int = 0
    cells: int = 0
    title: str = ""
    started: float = 0.0
    beat: float = 0.0
    owner: Owner
    kernel: Owner | None = None
    attempt: int = 1
    retry_of: str = ""
    state: str = RUNNING
    origin: str = "command"
    output: str = ""
    mark: str = ""

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values; the supervising process stands in `host`, `boot`, `pid` and `start`."""
        values = {name: getattr(self, name) for name in self.__slots__ if name not in {"owner", "kernel"}}
        kernel = {"pid": self.kernel.pid, "start": self.kernel.started} if self.kernel else None
        owner = asdict(self.owner)
        owner["start"] = owner.pop("started")
        return values | owner | {"kernel": kernel}

    def to_spec(self) -> dict[str, Any]:
        """Return what is known of the run itself, should nobody else have written it down."""
        tags = {"nbops.pipeline": self.pipeline} | ({"nbops.retry_of": self.retry_of} if self.retry_of else {})
        known = {"run": self.run, "name": self.pipeline, "experiment": self.pipeline, "notebook": self.path}
        return known | {"tags": tags, "started": self.started}

    @property
    def place(self) -> str:
        """How far it has got, in words."""
        return (self.number or "its start") + (f" ({self.title})" if self.title and self.cells else "")

    @property
    def number(self) -> str:
        """Which cell runs, as `cell 3 of 6`; empty before the first."""
        return f"cell {self.cell + 1} of {self.cells}" if self.cells else ""


class Heartbeat:
    """Keeps the file of one run up to date. Safe to use from several threads; a full disk costs nothing else."""

    def __init__(self, workspace: Workspace, first: Running) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self.now = first

    def say(self, **changes: Any) -> None:
        """Write the file anew, with *changes*."""
        with self._lock:
            self.now = replace(self.now, beat=time.time(), **changes)
            with suppress(OSError):
                content = json.dumps(self.now.to_wire(), ensure_ascii=False).encode()
                write_file(running_file(self._workspace, self.now.run), content)

    def end(self) -> None:
        """Take the file away: the run has ended, and its record says how."""
        with self._lock, suppress(OSError):
            wish_file(self._workspace, self.now.run).unlink(missing_ok=True)
            running_file(self._workspace, self.now.run).unlink(missing_ok=True)


def running_folder(workspace: Workspace) -> Path:
    """Return where the files of running pipelines lie."""
    return workspace.root / _FOLDER


def running_file(workspace: Workspace, run: str) -> Path:
    """Return where the run called *run* says how far it is."""
    return running_folder(workspace) / f"{run}.json"


def wish_file(workspace: Workspace, run: str) -> Path:
    """Return the file that asks the supervisor of *run* to cancel it."""
    return running_folder(workspace) / f"{run}{_WISH}"


def read_running(path: Path) -> Running | None:
    """Return what the file at *path* says; None where it is gone or damaged."""
    try:
        told = json.loads(path.read_bytes())
        owner = Owner(str(told["host"]), str(told["boot"]), int(told["pid"]), int(told["start"]))
        kernel = told.get("kernel")
        given = {item.name: told[item.name] for item in fields(Running) if item.name in told}
        given["kernel"] = replace(owner, pid=int(kernel["pid"]), started=int(kernel["start"])) if kernel else None
        return Running(**given | {"owner": owner})
    except (OSError, ValueError, KeyError, TypeError):
        return None
