"""What a kernel has to know of the run that it executes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.capture.cells.pipeline_mode import source_hash
from nbops.pipelines.notebook.notebooks import INJECTED, PARAMETERS, TARGET
from nbops.pipelines.notebook.read_schema import read_schema
from nbops.recording.run import LINEAGE_TAG
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

_SHOWN = 3
_TRACK = re.compile(r"^\s*%%?track\b", re.MULTILINE)


def spec_of(
    notebook: NotebookNode,
    parameters: Mapping[str, Any],
    run_id: str,
    path: Path,
    workspace: Workspace,
    *,
    name: str = "",
    tags: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the run of *notebook* as `pipeline_mode` and `settle` read it.

    The cells captured are those that a promotion made targets; in a notebook that nobody promoted, the cells with
    `%%track`, and where there is none, every cell.

    Args:
        notebook: Executed next.
        parameters: Name → value, where it is not the default.
        run_id: Of the run.
        path: Of the notebook.
        workspace: Where the run is recorded.
        name: Of the run; default: the pipeline's, and the first few parameters.
        tags: More tags.
    """
    told = notebook.metadata.get("nbops", {})
    title = title_of(notebook, path)
    defaults = {item["name"]: item.get("default") for item in read_schema(notebook) or ()}
    shown = " ".join(f"{key}={value}" for key, value in list(parameters.items())[:_SHOWN])
    lineage = {LINEAGE_TAG: str(told.get("lineage") or told["run"])} if told.get("run") else {}
    return {
        "run": run_id,
        "name": name or f"{title} {shown}".strip(),
        "experiment": told.get("experiment") or title,
        "parameters": {key: _plain(value) for key, value in (defaults | dict(parameters)).items()},
        "targets": _targets(notebook),
        "notebook": workspace.relative(path),
        "tags": {"nbops.pipeline": title} | lineage | dict(tags or {}),
    }


def title_of(notebook: NotebookNode, path: Path) -> str:
    """Return the name of the pipeline: as it was promoted, else the file's."""
    return str(notebook.metadata.get("nbops", {}).get("pipeline") or path.stem)


def _targets(notebook: NotebookNode) -> list[str]:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    chosen = [cell for cell in code if TARGET in cell.metadata.get("tags", [])]
    if not chosen and not any(_TRACK.search(cell.source) for cell in code):
        tagged = {PARAMETERS, INJECTED}
        chosen = [cell for cell in code if not tagged & set(cell.metadata.get("tags", []))]
    return [source_hash(cell.source) for cell in chosen]


def _plain(value: Any) -> Any:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else str(value)
    return value
