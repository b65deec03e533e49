"""`nbops/errands`: what runs longer than a request."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbops.server.route import Route


class ErrandRoute(Route):
    """One errand."""

    @web.authenticated
    @authorized
    async def get(self, key: str) -> None:
        """Answer with its state, progress, and result or error."""
        self.tell(self.errands.get(key).to_wire())
