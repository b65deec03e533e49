"""Where papermill writes an executed notebook: beside, then renamed, so that a reader never sees half of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import PipelineError, PipelineNotFound
from nbops.pipelines.notebook.notebooks import read_notebook
from nbops.workspace import write_file

if TYPE_CHECKING:
    from collections.abc import Callable

_places: dict[str, Path] = {}


class WholeFiles:
    """A handler of papermill's for exactly the paths that were claimed; whatever else begins like them is passed on."""

    def __init__(self, beyond: Any) -> None:
        self._beyond = beyond

    def __getattr__(self, name: str) -> Any:
        return getattr(self._beyond, name)

    def write(self, content: str, path: str) -> None:
        """Write *content* to *path*, whole."""
        if path in _places:
            write_file(_places[path], content.encode())
        else:
            self._beyond.write(content, path)


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
    if not known:
        register(path, WholeFiles(handler))


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
