"""What a contract says: of one column, of the number of rows, of columns together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

INTEGER, NUMBER, TEXT, CATEGORY, BOOL, TIME, VECTOR = "integer", "number", "text", "category", "bool", "time", "vector"
TYPES = (INTEGER, NUMBER, TEXT, CATEGORY, BOOL, TIME, VECTOR)
BLOCK, WARN, ALLOW = "block", "warn", "allow"
GRAVE = 0.1
"""Share of the rows from which on a rule that only warns by default blocks."""
SCHEMA = frozenset({"present", "type", "infinite", "unique", "length", "empty", "read"})
"""Rules that block by default: with one of them broken the data are not what the code was written for."""
RULES = ("present", "type", "infinite", "unique", "length", "missing", "range", "values", "fresh")
"""Rules of a column, by which `enforce` may tell them apart."""

Bound = float | int | str | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds of one column.

    Attributes:
        type: `integer`, `number`, `text`, `category`, `bool`, `time`, `vector`, or None where nothing is said.
        range: Lowest and highest value (ISO text for times), None for an open end.
        outside: Share of the values that may lie outside of `range`.
        values: The values that are known, as text.
        new_values: Share of the values that may be others.
        missing: Share of the rows that may have no value; None: any.
        unique: No value occurs twice.
        infinite: Infinite values are allowed.
        length: Of vectors.
        fresh: Seconds that may have passed since the latest value of a time.
        sensitive: Values are nobody's business: none is ever shown.
        enforce: Rule → `block` or `warn`; `*` for every other rule of the column.
    """

    type: str | None = None
    range: tuple[Bound, Bound] | None = None
    outside: float = 0.0
    values: tuple[str, ...] | None = None
    new_values: float = 0.0
    missing: float | None = None
    unique: bool = False
    infinite: bool = False
    length: int | None = None
    fresh: float | None = None
    sensitive: bool = False
    enforce: Mapping[str, str] = field(default_factory=dict)

    def enforcement(self, rule: str, share: float) -> str:
        """Say whether a violation of *rule* by *share* of the rows blocks or warns."""
        return enforced(self.enforce.get(rule) or self.enforce.get("*"), rule, share)


@dataclass(frozen=True, slots=True)
class RowTerms:
    """How many rows there are.

    Attributes:
        range: At least and at most, in all.
        per_window: At least and at most in each window of `window` by the column `time`.
        window: Length, such as `1D`.
        time: Column that says when a row happened.
        enforce: `block`, `warn` or None for the default, which is to warn.
    """

    range: tuple[int | None, int | None] | None = None
    per_window: tuple[int | None, int | None] | None = None
    window: str | None = None
    time: str | None = None
    enforce: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """Something that holds between columns in every row.

    Attributes:
        rule: `start <= end`, `a + b == c`, or `city -> region` where the one is a function of the other.
        broken: Share of the rows that may break it.
        enforce: `block`, `warn` or None for the default.
    """

    rule: str
    broken: float = 0.0
    enforce: str | None = None


def enforced(chosen: str | None, rule: str, share: float) -> str:
    """Return `block` or `warn`: as *chosen*, else schema rules block, others warn up to a tenth of the rows."""
    if chosen:
        return chosen
    statistical = rule in {"missing", "range", "values", "relation"}
    return BLOCK if rule in SCHEMA or (statistical and share > GRAVE) else WARN
