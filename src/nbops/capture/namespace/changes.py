"""Which names an execution bound, deleted, or changed in place."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from nbops.capture.namespace.buffers import memory_root
from nbops.capture.namespace.fingerprint import Look
from nbops.capture.namespace.own_modules import is_own_module
from nbops.capture.namespace.too_much import TooMuch
from nbops.capture.untouchable import is_untouchable

_OURS = re.compile(r"_(?:i\d*|ii|iii|\d+|_|__|dh|oh|ih|exit_code)?$|In$|Out$|get_ipython$|exit$|quit$|open$|__\w+__$")


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened to the namespace.

    Attributes:
        defined: Names bound or rebound.
        deleted: Names removed.
        changed: Names whose object was seen to change in place.
        assumed: Touched names that could not be compared and count as changed.
        kept: Identities of objects that were there before and hold what they held.
    """

    defined: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    kept: frozenset[int] = frozenset()


@dataclass(slots=True)
class Before:
    """What the namespace was before a cell; holds identities and numbers, no object.

    Attributes:
        identities: Name → identity.
        states: Identity of mutable objects reached from touched names → what they held.
        reached: Touched name → identities of its mutable parts.
        unseen: Touched names that could not be looked at in time.
        opaque: Touched names that hold something whose state cannot be seen.
    """

    identities: dict[str, int]
    states: dict[int, int] = field(default_factory=dict)
    reached: dict[str, frozenset[int]] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)
    opaque: set[str] = field(default_factory=set)


def look_before(namespace: Mapping[str, Any], touched: Iterable[str], seconds: float) -> Before:
    """Look at the *touched* names of *namespace*, and their aliases, for at most *seconds*."""
    before = Before({name: id(value) for name, value in list(namespace.items()) if not _OURS.match(name)})
    wanted = {before.identities[name] for name in touched if name in before.identities}
    names = [name for name, identity in before.identities.items() if identity in wanted]
    look = Look(time.perf_counter() + seconds)
    for name in names:
        _look_at(name, namespace, look, before)
    before.states = look.states
    look.release()
    return before


def compare_after(before: Before, namespace: Mapping[str, Any], bound: Iterable[str], seconds: float) -> Changes:
    """Hold *namespace* against what it was, for at most *seconds*.

    Args:
        before: From `look_before`.
        namespace: As it is now.
        bound: Names that the cell's code binds; they count as defined even where the same object came back.
        seconds: What looking may take.
    """
    now = {name: id(value) for name, value in list(namespace.items()) if not _OURS.match(name)}
    defined = [name for name, identity in now.items() if before.identities.get(name) != identity]
    defined += [name for name in bound if name in now and name not in defined]
    look = Look(time.perf_counter() + seconds)
    changed: list[str] = []
    assumed: list[str] = []
    moved: set[int] = set()
    after = Before(now)
    for name in before.reached.keys() | before.unseen:
        if now.get(name) != before.identities.get(name):
            continue
        _look_at(name, namespace, look, after)
        if name in before.unseen | after.unseen:
            assumed.append(name)
            continue
        own = {part for part in before.reached[name] if look.states.get(part) != before.states[part]}
        moved |= own
        if own or after.reached[name] != before.reached[name]:
            changed.append(name)
        elif name in before.opaque | after.opaque:
            assumed.append(name)
    look.release()
    if moved:
        moved |= _owners_of_memory(changed, namespace)
        changed += _holders(moved, namespace, {*changed, *assumed, *defined}, time.perf_counter() + seconds)
    deleted = [name for name in before.identities if name not in now]
    kept = frozenset(part for part, state in look.states.items() if before.states.get(part) == state)
    return Changes(_sorted(defined), _sorted(deleted), _sorted(changed), _sorted(assumed), kept)


def is_ours(name: str) -> bool:
    """Say whether *name* belongs to IPython or Python, not to the notebook."""
    return bool(_OURS.match(name))


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _look_at(name: str, namespace: Mapping[str, Any], look: Look, into: Before) -> None:
    value = namespace[name]
    if issubclass(type(value), ModuleType) and not is_own_module(value):
        return
    try:
        into.reached[name] = look.at(value)
    except Exception:  # noqa: BLE001 # too much, or an object that nobody can look at; the other names are compared
        into.unseen.add(name)
    else:
        if into.reached[name] & look.opaque:
            into.opaque.add(name)


def _owners_of_memory(names: list[str], namespace: Mapping[str, Any]) -> set[int]:
    """Return the identities of the arrays whose memory the arrays among *names* are views of."""
    values = [namespace[name] for name in names if not is_untouchable(namespace[name])]
    return {id(memory_root(value)) for value in values if hasattr(type(value), "__array_interface__")}


def _holders(moved: set[int], namespace: Mapping[str, Any], known: set[str], deadline: float) -> list[str]:
    """Return further names from which an object that changed can be reached."""
    look = Look(deadline, hashing=False)
    found = []
    for name, value in list(namespace.items()):
        if name in known or _OURS.match(name) or (issubclass(type(value), ModuleType) and not is_own_module(value)):
            continue
        try:
            if look.at(value) & moved:
                found.append(name)
        except TooMuch:
            break
        except Exception:  # noqa: BLE001, S112 # as above
            continue
    look.release()
    return found
