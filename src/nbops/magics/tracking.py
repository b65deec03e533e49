"""`%%track`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from nbops.capture.cells.request_tracking import request_tracking
from nbops.capture.track_request import TrackRequest
from nbops.magics.parse import parse

if TYPE_CHECKING:
    from argparse import Namespace

    from IPython.core.interactiveshell import InteractiveShell


@magics_class
class TrackingMagics(Magics):
    """Record cells as runs."""

    shell: InteractiveShell

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("name", nargs="*", help="run name, made from the model and what changed if omitted; or `last` or a count")
    @argument("--experiment", help="MLflow experiment; the notebook's name if omitted")
    @argument("--params", help="exactly these names are parameters, separated by commas")
    @argument("--metrics", help="exactly these names are metrics, separated by commas")
    @argument("--model", help="this name is the model")
    @argument("--no-data", action="store_true", help="snapshot no frames")
    @argument("--cell", action="store_true", help="stands above the cell that it records")
    def track(self, line: str) -> None:
        """Record this cell as a run; `%track last` or `%track 12` records one that has already run."""
        given = parse(self.track, line)
        given.name = " ".join(given.name) or None
        request = TrackRequest(
            name=given.name or "",
            experiment=given.experiment or "",
            params=_names(given.params),
            metrics=_names(given.metrics),
            model=given.model,
            no_data=given.no_data,
        )
        if _is_past(given):
            from nbops.capture.cells.track_past import track_past  # seldom needed

            track_past(self.shell, given.name, request)
        else:
            request_tracking(self.shell, request)

    @cell_magic("track")  # type: ignore[arg-type]
    def track_cell(self, line: str, cell: str) -> None:  # noqa: ARG002 # as IPython calls it
        """Record this cell as a run.

        `%%track [NAME] [--experiment E] [--params a,b] [--metrics x,y] [--model m] [--no-data]`

        Alone, literals assigned in the cell are parameters, numbers computed in it are metrics, fitted estimators are
        models, figures are artifacts and the frames that it reads are snapshotted. `%track?` tells what each flag does.
        """
        # For help and completion only: `cell_to_line` rewrites the line before a cell can get here.
        raise UsageError("%%track has to be the first line of a cell")


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())


def _is_past(given: Namespace) -> bool:
    return not given.cell and given.name is not None and (given.name == "last" or given.name.isdigit())
