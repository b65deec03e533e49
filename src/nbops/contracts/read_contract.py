"""YAML → contract, strictly: what is not known is refused, with its line. The only file that reads YAML nodes."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from nbops.contracts.contract import Contract
from nbops.contracts.limits import read_share, read_span
from nbops.contracts.relation import read_relation
from nbops.contracts.terms import (
    ALLOW,
    BLOCK,
    BOOL,
    INTEGER,
    NUMBER,
    RULES,
    TIME,
    TYPES,
    VECTOR,
    WARN,
    Relation,
    RowTerms,
    Terms,
)  # fmt: skip
from nbops.errors import ContractError, ProfileError

_TOP = ("contract", "version", "data", "description", "rows", "columns", "unique", "relations", "unknown_columns")
_COLUMN = (
    "type", "unique", "range", "outside", "values", "new_values", "length", "infinite", "missing", "fresh",
    "sensitive", "enforce",
)  # fmt: skip
_ROWS, _RELATION, _PAIR = ("range", "per_window", "window", "time", "enforce"), ("rule", "broken", "enforce"), 2


def read_contract(path: Path) -> Contract:
    """Read the file at *path*; see `Contract.read`."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ContractError(f"there is no contract {path}", hint="nbops contract infer DATA --to PATH") from error
    except (OSError, ValueError) as error:
        raise ContractError(f"{path} cannot be read: {error}") from error
    return parse_contract(text, path.name)


def parse_contract(text: str, source: str = "the contract") -> Contract:
    """Return the contract that YAML *text* holds; *source* is what errors call it.

    Raises:
        ContractError: Something in it is unknown or does not fit.
    """
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ContractError(f"{source}{where} is not YAML: {getattr(error, 'problem', None) or error}") from error
    except RecursionError as error:
        raise ContractError(f"{source} is nested too deeply") from error
    if node is None:
        raise ContractError(f"{source} is empty", hint="contract: NAME, then columns:")
    return _Reader(source).contract(node)


class _Reader:
    """Reads nodes; knows where it is, so that every refusal can say so."""

    def __init__(self, source: str) -> None:
        self.source = source

    def contract(self, node: Any) -> Contract:
        given = self._mapping(node, "", _TOP)
        if "contract" not in given:
            raise self._refusal(node, "", "it does not say what it is called", "contract: NAME")
        version = self._scalar(given["version"], "version", int) if "version" in given else 1
        if version < 1:
            raise self._refusal(given["version"], "version", "a version is a whole number from 1")
        columns = self._mapping(given["columns"], "columns") if "columns" in given else {}
        return Contract(
            name=self._text(given["contract"], "contract"),
            version=version,
            columns={name: self._terms(told, f"columns.{name}") for name, told in columns.items()},
            rows=self._rows(given["rows"]) if "rows" in given else RowTerms(),
            keys=tuple(self._key(one) for one in self._list(given["unique"], "unique")) if "unique" in given else (),
            relations=self._relations(given["relations"]) if "relations" in given else (),
            unknown_columns=self._word(given.get("unknown_columns"), "unknown_columns", (WARN, BLOCK, ALLOW)) or WARN,
            location=self._text(given["data"], "data") if "data" in given else "",
            description=self._text(given["description"], "description") if "description" in given else "",
        )

    def _terms(self, node: Any, path: str) -> Terms:
        given = self._mapping(node, path, _COLUMN)

        def told(name: str, read: Callable[[Any, str], Any], default: Any = None) -> Any:
            return read(given[name], f"{path}.{name}") if name in given else default

        kind = self._word(given.get("type"), f"{path}.type", TYPES) or None
        self._fits(given, kind, path)
        return Terms(
            type=kind,
            range=told("range", lambda one, where: self._range(one, where, kind)),
            outside=told("outside", self._share, 0.0),
            values=told("values", self._values),
            new_values=told("new_values", self._share, 0.0),
            missing=told("missing", self._share),
            unique=told("unique", self._flag, default=False),
            infinite=told("infinite", self._flag, default=False),
            length=told("length", lambda one, where: self._scalar(one, where, int)),
            fresh=told("fresh", self._span),
            sensitive=told("sensitive", self._flag, default=False),
            enforce=told("enforce", self._enforce, {}),
        )

    def _fits(self, given: dict[str, Any], kind: str | None, path: str) -> None:
        """Refuse rules that mean nothing for the type, and limits of rules that are not there."""
        wanted = {
            "range": (INTEGER, NUMBER, TIME), "fresh": (TIME,), "length": (VECTOR,), "infinite": (INTEGER, NUMBER),
        }  # fmt: skip
        for name, kinds in wanted.items():
            if name in given and kind not in kinds:
                said = f"`{name}` is for {' and '.join(kinds)}, and the column is {kind or 'of no type'}"
                raise self._refusal(given[name], f"{path}.{name}", said)
        for name, of in (("outside", "range"), ("new_values", "values")):
            if name in given and of not in given:
                raise self._refusal(given[name], f"{path}.{name}", f"`{name}` limits `{of}`, which is not there")
        if "values" in given and kind in {TIME, VECTOR, BOOL}:
            raise self._refusal(given["values"], f"{path}.values", f"a {kind} has no list of values")

    def _rows(self, node: Any) -> RowTerms:
        given = self._mapping(node, "rows", _ROWS)

        def pair(name: str) -> tuple[int | None, int | None] | None:
            return self._range(given[name], f"rows.{name}", INTEGER) if name in given else None

        per_window = pair("per_window")
        if per_window is not None and "time" not in given:
            raise self._refusal(node, "rows", "rows per window need the column that says when a row happened", "time:")
        window = self._text(given["window"], "rows.window") if "window" in given else "1D"
        if per_window is not None:
            from nbops.profiles.windows import window_seconds

            try:
                window_seconds(window)
            except ProfileError as error:
                raise self._refusal(given["window"], "rows.window", str(error), error.hint) from error
        return RowTerms(
            range=pair("range"),
            per_window=per_window,
            window=window if per_window is not None else None,
            time=self._text(given["time"], "rows.time") if "time" in given else None,
            enforce=self._word(given.get("enforce"), "rows.enforce", (BLOCK, WARN)) or None,
        )

    def _relations(self, node: Any) -> tuple[Relation, ...]:
        found = []
        for place, one in enumerate(self._list(node, "relations")):
            path = f"relations[{place}]"
            plain = _is_scalar(one)
            given = {"rule": one} if plain else self._mapping(one, path, _RELATION)
            if "rule" not in given:
                raise self._refusal(one, path, "it has no rule", "rule: start <= end")
            rule = self._text(given["rule"], path)
            try:
                read_relation(rule)
            except ContractError as error:
                raise self._refusal(one, path, str(error), error.hint) from error
            broken = self._share(given["broken"], f"{path}.broken") if "broken" in given else 0.0
            enforce = self._word(given.get("enforce"), f"{path}.enforce", (BLOCK, WARN)) or None
            found.append(Relation(rule, broken, enforce))
        return tuple(found)

    def _key(self, node: Any) -> tuple[str, ...]:
        names = tuple(self._text(one, "unique") for one in self._list(node, "unique"))
        if len(names) < _PAIR:
            raise self._refusal(node, "unique", "a key of several columns names at least two", "of one: unique: true")
        return names

    def _enforce(self, node: Any, path: str) -> dict[str, str]:
        if _is_scalar(node):
            return {"*": self._word(node, path, (BLOCK, WARN))}
        given = self._mapping(node, path, RULES)
        return {rule: self._word(one, f"{path}.{rule}", (BLOCK, WARN)) for rule, one in given.items()}

    def _range(self, node: Any, path: str, kind: str | None) -> tuple[Any, Any]:
        ends = [self._end(one, path, kind) for one in self._list(node, path)]
        if len(ends) != _PAIR:
            raise self._refusal(node, path, f"a range has two ends, not {len(ends)}", "[0, null] is open above")
        if None not in ends and _is_later(ends[0], ends[1], kind):
            raise self._refusal(node, path, f"the range ends before it begins: {ends[0]} > {ends[1]}")
        return ends[0], ends[1]

    def _end(self, node: Any, path: str, kind: str | None) -> Any:
        value = self._plain(node, path)
        if value is None:
            return None
        if kind == TIME:
            import pandas as pd

            try:
                pd.to_datetime(str(node.value), utc=True)
            except (ValueError, TypeError) as error:
                raise self._refusal(
                    node, path, f"{node.value!r} is no time", "2026-01-31 or 2026-01-31T12:00"
                ) from error
            return str(node.value)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124 # NaN
            raise self._refusal(node, path, f"{node.value!r} is no number")
        return value

    def _values(self, node: Any, path: str) -> tuple[str, ...]:
        """Return the texts as they stand there: YAML would make a truth of `no`, and a number of `007`."""
        return tuple(dict.fromkeys(self._text(one, path) for one in self._list(node, path)))

    def _share(self, node: Any, path: str) -> float:
        share = read_share(self._plain(node, path))
        if share is None:
            raise self._refusal(node, path, f"{node.value!r} is no share of the rows", 'for example "<= 1%" or 0')
        return share

    def _span(self, node: Any, path: str) -> float:
        span = read_span(self._plain(node, path))
        if span is None:
            raise self._refusal(node, path, f"{node.value!r} is no length of time", "30min, 2h, 1d or 1w")
        return span

    def _flag(self, node: Any, path: str) -> bool:
        return bool(self._scalar(node, path, bool))

    def _scalar(self, node: Any, path: str, kind: type) -> Any:
        value = self._plain(node, path)
        if type(value) is not kind:
            word = {int: "a whole number", bool: "true or false"}[kind]
            raise self._refusal(node, path, f"{node.value!r} is not {word}")
        return value

    def _plain(self, node: Any, path: str) -> Any:
        import yaml

        if not _is_scalar(node):
            raise self._refusal(node, path, "one value is wanted here, not several")
        try:
            value = yaml.SafeLoader("").construct_object(node)
            if isinstance(value, int):
                float(value)  # what no column can hold, nobody can compare or print
        except (yaml.YAMLError, ValueError, OverflowError, LookupError, AttributeError) as error:  # of tags that lie
            raise self._refusal(node, path, f"{node.value[:60]!r} cannot be read") from error
        return value

    def _text(self, node: Any, path: str) -> str:
        if not _is_scalar(node) or node.tag.endswith(":null"):
            raise self._refusal(node, path, "a text is wanted here")
        return str(node.value)

    def _word(self, node: Any, path: str, known: Collection[str]) -> str:
        if node is None:
            return ""
        word = self._text(node, path)
        if word not in known:
            raise self._refusal(node, path, f"{word!r} is none of {', '.join(known)}", _near(word, known))
        return word

    def _list(self, node: Any, path: str) -> list[Any]:
        if _is_scalar(node) or (isinstance(node.value, list) and any(isinstance(one, tuple) for one in node.value)):
            raise self._refusal(node, path, "a list is wanted here", "[…, …]")
        return list(node.value)

    def _mapping(self, node: Any, path: str, known: Collection[str] = ()) -> dict[str, Any]:
        if type(node).__name__ != "MappingNode":
            raise self._refusal(node, path, "names with values are wanted here", f"one of: {', '.join(known)}")
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = self._text(key, path)
            if known and name not in known:
                hint = _near(name, known) or f"one of: {', '.join(known)}"
                raise self._refusal(key, path, f"there is no {'rule' if path else 'key'} {name!r}", hint)
            if name in found:
                raise self._refusal(key, path, f"{name!r} stands there twice")
            found[name] = value
        return found

    def _refusal(self, node: Any, path: str, said: str, hint: str = "") -> ContractError:
        where = f" ({path})" if path else ""
        return ContractError(f"{self.source}, line {node.start_mark.line + 1}{where}: {said}", hint=hint or None)


def _is_later(one: Any, other: Any, kind: str | None) -> bool:
    if kind != TIME:
        return bool(one > other)
    import pandas as pd

    return bool(pd.to_datetime(one, utc=True) > pd.to_datetime(other, utc=True))


def _is_scalar(node: Any) -> bool:
    return type(node).__name__ == "ScalarNode"


def _near(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f"did you mean {near[0]!r}?" if near else ""
