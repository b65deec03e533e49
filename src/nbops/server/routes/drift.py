"""`nbops/drift`: what the watches saw."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbops.server.pages.drift import drift_page
from nbops.server.route import Route


class DriftRoute(Route):
    """Watches and their reports."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `{"watches": [{…, "reports": […]}]}`, reports oldest first."""
        await self.look(drift_page, self.place)
