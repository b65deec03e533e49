"""What every route shares: who may call it, where it looks, how it reads its body, and how it says no."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

from nbops.errors import NbopsError
from nbops.server.place import Place, find_place
from nbops.server.statuses import describe
from nbops.server.verb import Verb, call_verb

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from nbops.server.errands import Errands


class Route(APIHandler):
    """A route under `nbops/`."""

    auth_resource = "nbops"

    @property
    def place(self) -> Place:
        """Where this request looks; `?notebook=` chooses the workspace of that notebook.

        Raises:
            ConfigError: The notebook lies outside the directory that Jupyter serves.
        """
        root = Path(self.settings.get("server_root_dir") or Path.cwd()).expanduser()
        return find_place(root, self.get_query_argument("notebook", "") or None)

    @property
    def errands(self) -> Errands:
        """What runs longer than a request."""
        errands: Errands = self.settings["nbops_errands"]
        return errands

    async def look(self, read: Callable[..., Any], *args: Any, **named: Any) -> None:
        """Call the blocking *read* in a thread and answer with its JSON; an unchanged answer becomes a 304."""
        self.tell(await self.away(read, *args, **named))

    async def away(self, read: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Call the blocking *read* in a thread."""
        return await asyncio.get_running_loop().run_in_executor(None, partial(read, *args, **named))

    async def act(self, verb: Verb, status: int = HTTPStatus.OK) -> None:
        """Call *verb* in a process of its own and answer with what it says.

        Raises:
            VerbFailed: It said no.
        """
        self.tell(await call_verb(verb, self.place.workspace), status)

    def send_out(self, verb: Verb) -> None:
        """Start *verb*, which may take minutes, and answer at once with where to ask for it."""
        errand = self.errands.start(verb, self.place)
        self.set_header("Location", f"{self.base_url}nbops/errands/{errand.key}")
        self.tell(errand.to_wire(), HTTPStatus.ACCEPTED)

    def tell(self, body: Any, status: int = HTTPStatus.OK) -> None:
        """Answer with JSON."""
        self.set_status(int(status))
        self.finish(json.dumps(body, separators=(",", ":"), default=str))

    def fields(self, required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the JSON object in the body, after checking names and types.

        Args:
            required: Name → type of fields that must be there.
            optional: Name → type of fields that may be there; null counts as absent.

        Raises:
            HTTPError: 400; the sentence names the field.
        """
        body = self.get_json_body() or {}
        known = required | (optional or {})
        if not isinstance(body, dict):
            raise HTTPError(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
        given = {name: value for name, value in body.items() if value is not None}
        if unknown := sorted(given.keys() - known.keys()):
            raise HTTPError(HTTPStatus.BAD_REQUEST, f"unknown field {unknown[0]!r}; known: {', '.join(known)}")
        if missing := sorted(required.keys() - given.keys()):
            raise HTTPError(HTTPStatus.BAD_REQUEST, f"the field {missing[0]!r} is missing")
        for name, value in given.items():
            if not isinstance(value, known[name]) or (isinstance(value, bool) and known[name] is not bool):
                raise HTTPError(HTTPStatus.BAD_REQUEST, f"the field {name!r} has the wrong type")
        return given

    def number(self, name: str, default: int, most: int) -> int:
        """Return the whole number that the query gives for *name*.

        Raises:
            HTTPError: 400; it is no number from 0 to *most*.
        """
        text = self.get_query_argument(name, str(default))
        if not text.isdecimal() or int(text) > most:
            raise HTTPError(HTTPStatus.BAD_REQUEST, f"{name} must be a whole number from 0 to {most}")
        return int(text)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with the one shape of errors."""
        status, body = describe(kwargs.get("exc_info", (None, None, None))[1], status_code)
        self.tell(body, status)

    def log_exception(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Log our own sentences without a stack."""
        if isinstance(error, NbopsError):
            self.log.info("%s %s: %s", self.request.method, self.request.path, error)
        else:
            super().log_exception(kind, error, trace)
