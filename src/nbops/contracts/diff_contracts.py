"""What one version of a contract says that another does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nbops.contracts.write_contract import plain_relation, plain_rows, plain_terms

if TYPE_CHECKING:
    from nbops.contracts.contract import Contract

_MOST = 6


def diff_contracts(before: Contract, after: Contract) -> list[str]:
    """Return a sentence for each thing that *after* says otherwise than *before*; the version is not one."""
    return [*_columns(before, after), *_whole(before, after)]


def _columns(before: Contract, after: Contract) -> Iterator[str]:
    for name in dict.fromkeys([*before.columns, *after.columns]):
        if name not in after.columns:
            yield f"column {name!r} is gone"
        elif name not in before.columns:
            yield f"column {name!r} is new: {_shown(plain_terms(after.columns[name]))}"
        else:
            yield from _changes(f"column {name!r}", plain_terms(before.columns[name]), plain_terms(after.columns[name]))


def _changes(what: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for rule in dict.fromkeys([*before, *after]):
        old, new = before.get(rule), after.get(rule)
        if old == new:
            continue
        if rule == "values" and isinstance(old, list) and isinstance(new, list):
            yield f"{what}: values {_set_change(old, new)}"
        elif old is None:
            yield f"{what}: {rule} {_shown(new)} is new"
        elif new is None:
            yield f"{what}: {rule} {_shown(old)} is gone"
        else:
            yield f"{what}: {rule} {_shown(old)} → {_shown(new)}"


def _whole(before: Contract, after: Contract) -> Iterator[str]:
    yield from _changes("rows", plain_rows(before.rows), plain_rows(after.rows))
    for word, old, new in (
        ("key", list(map(", ".join, before.keys)), list(map(", ".join, after.keys))),
        ("relation", [*map(_relation, before.relations)], [*map(_relation, after.relations)]),
    ):
        yield from (f"{word} `{one}` is gone" for one in old if one not in new)
        yield from (f"{word} `{one}` is new" for one in new if one not in old)
    for word in ("name", "location", "description", "unknown_columns"):
        old, new = getattr(before, word), getattr(after, word)
        if old != new:
            yield f"{word} {old or 'nothing'} → {new or 'nothing'}"


def _relation(one: Any) -> str:
    told = plain_relation(one)
    return told if isinstance(told, str) else ", ".join(map(str, told.values()))


def _set_change(old: list[str], new: list[str]) -> str:
    added = [f"+{one}" for one in new if one not in old]
    gone = [f"-{one}" for one in old if one not in new]
    told = [*added, *gone]
    more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
    return " ".join(told[:_MOST]) + more


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(one)}" for name, one in value.items())
    if isinstance(value, list):
        told = ", ".join("…" if one is None else str(one) for one in value[:_MOST])
        return f"[{told}{', …' if len(value) > _MOST else ''}]"
    return str(value)
