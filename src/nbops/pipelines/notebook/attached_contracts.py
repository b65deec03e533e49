"""The contracts that a pipeline carries in its notebook's metadata: parameter → contract, as it was attached."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.contracts.contract import Contract
from nbops.contracts.find_contract import contract_path, contracts_for
from nbops.contracts.read_contract import parse_contract
from nbops.errors import ContractError
from nbops.pipelines.notebook.read_schema import read_schema
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

KEY = "contracts"
_TEXT, _PATH = "yaml", "path"


def attached_contracts(notebook: NotebookNode) -> dict[str, Contract]:
    """Return the contract of each parameter that has one.

    Raises:
        ContractError: What the notebook holds is no contract.
    """
    found = {}
    for parameter, told in _entries(notebook).items():
        text = told.get(_TEXT) if isinstance(told, Mapping) else None
        if not isinstance(text, str):
            raise ContractError(f"the contract of parameter {parameter!r} in the pipeline's notebook is damaged")
        found[parameter] = parse_contract(text, f"the contract of parameter {parameter!r}")
    return found


def put_contract(notebook: NotebookNode, parameter: str, contract: Contract, path: str) -> None:
    """Write a copy of *contract*, whose file is *path*, into the metadata of *notebook*."""
    told = {"name": contract.name, "version": contract.version, _PATH: path, _TEXT: contract.to_yaml()}
    notebook.metadata["nbops"][KEY] = {**_entries(notebook), parameter: told}


def drop_contract(notebook: NotebookNode, parameter: str) -> None:
    """Take the contract of *parameter* out of the metadata of *notebook*."""
    kept = {name: told for name, told in _entries(notebook).items() if name != parameter}
    notebook.metadata["nbops"].pop(KEY, None)
    if kept:
        notebook.metadata["nbops"][KEY] = kept


def carry_contracts(notebook: NotebookNode, former: NotebookNode | None, workspace: Workspace) -> tuple[str, ...]:
    """Give the pipeline *notebook*, about to be written, the contracts that it is to have.

    Those are what its predecessor at the same path carried, in the newest version of their file, and each contract of
    the project whose `data:` names the default of one of its data parameters.

    Returns:
        Sentences about contracts that cannot be read; they hold up nothing.
    """
    schema = read_schema(notebook) or []
    told: list[str] = []
    entries = {} if former is None else _entries(former)
    for parameter, entry in entries.items():
        if any(item["name"] == parameter for item in schema):
            notebook.metadata["nbops"][KEY] = {**_entries(notebook), parameter: entry}
            _renew(notebook, parameter, entry, workspace, told)
    folder = workspace.project / str(notebook.metadata["nbops"].get("directory") or ".")
    for item in schema:
        if item.get("kind") != "data" or item["name"] in entries or not isinstance(item.get("default"), str):
            continue
        try:
            found = contracts_for(item["default"], folder, workspace)
        except ContractError as error:
            return (*told, f"no contract was attached to `{item['name']}`: {error}")
        if len(found) > 1:
            names = ", ".join(one.name for _, one in found)
            told.append(f"`{item['name']}` has no contract, because several name its data: {names}")
        elif found:
            put_contract(notebook, item["name"], found[0][1], workspace.relative(found[0][0]))
    return tuple(told)


def _renew(notebook: NotebookNode, parameter: str, entry: Any, workspace: Workspace, told: list[str]) -> None:
    path = workspace.project / str(entry.get(_PATH) or "") if isinstance(entry, Mapping) else None
    if path is None or not path.is_file():
        return
    try:
        put_contract(notebook, parameter, Contract.read(path), workspace.relative(path))
    except ContractError as error:
        told.append(f"`{parameter}` keeps the contract that it had: {error}")


def newer_version(notebook: NotebookNode, parameter: str, workspace: Workspace) -> int | None:
    """Return the version of the file that the contract of *parameter* was copied from, where it has risen since."""
    entry = _entries(notebook).get(parameter, {})
    path = Path(workspace.project / str(entry.get(_PATH) or contract_path(str(entry.get("name")), workspace)))
    try:
        version = Contract.read(path).version
    except ContractError:
        return None
    return version if version > int(entry.get("version") or 0) else None


def _entries(notebook: NotebookNode) -> dict[str, Any]:
    entries = notebook.metadata.get("nbops", {}).get(KEY) or {}
    if not isinstance(entries, Mapping):
        raise ContractError("the contracts in the pipeline's notebook are damaged")
    return dict(entries)
