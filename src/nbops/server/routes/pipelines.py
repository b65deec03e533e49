"""`nbops/pipelines`: promoted notebooks, promoting, and running them."""

from __future__ import annotations

import json
from dataclasses import replace

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbops.server.pages.pipelines import pipelines_page
from nbops.server.place import inside
from nbops.server.route import Route
from nbops.server.verb import verb

_ANSWERS = frozenset({0, 3})
"""With 3, `nbops verify` has found that the proof does not hold."""


class PipelinesRoute(Route):
    """Pipelines of the workspace."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `{"pipelines": […]}`, latest first, each with its last runs."""
        await self.look(pipelines_page, self.place)

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Promote `run` to the pipeline `name`, or to the notebook `to`: 202 and an errand."""
        given = self.fields({"run": str}, {"to": str, "name": str})
        place = self.place
        target = str(inside(place.root, given["to"])) if "to" in given else None
        named = given.get("name", "").strip() or None
        self.send_out(verb("promote", given["run"], options={"--to": target, "--name": named}))


class PipelineRunsRoute(Route):
    """Runs of one pipeline."""

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Run the pipeline with `parameters`: 202 and an errand."""
        given = self.fields({}, {"parameters": dict})
        inside(self.place.root, name)
        values = json.dumps(given["parameters"]) if given.get("parameters") else None
        self.send_out(verb("run", name, options={"--parameters_yaml": values}))


class VerificationsRoute(Route):
    """Proofs of one pipeline."""

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Prove the pipeline again, as it is now: 202 and an errand; that it does not hold is an answer, too."""
        self.fields({})
        inside(self.place.root, name)
        self.send_out(replace(verb("verify", name), answers=_ANSWERS))
