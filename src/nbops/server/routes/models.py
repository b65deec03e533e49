"""`nbops/models`: versions, the aliases that point at them, and the way back."""

from __future__ import annotations

from http import HTTPStatus

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbops.server.pages.models import models_page
from nbops.server.route import Route
from nbops.server.verb import verb


class ModelsRoute(Route):
    """Registered models."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `{"models": [{"name", "versions": […]}]}`."""
        await self.look(models_page, self.place)

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Register the model of `run` as the next version of `name`."""
        given = self.fields({"run": str, "name": str})
        await self.act(verb("register", given["run"], given["name"]), HTTPStatus.CREATED)


class AliasRoute(Route):
    """One alias of a model."""

    @web.authenticated
    @authorized
    async def put(self, name: str, alias: str) -> None:
        """Point the alias at `version`."""
        given = self.fields({"version": int}, {"reason": str})
        options = {"--reason": given.get("reason")}
        await self.act(verb("assign", name, str(given["version"]), alias, options=options))


class RollbacksRoute(Route):
    """The way back."""

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Point `alias` at the version that it pointed at before."""
        given = self.fields({"alias": str})
        await self.act(verb("rollback", name, given["alias"]))
