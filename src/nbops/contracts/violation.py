"""One thing that a dataset does and its contract forbids, and the answer of a check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbops.contracts.terms import BLOCK
from nbops.errors import ContractViolated


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold.

    Attributes:
        column: Label of the column; empty where the dataset as a whole is meant.
        rule: `present`, `type`, `range`, `missing`, `values`, `unique`, `infinite`, `length`, `fresh`, `rows`, `empty`,
            `relation`, `unknown`, `duplicated` or `read`.
        enforce: `block` or `warn`.
        count: Rows (or columns, windows) that break it.
        rows: Out of how many.
        examples: A few offending values as text, without secrets; none of a sensitive column.
        sentence: What is wrong.
    """

    column: str
    rule: str
    enforce: str
    count: int
    rows: int
    examples: tuple[str, ...]
    sentence: str

    @property
    def share(self) -> float:
        """Share of the rows, from 0 to 1."""
        return self.count / self.rows if self.rows else 0.0

    @property
    def blocks(self) -> bool:
        """Whether it is enforced."""
        return self.enforce == BLOCK

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"share": self.share}


@dataclass(frozen=True, slots=True)
class Checked:
    """A dataset held against a contract. True where no rule that blocks is broken.

    Attributes:
        ok: No violation blocks.
        violations: Those that block first.
        state: `ok`, `warn`, `alert` (something blocks) or `unknown` (nothing could be checked).
        contract: Name of the contract.
        version: Its version.
        dataset: What the dataset is called, where known.
        rows: Number of rows.
        rules: How many rules were checked.
        notes: What could not be checked, and why.
    """

    ok: bool
    violations: tuple[Violation, ...]
    state: str
    contract: str = ""
    version: int = 1
    dataset: str = ""
    rows: int = 0
    rules: int = 0
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        head = f"{self.state}: {self.summary}"
        lines = [f"  {'✗' if one.blocks else '!'} {one.sentence}" for one in self.violations]
        return "\n".join([head, *lines, *(f"  · {note}" for note in self.notes)])

    @property
    def summary(self) -> str:
        """What was held against what, and how many violations there are, in a line."""
        blocking = sum(one.blocks for one in self.violations)
        warning = len(self.violations) - blocking
        told = [f"{blocking} that block" if blocking else "", f"{warning} that warn" if warning else ""]
        said = f"violations: {', '.join(filter(None, told))}" if self.violations else "no violation"
        what = f"{self.dataset} ({self.rows:,} rows)" if self.dataset else f"{self.rows:,} rows"
        return f"{what} against {self.contract} v{self.version}, {self.rules} rules: {said}"

    def require(self) -> Checked:
        """Return itself where nothing blocks.

        Raises:
            ContractViolated: Something does; the sentence names every violation that blocks.
        """
        if self.ok:
            return self
        raise ContractViolated(
            f"{self.contract} v{self.version}", [one.sentence for one in self.violations if one.blocks]
        )

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "violations"}
        return plain | {"violations": [one.to_wire() for one in self.violations]}
