"""Write an inferred contract where it belongs, over a former version if there is one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.contracts.contract import Contract
from nbops.contracts.diff_contracts import diff_contracts
from nbops.contracts.find_contract import contract_path
from nbops.contracts.infer_again import infer_again

if TYPE_CHECKING:
    from nbops.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Saved:
    """A contract that lies in a file now.

    Attributes:
        contract: As it was written.
        path: Where.
        changes: What it says otherwise than the former version; empty where there was none, or nothing has changed.
        sentence: What became of the file.
    """

    contract: Contract
    path: Path
    changes: tuple[str, ...]
    sentence: str


def save_contract(contract: Contract, to: Path | None, workspace: Workspace) -> Saved:
    """Write *contract* to *to*, or to `contracts/NAME.yaml` of the project.

    What people decided in a former version stays; the version rises where anything else has changed, and otherwise the
    file is left alone.

    Raises:
        ContractError: The file that is there cannot be read, or this one not written.
    """
    path = Path(to).absolute() if to is not None else contract_path(contract.name, workspace)
    shown = workspace.relative(path)
    if not path.exists():
        contract.write(path)
        return Saved(contract, path, (), f"{shown} written")
    former = Contract.read(path)
    new = infer_again(former, contract)
    changes = tuple(diff_contracts(former, new))
    if not changes:
        return Saved(former, path, (), f"{shown} stays at version {former.version}: nothing has changed")
    new.write(path)
    return Saved(new, path, changes, f"{shown} is version {new.version} now, {len(changes)} changes")
