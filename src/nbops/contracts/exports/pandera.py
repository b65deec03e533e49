"""pandera's adapter: contract → `DataFrameSchema`, its code and YAML; and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.contracts.contract import Contract
from nbops.contracts.limits import percent
from nbops.contracts.terms import BOOL, CATEGORY, INTEGER, NUMBER, TEXT, TIME, WARN, Terms
from nbops.errors import ContractError

if TYPE_CHECKING:
    from types import ModuleType

_DTYPES = {
    INTEGER: "Int64", NUMBER: "float64", TEXT: "string", CATEGORY: "string", BOOL: "boolean",
    TIME: "datetime64[ns, UTC]",
}  # fmt: skip
_KINDS = (
    ("datetime", TIME), ("date", TIME), ("timestamp", TIME), ("bool", BOOL), ("int", INTEGER), ("uint", INTEGER),
    ("float", NUMBER), ("decimal", NUMBER), ("category", CATEGORY), ("str", TEXT), ("string", TEXT), ("utf8", TEXT),
)  # fmt: skip
_LOWEST = {"greater_than_or_equal_to": "min_value", "greater_than": "min_value", "in_range": "min_value"}
_HIGHEST = {"less_than_or_equal_to": "max_value", "less_than": "max_value", "in_range": "max_value"}


def to_pandera(contract: Contract) -> Any:
    """Return *contract* as a `DataFrameSchema` that coerces, so that whole numbers with gaps and 0/1 are no errors.

    pandera knows no shares: a range or list of values that a few rows may break is a check that only warns there, and a
    column of which some values may be missing is nullable.

    Raises:
        ContractError: pandera is not installed.
    """
    pa = _pandera()
    columns = {name: _column(pa, terms) for name, terms in contract.columns.items()}
    return pa.DataFrameSchema(
        columns, name=contract.name, strict=contract.unknown_columns == "block", unique=_keys(contract),
        description=contract.description or None,
    )  # fmt: skip


def pandera_text(contract: Contract, *, form: str = "yaml") -> str:
    """Return the pandera schema of *contract* as pandera's own `yaml` or `python`, with what it leaves out on top.

    Raises:
        ContractError: pandera, or what it needs to write text, is not installed.
    """
    schema = to_pandera(contract)
    try:
        text = schema.to_yaml() if form == "yaml" else schema.to_script()
    except ImportError as error:
        raise ContractError(f"pandera cannot write text: {error}", hint='pip install "pandera[io]"') from error
    said = [
        f"# Contract {contract.name}, version {contract.version}.",
        *(f"# Not in it: {one}." for one in left_out(contract)),
    ]
    return "\n".join([*said, str(text).strip()]) + "\n"


def left_out(contract: Contract) -> Iterator[str]:
    """Yield what *contract* says and pandera cannot."""
    for name, terms in contract.columns.items():
        if terms.missing is not None and 0 < terms.missing < 1:
            yield f"column {name!r}: at most {percent(terms.missing)} missing"
        if terms.outside or terms.new_values:
            yield f"column {name!r}: {percent(terms.outside or terms.new_values)} may be outside; pandera warns at one"
        if terms.fresh is not None:
            yield f"column {name!r}: how fresh it is"
        if terms.length is not None:
            yield f"column {name!r}: the length of its vectors"
    yield from (f"`{one.rule}`" for one in contract.relations)
    if contract.rows.range or contract.rows.per_window:
        yield "the number of rows"


def from_pandera(source: Any, name: str | None = None) -> Contract:
    """Return the contract that a pandera schema stands for.

    Args:
        source: A `DataFrameSchema` or `DataFrameModel`, or the path or text of pandera's YAML. Code is not executed.
        name: What to call it; default: the schema's name.

    Raises:
        ContractError: It is none of these, or has a check that a contract has no rule for.
    """
    pa = _pandera()
    schema = _schema(pa, source)
    columns = {str(label): _terms(str(label), column) for label, column in schema.columns.items()}
    unique = schema.unique or []
    keys = (tuple(map(str, unique)),) if isinstance(unique, list) and len(unique) > 1 else ()
    stem = Path(source).stem if isinstance(source, str | Path) and _is_file(source) else None
    return Contract(
        name or schema.name or stem or "dataset",
        columns=columns,
        keys=keys,
        unknown_columns="block" if schema.strict is True else WARN if schema.strict == "filter" else "allow",
        description=str(schema.description or ""),
    )


def _pandera() -> ModuleType:
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the pandas of a Spark that nobody asked for
            import pandera.pandas as pa
    except ImportError as error:
        raise ContractError("pandera is not installed", hint='pip install "pandera[io]"') from error
    return pa


def _column(pa: ModuleType, terms: Terms) -> Any:
    dtype = _DTYPES.get(terms.type or "")
    return pa.Column(
        dtype, [*_checks(pa, terms)], nullable=terms.missing != 0, unique=terms.unique, coerce=dtype is not None,
    )  # fmt: skip


def _checks(pa: ModuleType, terms: Terms) -> Iterator[Any]:
    if terms.range is not None:
        low, high = (_moment(end) if terms.type == TIME else end for end in terms.range)
        soft = terms.enforcement("range", 0.0) == WARN
        if low is not None and high is not None:
            yield pa.Check.in_range(low, high, raise_warning=soft)
        elif low is not None:
            yield pa.Check.greater_than_or_equal_to(low, raise_warning=soft)
        elif high is not None:
            yield pa.Check.less_than_or_equal_to(high, raise_warning=soft)
    if terms.values is not None:
        values = [_value(one, terms.type) for one in terms.values]
        yield pa.Check.isin(values, raise_warning=terms.enforcement("values", 0.0) == WARN)


def _moment(end: Any) -> Any:
    import pandas as pd

    return None if end is None else pd.to_datetime(end, utc=True)


def _value(text: str, kind: str | None) -> Any:
    if kind not in {INTEGER, NUMBER}:
        return text
    try:
        return int(text) if kind == INTEGER else float(text)
    except ValueError as error:
        raise ContractError(f"{text!r} is among the values of a column of type {kind}") from error


def _keys(contract: Contract) -> list[str] | None:
    return list(contract.keys[0]) if contract.keys else None


def _is_file(source: str | Path) -> bool:
    try:
        return Path(source).is_file()
    except OSError:  # a text too long to be a path
        return False


def _schema(pa: ModuleType, source: Any) -> Any:
    if isinstance(source, pa.DataFrameSchema):
        return source
    if isinstance(source, type) and hasattr(source, "to_schema"):
        return source.to_schema()
    if isinstance(source, str | Path):
        is_file = _is_file(source)
        if not is_file and "\n" not in str(source):
            raise ContractError(f"there is no file {source}", hint="pandera's YAML: schema.to_yaml(PATH)")
        if is_file and Path(source).suffix == ".py":
            raise ContractError(
                f"{source} is code, and is not executed", hint="schema.to_yaml(PATH), or from_pandera(schema)"
            )
        try:
            schema = pa.DataFrameSchema.from_yaml(Path(source) if is_file else str(source))
        except Exception as error:  # pandera raises whatever comes of what it reads
            raise ContractError(f"this is no pandera schema: {_line(error)}") from error
        if isinstance(schema, pa.DataFrameSchema) and schema.columns:
            return schema
        raise ContractError("this is no pandera schema, or one without columns")  # pandera makes one of any YAML
    raise ContractError(
        f"{type(source).__name__} is no pandera schema", hint="a DataFrameSchema, a DataFrameModel, or its YAML"
    )


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _terms(name: str, column: Any) -> Terms:
    kind = _kind(name, str(column.dtype) if column.dtype is not None else "")
    low = high = None
    values: tuple[str, ...] | None = None
    soft: dict[str, str] = {}
    for check in column.checks:
        told = dict(check.statistics or {})
        if check.name in {"isin", "equal_to"}:
            values = tuple(map(str, told.get("allowed_values", [told.get("value")])))
            soft |= {"values": WARN if check.raise_warning else "block"}
        elif check.name in _LOWEST.keys() | _HIGHEST.keys():
            low = told.get(_LOWEST.get(check.name, ""), low)
            high = told.get(_HIGHEST.get(check.name, ""), high)
            soft |= {"range": WARN if check.raise_warning else "block"}
        else:
            raise ContractError(
                f"column {name!r} has the check {check.name or check.error!r}, for which a contract has no rule",
                hint="leave it out of the schema, or write it as a relation",
            )
    if values is not None and kind == TEXT:
        kind = CATEGORY
    ends = (_plain(low), _plain(high)) if (low, high) != (None, None) else None
    return Terms(
        kind, range=ends, values=values, missing=None if column.nullable else 0.0, unique=bool(column.unique),
        enforce=soft if column.required else soft | {"present": WARN},
    )  # fmt: skip


def _kind(name: str, dtype: str) -> str | None:
    lower = dtype.lower()
    for beginning, kind in _KINDS:
        if lower.startswith(beginning):
            return kind
    if lower in {"", "none", "object"}:
        return None
    raise ContractError(f"column {name!r} is of type {dtype}, which a contract has no word for")


def _plain(end: Any) -> Any:
    if hasattr(end, "isoformat"):
        return end.isoformat()
    return end.item() if hasattr(end, "item") else end
