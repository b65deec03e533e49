"""Columns whose values nobody is to read in a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbops.workspace import Workspace


def sensitive_columns(names: Iterable[str], workspace: Workspace) -> set[str]:
    """Return those of *names* that any contract of the project calls sensitive, or that are called like personal data.

    A contract that cannot be read hides all of them: it may have said so.
    """
    from nbops.capture.secrets.private_columns import is_private_column
    from nbops.contracts.find_contract import list_contracts
    from nbops.contracts.read_contract import read_contract

    asked = set(names)
    hidden = {name for name in asked if is_private_column(name)}
    try:
        contracts = [read_contract(path) for path in list_contracts(workspace)]
    except (ContractError, OSError):
        return asked
    return hidden | {name for one in contracts for name, terms in one.columns.items() if terms.sensitive} & asked
