"""Whether an execution may have done something outside the names that it binds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nbops.capture.journal.records import Execution
from nbops.slicing.effects import Effects
from nbops.slicing.facts import Bind, Call, Module, Opaque, Store, Touch
from nbops.slicing.read_facts import read_facts

_PROCESSES = re.compile(r"\b(?:subprocess|os\.system|os\.popen|ctypes|cffi)\b|get_ipython\(\)\.(?:system|getoutput)")
_DOES = {"sets", "changes"}


def module_names(executions: Sequence[Execution]) -> dict[str, str]:
    """Return what the names that are bound to modules, or to something imported from one, stand for."""
    events = (event for one in executions for event in read_facts(one.code).events)
    return {
        event.name: event.value.path for event in events if isinstance(event, Bind) and isinstance(event.value, Module)
    }


def has_effects(one: Execution, effects: Effects, modules: Mapping[str, str]) -> bool:
    """Say whether *one* wrote files, started processes, set or drew random numbers, or changed settings or modules.

    Args:
        one: What was seen of it counts, and what its text says.
        effects: Table of effects.
        modules: From `module_names`.
    """
    if one.drew or one.settings or any(item.get("mode") == "w" for item in one.opened):
        return True
    if _PROCESSES.search(one.code):
        return True
    for event in read_facts(one.code).events:
        if isinstance(event, Opaque) or (isinstance(event, Touch) and event.action in _DOES):
            return True
        if isinstance(event, Store) and event.root in modules:
            return True
        if isinstance(event, Call) and _acts(event, effects, modules):
            return True
    return False


def _acts(call: Call, effects: Effects, modules: Mapping[str, str]) -> bool:
    module = modules.get(call.root or "")
    qualified = ".".join((module, *call.path)) if module else ""
    key = qualified or (f".{call.path[-1]}" if call.path else call.root or "")
    if not key:
        return False
    acts = any(action in _DOES for _, action in effects.calls.match_call(key, call.texts))
    return acts or any(action == "writes" for action, _ in effects.files.match(key))
