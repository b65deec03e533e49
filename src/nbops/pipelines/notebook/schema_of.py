"""The JSON Schema of a pipeline's parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbops.errors import PipelineError
from nbops.pipelines.notebook.notebooks import read_notebook
from nbops.pipelines.notebook.read_schema import read_schema
from nbops.pipelines.parameters.json_schema import json_schema


def schema_of(path: str | Path) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the parameters that the pipeline at *path* takes.

    Raises:
        PipelineNotFound: There is no such file.
        PipelineError: It is no notebook, or no pipeline of nbops.
    """
    notebook = read_notebook(Path(path))
    schema = read_schema(notebook)
    if schema is None:
        raise PipelineError(
            f"{Path(path).name} is not a pipeline that nbops made, so that its parameters have no types"
        )
    return json_schema(str(notebook.metadata["nbops"].get("pipeline") or Path(path).stem), schema)
