"""What takes longer than a request: promotions and pipeline runs, started here and asked for by key."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nbops.errors import NotFound
from nbops.server.statuses import VerbFailed, describe
from nbops.server.verb import Verb, call_verb

if TYPE_CHECKING:
    from nbops.server.place import Place

_KEPT = 100
_SERVER_ERROR = 500


@dataclass(slots=True)
class Errand:
    """One verb under way, or what became of it.

    Attributes:
        key: Its id.
        verb: Name of the command.
        started: When it began, in seconds since the epoch.
        state: `running`, `done` or `failed`.
        progress: Last line that the verb wrote about itself.
        result: What it printed, once done.
        error: The one shape of errors, once failed.
    """

    key: str
    verb: str
    started: float
    state: str = "running"
    progress: str = ""
    ended: float | None = None
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}

    def hear(self, line: str) -> None:
        """Keep what the verb said last."""
        self.progress = line


@dataclass(slots=True)
class Errands:
    """Errands of one server, the latest hundred."""

    _known: dict[str, Errand] = field(default_factory=dict)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def start(self, verb: Verb, place: Place) -> Errand:
        """Begin *verb* and return at once."""
        errand = Errand(uuid4().hex, verb.name, time.time())
        self._known[errand.key] = errand
        for key in [key for key, known in self._known.items() if known.ended][:-_KEPT]:
            del self._known[key]
        task = asyncio.get_running_loop().create_task(_go(errand, verb, place))
        self._tasks[errand.key] = task
        task.add_done_callback(lambda _: self._tasks.pop(errand.key, None))
        return errand

    def get(self, key: str) -> Errand:
        """Return the errand called *key*.

        Raises:
            NotFound: There is none, or it is long over.
        """
        if key not in self._known:
            raise NotFound(f"no errand {key[:8]}; it may have ended with a former server")
        return self._known[key]

    async def stop(self) -> None:
        """End what is under way, with its processes."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _go(errand: Errand, verb: Verb, place: Place) -> None:
    try:
        errand.result = await call_verb(verb, place.workspace, errand.hear)
        if notebook := errand.result.get("notebook"):
            errand.result["open_path"] = place.served(str(notebook))
        errand.state = "done"
    except (VerbFailed, OSError) as error:
        errand.state, errand.error = "failed", describe(error, _SERVER_ERROR)[1]
    except asyncio.CancelledError:
        errand.state = "failed"
        errand.error = {"error": "Stopped", "message": f"{verb.name} was stopped with the server", "hint": ""}
        raise
    finally:
        errand.ended = time.time()
