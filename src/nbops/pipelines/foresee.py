"""What a run of a pipeline would do, told without a kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nbops.capture.secrets.redaction import redact_value
from nbops.pipelines.list_pipelines import find_pipeline
from nbops.pipelines.notebook.notebooks import TARGET, inject, read_notebook
from nbops.pipelines.notebook.read_schema import read_schema
from nbops.pipelines.notebook.state_of import state_of
from nbops.pipelines.parameters.check_parameters import check_name, check_parameters
from nbops.pipelines.parameters.shown import shown
from nbops.pipelines.resuming.entries import Entries
from nbops.pipelines.resuming.reuse import code_of
from nbops.pipelines.running.cell_title import cell_title
from nbops.pipelines.running.spec import title_of
from nbops.workspace import Workspace, find_workspace


@dataclass(frozen=True, slots=True)
class ForeseenCell:
    """A cell of code.

    Attributes:
        number: As in `In [number]` of the executed notebook.
        title: Its first telling line, secrets masked.
        kept_by: Run that kept what the cell leaves behind, so that it may be skipped; empty where none did.
        seconds: What skipping it would save.
    """

    number: int
    title: str
    kept_by: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a run would do.

    Attributes:
        pipeline: Its name.
        notebook: As seen from the project.
        state, reason: `verified`, `stale` or `unverified`, and why.
        parameters: Name → value as Python shows it, defaults included, secrets masked.
        cells: In order.
    """

    pipeline: str
    notebook: str
    state: str
    reason: str
    parameters: Mapping[str, str]
    cells: tuple[ForeseenCell, ...]

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def foresee(
    pipeline: str | Path, parameters: Mapping[str, Any] | None = None, *, fresh: bool = False,
    workspace: Workspace | None = None,
) -> Foreseen:  # fmt: skip
    """Check *parameters* and say what running *pipeline* with them would execute. Starts no kernel, records no run.

    Whether a kept cell is skipped in the end depends on files, packages and what the cells before it give, which only
    the run itself can tell.

    Args:
        pipeline: Path of the notebook, or its name.
        parameters: As for `run`.
        fresh: Every cell would be executed.
        workspace: The current directory's by default.

    Raises:
        PipelineNotFound: There is no such notebook.
        ParameterError: An unknown name, a wrong type or a value out of range.
    """
    place = workspace or find_workspace()
    path = find_pipeline(pipeline, place)
    notebook = read_notebook(path)
    schema = read_schema(notebook)
    for name in parameters or {}:
        check_name(name)
    given = check_parameters(dict(parameters or {}), schema)
    title = title_of(notebook, path)
    state = state_of(path, place)
    whole = inject(notebook, "# Parameters" if given else "")
    code = [cell for cell in whole.cells if cell.cell_type == "code" and cell.source.strip()]
    entries = Entries(place)
    cells = []
    for number, cell in enumerate(code, 1):
        may = not fresh and TARGET not in cell.metadata.get("tags", ())
        entry = next(entries.of_code(code_of(cell)), None) if may else None
        kept = (entry.run, entry.execution.duration) if entry else ("", 0.0)
        cells.append(ForeseenCell(number, cell_title(cell.source), *kept))
    values = {item["name"]: item.get("default") for item in schema or ()} | given
    told = {name: shown(redact_value(name, value)[0]) for name, value in values.items()}
    return Foreseen(title, place.relative(path), state.state, state.reason, told, tuple(cells))
