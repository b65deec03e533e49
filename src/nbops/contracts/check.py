"""A dataset held against a contract."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nbops.contracts.check_column import check_column, needs_rows
from nbops.contracts.check_rows import check_rows
from nbops.contracts.limits import allowed, percent
from nbops.contracts.relation import broken_rows, read_relation
from nbops.contracts.rows import Rows, open_rows
from nbops.contracts.terms import ALLOW, BLOCK, CATEGORY, TEXT, WARN, enforced
from nbops.contracts.told_values import listed, told_values
from nbops.contracts.violation import Checked, Violation
from nbops.errors import ContractError, ProfileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from nbops.contracts.contract import Contract
    from nbops.profiles.profile import Profile

_NEAR = 0.6


def check(contract: Contract, data: Any, *, workspace: Any = None, now: float | None = None) -> Checked:
    """Hold *data* against *contract*; see `Contract.check`."""
    texts = [name for name, terms in contract.columns.items() if terms.type in {TEXT, CATEGORY}]
    rows = open_rows(data, texts=texts, workspace=workspace)
    profile, notes = _profiled(contract, rows)
    found, unread = _judge(contract, rows, profile, time.time() if now is None else now)
    found.sort(key=lambda one: not one.blocks)
    ok = not any(one.blocks for one in found)
    state = ("ok" if not found else WARN) if ok else "alert"
    return Checked(
        ok, tuple(found), state, contract.name, contract.version, profile.name or "", profile.rows,
        contract.rules, (*notes, *unread),
    )  # fmt: skip


def _profiled(contract: Contract, rows: Rows) -> tuple[Profile, list[str]]:
    terms = contract.rows
    if terms.per_window is None:
        return rows.profile(), []
    try:
        return rows.profile(terms.time, terms.window), []
    except ProfileError as error:
        return rows.profile(), [f"rows per window cannot be counted: {error}"]


def _judge(contract: Contract, rows: Rows, profile: Profile, now: float) -> tuple[list[Violation], list[str]]:
    found = [*_named(contract, profile)]
    if not profile.rows:
        said = "there is not a single row"
        return [*found, Violation("", "empty", BLOCK, 0, 0, (), said)], []
    found += check_rows(contract.rows, profile)
    there = {name: terms for name, terms in contract.columns.items() if name in profile.columns}
    wanted = [name for name, terms in there.items() if needs_rows(terms, profile.columns[name])]
    rules, absent = _rules(contract, profile)
    keys = [key for key in contract.keys if all(name in profile.columns for name in key)]
    scanned = dict.fromkeys([*wanted, *(name for one, _ in rules for name in one.columns), *sum(keys, ())])
    notes = [*absent]
    frame: pd.DataFrame | None = None
    if scanned and rows.readable:
        frame = rows.read(scanned)
    elif scanned:
        notes.append(f"there are no rows to read, so that of {', '.join(scanned)} only the profile was judged")
    for name, terms in there.items():
        series = frame[name] if frame is not None and name in wanted else None
        found += check_column(name, terms, profile.columns[name], series, now)
    if frame is not None:
        found += _keys(contract, keys, frame)
        found += _relations(contract, rules, frame, notes)
    return found, notes


def _named(contract: Contract, profile: Profile) -> Iterator[Violation]:
    """Yield columns that are missing, not known, or there twice."""
    there, total = [*profile.columns], len(contract.columns)
    missing = [name for name in contract.columns if name not in profile.columns]
    extra = [name for name in there if name not in contract.columns]
    renamed = _renamed(missing, extra)
    for name in missing:
        near = f"; {renamed[name]!r} is there instead" if name in renamed else ""
        enforce = contract.columns[name].enforcement("present", 1.0)
        yield Violation(name, "present", enforce, 1, total, (), f"column {name!r} is missing{near}")
    if contract.unknown_columns != ALLOW:
        for name in extra:
            enforce = contract.unknown_columns
            yield Violation(name, "unknown", enforce, 1, total, (), f"column {name!r} is not in the contract")
    for name in profile.duplicates:
        enforce = BLOCK if name in contract.columns else WARN
        said = f"several columns are called {name!r}; only the first of them was looked at"
        yield Violation(name, "duplicated", enforce, 1, total, (), said)


def _renamed(missing: list[str], extra: list[str]) -> dict[str, str]:
    """Return what a missing column may be called now."""
    plain = {name.lower().replace(" ", "").replace("_", ""): name for name in extra}
    found = {}
    for name in missing:
        near = difflib.get_close_matches(name.lower().replace(" ", "").replace("_", ""), plain, 1, _NEAR)
        if near:
            found[name] = plain[near[0]]
    return found


def _rules(contract: Contract, profile: Profile) -> tuple[list[tuple[Any, Any]], list[str]]:
    found, notes = [], []
    for relation in contract.relations:
        rule = read_relation(relation.rule)
        absent = [name for name in rule.columns if name not in profile.columns]
        if absent:
            notes.append(f"`{relation.rule}` was not checked: there is no column {absent[0]!r}")
        else:
            found.append((rule, relation))
    return found, notes


def _keys(contract: Contract, keys: list[tuple[str, ...]], frame: pd.DataFrame) -> Iterator[Violation]:
    for key in keys:
        some = frame[list(key)].dropna()
        again = some.astype(str).duplicated().to_numpy(dtype=bool)
        count = int(again.sum())
        if count:
            sensitive = _any_sensitive(contract, key)
            examples = told_values(key[0], _tuples(some[again]), sensitive=sensitive)
            said = f"{' and '.join(key)} together are to be unique, but {count:,} of {len(frame):,} rows repeat them"
            said += listed(examples, sensitive=sensitive)
            yield Violation(", ".join(key), "unique", BLOCK, count, len(frame), examples, said)


def _relations(
    contract: Contract, rules: list[tuple[Any, Any]], frame: pd.DataFrame, notes: list[str]
) -> Iterator[Violation]:
    for rule, relation in rules:
        try:
            broken, judged = broken_rows(rule, frame)
        except ContractError as error:
            notes.append(f"`{rule.text}` was not checked: {error}")
            continue
        count, rows = int(broken.sum()), int(judged.sum())
        if count > allowed(relation.broken, rows):
            share = count / rows if rows else 0.0
            sensitive = _any_sensitive(contract, rule.columns)
            names = dict.fromkeys(rule.columns)
            examples = told_values(rule.columns[0], _tuples(frame.loc[broken, list(names)]), sensitive=sensitive)
            more = f", {percent(relation.broken)} may" if relation.broken else ""
            said = f"`{rule.text}` does not hold in {count:,} of {rows:,} ({percent(share)}) rows{more}"
            said += listed(examples, sensitive=sensitive)
            enforce = enforced(relation.enforce, "relation", share)
            yield Violation(", ".join(names), "relation", enforce, count, rows, examples, said)


def _any_sensitive(contract: Contract, names: tuple[str, ...]) -> bool:
    return any(contract.columns[name].sensitive for name in names if name in contract.columns)


def _tuples(frame: pd.DataFrame) -> Iterator[str]:
    for row in frame.head(50).to_dict("records"):
        yield ", ".join(f"{name}={_shown(value)}" for name, value in _items(row))


def _items(row: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    yield from row.items()


def _shown(value: Any) -> str:
    from nbops.contracts.seen_as import plain_text

    return plain_text(value)
