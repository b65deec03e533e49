"""What a dataset is expected to be, in words that no engine owns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.contracts.terms import WARN, Relation, RowTerms, Terms

if TYPE_CHECKING:
    from nbops.contracts.violation import Checked
    from nbops.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Contract:
    """Declared expectations on a dataset.

    Attributes:
        name: What it is called; its file is `contracts/NAME.yaml`.
        version: Rises when what it says changes.
        columns: Terms by label.
        rows: How many rows there are.
        keys: Columns that are unique together.
        relations: What holds between columns.
        unknown_columns: `warn`, `block` or `allow` columns that it does not name.
        location: Where the data lie (a path from the project's folder, an address, or a snapshot's name).
        description: For people.
    """

    name: str
    version: int = 1
    columns: Mapping[str, Terms] = field(default_factory=dict)
    rows: RowTerms = field(default_factory=RowTerms)
    keys: tuple[tuple[str, ...], ...] = ()
    relations: tuple[Relation, ...] = ()
    unknown_columns: str = WARN
    location: str = ""
    description: str = ""

    @property
    def rules(self) -> int:
        """How many rules it holds."""
        told: list[object] = [self.rows.range, self.rows.per_window, *self.keys, *self.relations]
        for terms in self.columns.values():
            told += [(), terms.type, terms.range, terms.values, terms.missing, terms.fresh, terms.length]
            told += [terms.unique or None]
        return sum(one is not None for one in told)

    def check(self, data: Any, *, workspace: Workspace | str | Path | None = None) -> Checked:
        """Hold *data* against the contract.

        Args:
            data: DataFrame of any library, snapshot (or its name or id), path or address of a CSV or Parquet file; or a
                `Profile`, of which rules that need rows are only judged as far as it tells.
            workspace: Where snapshots lie; default: the one of the current directory.

        Raises:
            ContractError: *data* is a file that cannot be read.
            ProfileError: *data* is no dataset.
            SnapshotNotFound: A text names neither a file nor a snapshot.
        """
        from nbops.contracts.check import check

        return check(self, data, workspace=workspace)

    @staticmethod
    def read(path: str | Path) -> Contract:
        """Return the contract in the YAML file at *path*.

        Raises:
            ContractError: There is no such file, or something in it is unknown or does not fit; the sentence names the
                line.
        """
        from nbops.contracts.read_contract import read_contract

        return read_contract(Path(path))

    def write(self, path: str | Path) -> Path:
        """Write the contract as YAML to *path*, whole, and return the path."""
        from nbops.contracts.write_contract import write_contract

        return write_contract(self, Path(path))

    def to_yaml(self) -> str:
        """Return the contract as YAML."""
        from nbops.contracts.write_contract import contract_text

        return contract_text(self)

    def to_pandera(self) -> Any:
        """Return a pandera `DataFrameSchema` of what pandera can say of it.

        Raises:
            ContractError: pandera is not installed.
        """
        from nbops.contracts.exports.pandera import to_pandera

        return to_pandera(self)

    def __str__(self) -> str:
        return self.to_yaml()


def contract(
    data: Any,
    name: str | None = None,
    *,
    time: str | None = None,
    window: str | None = None,
    sensitive: Sequence[str] = (),
    workspace: Workspace | str | Path | None = None,
) -> Contract:
    """Infer what is to be expected of data like *data*, so that other data of the same source keep to it.

    Ranges reach from the 0.1 % to the 99.9 % point and an interquartile range beyond, rounded; shares are the upper
    99 % limits of what was seen; values are listed where there are at most 50 and the last tenth of the rows brought no
    new one.

    Args:
        data: Whatever `Contract.check` takes.
        name: What to call it; default: the dataset's name.
        time: Column that says when a row happened, to expect rows per window.
        window: Length of a window (`1D`, `6h`, `1W`); a day when only *time* is given.
        sensitive: Columns whose values are never shown; those called like personal data are anyway.
        workspace: Where snapshots lie; default: the one of the current directory.

    Raises:
        ContractError: There are no columns or no rows to learn from, or a sensitive column is not there.
        ProfileError: *data* is no dataset, or *time* or *window* does not fit it.
        SnapshotNotFound: A text names neither a file nor a snapshot.
    """
    from nbops.contracts.infer import infer

    return infer(data, name, time=time, window=window, sensitive=tuple(sensitive), workspace=workspace)
