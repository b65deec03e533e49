"""The contracts of a project, and which of them is meant."""

from __future__ import annotations

import difflib
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.contracts.contract import Contract
from nbops.contracts.contract_name import contract_name
from nbops.errors import ContractError

if TYPE_CHECKING:
    from nbops.workspace import Workspace

FOLDER = "contracts"


def contract_path(name: str, workspace: Workspace) -> Path:
    """Return where the contract called *name* lies, or would."""
    return workspace.project / FOLDER / f"{contract_name(name)}.yaml"


def find_contract(ref: str | Path, workspace: Workspace) -> Path:
    """Return the file that *ref* means: a path, or the name of a contract of the project.

    Raises:
        ContractError: There is none.
    """
    with suppress(OSError, RuntimeError):  # what no file can be called; a home that is nobody's
        for path in (Path(ref).expanduser(), workspace.project / ref, contract_path(str(ref), workspace)):
            if path.is_file():
                return path.absolute()
    known = [path.stem for path in list_contracts(workspace)]
    near = difflib.get_close_matches(str(ref), known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"one of: {', '.join(known)}" if known else "nbops contract infer"
    raise ContractError(f"there is no contract {str(ref)!r}", hint=hint)


def list_contracts(workspace: Workspace) -> list[Path]:
    """Return the files of the project's contracts, by name."""
    folder = workspace.project / FOLDER
    return sorted(path for kind in ("*.yaml", "*.yml") for path in folder.glob(kind))


def contracts_for(location: str, folder: Path, workspace: Workspace) -> list[tuple[Path, Contract]]:
    """Return the contracts whose `data:` names *location*.

    Args:
        location: A path as code that runs in *folder* spells it, an address, or the name of a snapshot.
        folder: Absolute.
        workspace: Of the project; what a contract names is meant from the project's folder.

    Raises:
        ContractError: A contract of the project cannot be read.
    """
    found = []
    for path in list_contracts(workspace):
        contract = Contract.read(path)
        if contract.location and _same(contract.location, workspace.project, location, folder):
            found.append((path, contract))
    return found


def _same(one: str, first: Path, other: str, second: Path) -> bool:
    if one == other and ("://" in one or first == second):
        return True
    if "://" in one or "://" in other:
        return False
    return os.path.realpath(first / one) == os.path.realpath(second / other)
