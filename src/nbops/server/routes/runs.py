"""`nbops/runs`: what was recorded, and what a person may change about it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbops.server.pages.runs import change_run, delete_run_from, run_page, runs_page
from nbops.server.route import Route

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
        """Rename, note, star, hide or tag the run; `deleted: false` brings it back."""
        await self.look(change_run, self.place, ref, self.fields({}, _CHANGES))

    @web.authenticated
    @authorized
    async def delete(self, ref: str) -> None:
        """Delete the run softly."""
        await self.away(delete_run_from, self.place, ref)
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()
