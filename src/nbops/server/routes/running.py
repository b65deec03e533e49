"""`nbops/running`: pipelines that run now, whoever started them, and stopping one."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbops.server.pages.running import running_page
from nbops.server.route import Route
from nbops.server.verb import verb


class RunningRoute(Route):
    """What runs now."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `{"running": […], "now": seconds since the epoch}`, the latest begun first."""
        await self.look(running_page, self.place)


class CancelRoute(Route):
    """The end of one of them."""

    @web.authenticated
    @authorized
    async def post(self, run: str) -> None:
        """Stop the run with every process that it has started; answer with the run, which is KILLED."""
        self.fields({})
        await self.act(verb("cancel", run))
