"""The Jupyter server extension."""

from __future__ import annotations

from jupyter_server.extension.application import ExtensionApp

from nbops.server.errands import Errands
from nbops.server.routes import ROUTES


class NbopsApp(ExtensionApp):
    """Serves runs, pipelines, models and drift of the workspace to the sidebar."""

    name = "nbops"
    extension_url = "/nbops"
    load_other_extensions = True

    def initialize_handlers(self) -> None:
        """Add our routes."""
        self.handlers.extend(ROUTES)

    def initialize_settings(self) -> None:
        """Make room for what runs longer than a request."""
        self.errands = Errands()
        self.settings["nbops_errands"] = self.errands

    async def stop_extension(self) -> None:
        """End the processes that were started for the sidebar."""
        await self.errands.stop()
