"""`nbops/alerts`: what somebody must act on, and what people do about it."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbops.server.pages.alerts import alerts_page
from nbops.server.route import Route
from nbops.server.verb import Verb


class AlertsRoute(Route):
    """Alerts of the workspace."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `{"alerts": […], "open": how many}`, open ones first."""
        await self.look(alerts_page, self.place)


class AcknowledgementRoute(Route):
    """Somebody acts."""

    @web.authenticated
    @authorized
    async def post(self, ref: str) -> None:
        """Acknowledge, with an optional `note`."""
        given = self.fields({}, {"note": str})
        await self.act(_verb("ack", ref, note=given.get("note")))


class SnoozeRoute(Route):
    """Not now."""

    @web.authenticated
    @authorized
    async def post(self, ref: str) -> None:
        """Keep quiet `for` a length of time, or `until` a point in time, with an optional `note`."""
        given = self.fields({}, {"for": str, "until": str, "note": str})
        if ("for" in given) == ("until" in given):
            raise web.HTTPError(400, "give either the field 'for' (4h) or 'until' (2030-01-31T08:00)")
        await self.act(_verb("snooze", ref, **given))


class ResolutionRoute(Route):
    """It is over."""

    @web.authenticated
    @authorized
    async def post(self, ref: str) -> None:
        """Resolve, with an optional `note`."""
        given = self.fields({}, {"note": str})
        await self.act(_verb("resolve", ref, note=given.get("note")))


def _verb(name: str, ref: str, **options: str | None) -> Verb:
    chosen = [f"--{option}={value}" for option, value in options.items() if value is not None]
    return Verb(("alerts", name, "--json", *chosen, "--", ref))
