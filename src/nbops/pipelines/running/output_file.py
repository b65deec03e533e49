"""Where papermill writes an executed notebook: beside, then renamed, so that a reader never sees half of it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import PipelineError, PipelineNotFound
from nbops.pipelines.notebook.notebooks import read_notebook
from nbops.pipelines.notebook.slug import slug
from nbops.workspace import Workspace, write_file

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger("nbops")
_places: dict[str, Path] = {}
_failed: dict[str, OSError] = {}


class WholeFiles:
    """A handler of papermill's for exactly the paths that were claimed; whatever else begins like them is passed on."""

    def __init__(self, beyond: Any) -> None:
        self._beyond = beyond

    def __getattr__(self, name: str) -> Any:
        return getattr(self._beyond, name)

    def write(self, content: str, path: str) -> None:
        """Write *content* to *path*, whole; that a claimed one cannot be written now costs no computation."""
        if path not in _places:
            self._beyond.write(content, path)
            return
        try:
            write_file(_places[path], content.encode())
        except OSError as error:
            if path not in _failed:
                told = error.strerror or type(error).__name__
                _log.warning("the executed notebook cannot be written now (%s); the pipeline goes on", told)
            _failed[path] = error
        else:
            _failed.pop(path, None)


def claim(path: str, place: Path, handler: Any, register: Callable[[str, Any], None]) -> None:
    """Have what papermill writes to *path* land at *place* whole.

    Args:
        path: As papermill knows it.
        place: The absolute path that it means.
        handler: The one that papermill has for it now.
        register: Papermill's own way to name another one.
    """
    known = path in _places
    _places[path] = place
    _failed.pop(path, None)
    if not known:
        register(path, WholeFiles(handler))


def check_written(path: str | None) -> None:
    """Raise PipelineError where what was last written to *path*, which is claimed, did not land there."""
    error = _failed.get(path or "")
    if error is not None and path is not None:
        told = error.strerror or type(error).__name__
        raise PipelineError(
            f"the run ended well, but the executed notebook {_places[path].name} could not be written: {told}",
            hint="make room, or -o another place; the run itself is on record",
        ) from error


def default_output(pipeline: str, run: str, workspace: Workspace) -> Path:
    """Return where the notebook that *run* executes of *pipeline* is written, unless another place is asked for."""
    return workspace.outputs / f"{slug(pipeline)}-{run[:8]}.ipynb"


def check_output(output: Path, notebook: Path) -> None:
    """Refuse an *output* that would overwrite *notebook*, or a file that is not an executed notebook.

    Raises:
        PipelineError: It would; the sentence says what lies there.
    """
    if output.suffix != ".ipynb" or output.is_dir():
        raise PipelineError(
            f"an executed notebook is a notebook, and {output.name!r} is not the name of one", hint="-o NAME.ipynb"
        )
    if not output.exists():
        return
    if output.resolve() == notebook.resolve() or output.samefile(notebook):
        raise PipelineError(f"{output.name} is the notebook itself, which is never overwritten", hint="-o another file")
    try:
        executed = "papermill" in read_notebook(output).metadata
    except (PipelineError, PipelineNotFound):
        executed = False
    if not executed:
        raise PipelineError(
            f"{output} is there already and is not the output of a former run", hint="-o another file, or delete it"
        )
