"""`nbops/status`: what a person wants to know at a glance."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbops.server.pages.status import status_page
from nbops.server.route import Route


class StatusRoute(Route):
    """The workspace at a glance."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `{"version", "workspace", "pending", "recorder", "alerts"}`."""
        await self.look(status_page, self.place)
