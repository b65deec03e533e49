"""Which parameter tells a pipeline where its data lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.errors import ConfigError
from nbops.pipelines.notebook.attached_contracts import attached_contracts
from nbops.pipelines.notebook.notebooks import PARAMETERS
from nbops.pipelines.notebook.read_schema import read_schema

if TYPE_CHECKING:
    from nbformat import NotebookNode


def find_parameter(notebook: NotebookNode, named: str = "") -> str:
    """Return the data parameter of the pipeline *notebook*: the one *named*, else the only one that there is.

    Raises:
        ConfigError: There is none or no such, there are several, or no cell reads it, so that the pipeline would train
            on the data that it always trained on.
    """
    schema = read_schema(notebook)
    known = [str(item["name"]) for item in schema or ()]
    if named and schema is not None and named not in known:
        raise ConfigError(f"the pipeline has no parameter {named!r}", hint=", ".join(known) or "it has none")
    if not named:
        found = list(attached_contracts(notebook)) or [
            str(item["name"]) for item in schema or () if item.get("kind") == "data"
        ]
        if len(found) != 1:
            told = "several parameters name data" if found else "no parameter of the pipeline names data"
            raise ConfigError(told, hint=f"--data-parameter {found[0] if found else 'NAME'}")
        named = found[0]
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if not any(named in cell.source for cell in cells if PARAMETERS not in cell.metadata.get("tags", [])):
        raise ConfigError(
            f"no cell of the pipeline reads {named!r}: it would train on the same data again",
            hint="promote it so that it reads its data from the file",
        )
    return named
