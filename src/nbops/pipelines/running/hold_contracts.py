"""Hold the data that a pipeline is about to read against their contracts, before any kernel starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.contracts.contract import Contract
from nbops.contracts.rows import is_away
from nbops.contracts.terms import BLOCK, WARN
from nbops.contracts.violation import Checked, Violation
from nbops.errors import ContractViolated, NbopsError, PipelineError
from nbops.pipelines.notebook.attached_contracts import attached_contracts, newer_version
from nbops.pipelines.notebook.notebooks import PARAMETERS
from nbops.pipelines.notebook.read_schema import read_schema
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

_LONGEST = 2000
STATE, HELD, FOUND, BECAUSE = "nbops.contract", "nbops.contract.held", "nbops.contract.found", "nbops.contract.because"


def hold_contracts(
    notebook: NotebookNode,
    parameters: Mapping[str, Any],
    workspace: Workspace,
    folder: Path,
    *,
    contract: str = BLOCK,
    because: str = "",
) -> dict[str, str]:
    """Check each data parameter that has a contract, and return what the run is tagged with.

    Args:
        notebook: Of the pipeline.
        parameters: Checked already; what is not given keeps its default.
        workspace: Where snapshots lie.
        folder: Where the code runs, which is what relative paths are meant from.
        contract: `block` refuses data that break a rule that blocks; `warn` lets them pass, on record.
        because: Why they may pass.

    Returns:
        `nbops.contract` (`ok`, `warn`, or `ignored` where something that blocks was let pass), `.held` (which contract
        of which parameter), `.found` (a sentence a line) and `.because`; nothing for a pipeline without contracts.

    Raises:
        ContractViolated: The data break a rule that blocks; the sentence names every one.
        ContractError: A contract in the notebook is damaged.
        PipelineError: *contract* is neither `block` nor `warn`.
    """
    if contract not in {BLOCK, WARN}:
        raise PipelineError(f"contract is {contract!r}", hint=f"{BLOCK} or {WARN}")
    defaults = {item["name"]: item.get("default") for item in read_schema(notebook) or ()}
    held: list[str] = []
    found: list[tuple[str, Violation]] = []
    notes: list[str] = []
    for parameter, one in attached_contracts(notebook).items():
        if not _is_read(notebook, parameter):
            notes.append(f"{parameter}: not checked, because the pipeline reads its data from a snapshot")
            continue
        checked = _checked(one, parameters.get(parameter, defaults.get(parameter)), workspace, folder)
        held.append(f"{parameter}: {one.name} v{one.version}")
        found += [(parameter, violation) for violation in checked.violations]
        notes += [f"{parameter}: {note}" for note in checked.notes]
        if newer := newer_version(notebook, parameter, workspace):
            notes.append(f"{parameter}: {one.name} is at version {newer} now (nbops contract attach)")
    blocking = [f"{parameter}: {one.sentence}" for parameter, one in found if one.blocks]
    if blocking and contract == BLOCK:
        raise ContractViolated(
            ", ".join(line.partition(": ")[2] for line in held), blocking,
        )  # fmt: skip
    if not held and not notes:
        return {}
    state = "ignored" if blocking else WARN if found else "ok"
    lines = [f"{parameter}: {one.sentence}" for parameter, one in found] + notes
    tags = {
        STATE: state,
        HELD: "; ".join(held),
        FOUND: "\n".join(lines)[:_LONGEST],
        BECAUSE: because if blocking else "",
    }
    return {name: text for name, text in tags.items() if text}


def _checked(contract: Contract, location: Any, workspace: Workspace, folder: Path) -> Checked:
    """Return what the check says; data that are not there break their contract, data in another form are let pass."""
    try:
        return contract.check(_place(location, folder), workspace=workspace)
    except (NbopsError, OSError, ValueError) as error:
        said = f"the data cannot be read: {error}"
        known = not isinstance(error, NbopsError) or is_away(error)
        violation = Violation("", "read", BLOCK if known else WARN, 0, 0, (), said)
        blank = Checked(not known, (violation,), "alert" if known else WARN, contract.name, contract.version)
        return replace(blank, dataset=str(location))


def _place(location: Any, folder: Path) -> Any:
    """Return where *location* lies, seen from here; what is no file may be the name of a snapshot."""
    if not isinstance(location, str | Path):
        raise PipelineError(f"{location!r} names no data")
    if "://" in str(location):
        return location
    path = folder / location
    return path if path.exists() or path.suffix else location


def _is_read(notebook: NotebookNode, parameter: str) -> bool:
    """Say whether a cell beyond the parameters' own uses the name."""
    return any(
        parameter in cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and PARAMETERS not in cell.metadata.get("tags", [])
    )
