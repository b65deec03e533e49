"""Bind a contract to a data parameter of a pipeline, or take it off."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.contracts.contract import Contract
from nbops.contracts.find_contract import find_contract
from nbops.errors import ParameterError, PipelineError
from nbops.pipelines.list_pipelines import find_pipeline
from nbops.pipelines.notebook.attached_contracts import drop_contract, put_contract
from nbops.pipelines.notebook.notebooks import read_notebook, write_notebook
from nbops.pipelines.notebook.read_schema import read_schema
from nbops.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode


def attach(
    pipeline: str | Path, parameter: str, contract: str | Path | None, *, workspace: Workspace | None = None
) -> Contract | None:
    """Copy *contract* into the pipeline's notebook, where every run holds what *parameter* names against it.

    Args:
        pipeline: Path of the notebook, or its name.
        parameter: That names the data.
        contract: Name or path; None takes off what is there.
        workspace: The current directory's by default.

    Raises:
        PipelineNotFound: There is no such notebook.
        PipelineError: It is no pipeline that nbops made.
        ParameterError: It has no such parameter, or one that names no data.
        ContractError: There is no such contract, or it cannot be read.
    """
    place = workspace or find_workspace()
    path = find_pipeline(pipeline, place)
    notebook = read_notebook(path)
    _refuse_other(notebook, path, parameter)
    if contract is None:
        drop_contract(notebook, parameter)
        write_notebook(notebook, path)
        return None
    file = find_contract(contract, place)
    found = Contract.read(file)
    put_contract(notebook, parameter, found, place.relative(file))
    write_notebook(notebook, path)
    return found


def _refuse_other(notebook: NotebookNode, path: Path, parameter: str) -> None:
    schema: list[dict[str, Any]] | None = read_schema(notebook)
    if schema is None:
        raise PipelineError(f"{path.name} is not a pipeline that nbops made, so that no parameter of it names data")
    known = {str(item["name"]): item for item in schema}
    if parameter not in known:
        near = difflib.get_close_matches(parameter, known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"one of: {', '.join(known) or 'none'}"
        raise ParameterError(f"the pipeline has no parameter {parameter!r}", hint=hint)
    item = known[parameter]
    if item.get("kind") != "data" and not isinstance(item.get("default"), str):
        text = [name for name, one in known.items() if one.get("kind") == "data"]
        raise ParameterError(f"parameter {parameter!r} names no data", hint=", ".join(text) or None)
