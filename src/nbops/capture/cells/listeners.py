"""Everything that listens while a tracked cell runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.capture.boundary import unharmed
from nbops.capture.surroundings.figures import FigureListener
from nbops.capture.surroundings.output import Output, OutputListener
from nbops.capture.surroundings.raised_warnings import WarningListener
from nbops.capture.surroundings.resources import ResourceListener

if TYPE_CHECKING:
    from nbops.capture.runs.session import CaptureSession


class CellListeners:
    """Listens to figures, output, warnings and resources of one cell.

    Attributes:
        figures: What it draws.
        resources: Processor seconds and peak memory, once it has ended.
    """

    def __init__(self, shell: Any) -> None:
        self.figures = FigureListener(shell)
        self.resources: dict[str, Any] = {}
        self._output = OutputListener()
        self._warnings = WarningListener()
        self._resources = ResourceListener()
        self._begun = False

    def begin(self) -> None:
        """Listen from now on."""
        self._begun = True
        for what, begin in (
            ("the figures of a cell", self.figures.begin),
            ("the output of a cell", self._output.attach),
            ("the warnings of a cell", self._warnings.begin),
            ("the resources of a cell", self._resources.begin),
        ):
            with unharmed(what):
                begin()

    def attach(self) -> None:
        """Listen also to streams that have taken the place of the former ones, as under `%%capture`."""
        if self._begun:
            with unharmed("the output of a cell"):
                self._output.attach()

    def end(self) -> None:
        """Listen no more, and leave everything as it was."""
        if not self._begun:
            return
        self._begun = False
        with unharmed("the resources of a cell"):
            self.resources = self._resources.end()
        for end in (self._output.detach, self._warnings.end, self.figures.end):
            with unharmed("what a cell showed"):
                end()

    def facts(self, session: CaptureSession) -> dict[str, Any]:
        """Return output, warnings and resources as fields of a `RunClosed`, and how many secrets were masked there."""
        facts: dict[str, Any] = {"resources": self.resources, "masked": 0}
        with unharmed("the output of a cell"):
            output = self._output.output()
            if output.text:
                facts["output"] = _described(output, session)
                facts["masked"] += output.masked
        with unharmed("the warnings of a cell"):
            facts["warned"], masked = self._warnings.heard()
            facts["masked"] += masked
        return facts


def _described(output: Output, session: CaptureSession) -> dict[str, Any]:
    return {
        # What is lost in a power cut are the prints of the last seconds; waiting for the disk would cost every cell.
        "blob": session.put(output.text.encode(errors="replace"), durable=False),
        "lines": output.text.count("\n") + (not output.text.endswith("\n")),
        "written": output.written,
        "cut": output.cut,
    }
