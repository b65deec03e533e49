"""`nbops/runs`: what was recorded, and what a person may change about it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbops.server.pages.explanation import explanation_page
from nbops.server.pages.runs import run_page, runs_page
from nbops.server.route import Route
from nbops.server.verb import Verb, call_verb

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAGE, _LARGEST_PAGE, _FAR = 100, 500, 10_000_000
_CHANGES: dict[str, Any] = {"name": str, "note": str, "star": bool, "hide": bool, "tags": dict, "deleted": bool}


class RunsRoute(Route):
    """Runs, latest first."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with a page of runs: `{"runs": […], "total": n, "pending": n}`."""
        wanted = {name: self.get_query_argument(name, "") or None for name in ("query", "status")}
        here = self.get_query_argument("scope", "all") == "notebook"
        notebook = self.get_query_argument("notebook", "") if here else ""
        await self.look(
            runs_page,
            self.place,
            notebook,
            wanted,
            hidden=self.get_query_argument("hidden", "") == "true",
            limit=self.number("limit", _PAGE, _LARGEST_PAGE),
            offset=self.number("offset", 0, _FAR),
        )


class RunRoute(Route):
    """One run."""

    @web.authenticated
    @authorized
    async def get(self, ref: str) -> None:
        """Answer with everything that is known about the run."""
        await self.look(run_page, self.place, ref)

    @web.authenticated
    @authorized
    async def patch(self, ref: str) -> None:
        """Rename, note, star, hide or tag the run; `deleted: false` brings it back. Answer with the run."""
        place = self.place
        for change in changes(ref, self.fields({}, _CHANGES)):
            await call_verb(change, place.workspace)
        await self.look(run_page, place, ref)

    @web.authenticated
    @authorized
    async def delete(self, ref: str) -> None:
        """Delete the run softly."""
        await call_verb(run_verb("delete", ref), self.place.workspace)
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()


class ExplanationRoute(Route):
    """What promoting a run would keep, and why."""

    @web.authenticated
    @authorized
    async def get(self, ref: str) -> None:
        """Answer with kept and dropped cells, their reasons and lines, proposed parameters and cautions."""
        await self.look(explanation_page, self.place, ref)


def changes(ref: str, given: dict[str, Any]) -> Iterator[Verb]:
    """Yield the verbs that make what a person has changed about the run *ref*, one for each field."""
    words = {"name": "rename", "note": "note"}
    for field, value in given.items():
        if field in words:
            yield run_verb(words[field], ref, value)
        elif field in {"star", "hide"}:
            yield run_verb(field, ref, flags=() if value else ("--off",))
        elif field == "tags":
            yield run_verb("tag", ref, *(f"{key}={text}" for key, text in value.items()))
        elif not value:
            yield run_verb("restore", ref)


def run_verb(name: str, *named: str, flags: tuple[str, ...] = ()) -> Verb:
    """Return the verb `nbops runs NAME`; what the user *named* can never be read as an option."""
    return Verb(("runs", name, *flags, "--", *named))
