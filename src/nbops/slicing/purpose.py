"""What a cell is for that reproduces nothing."""

from __future__ import annotations

from nbops.slicing.facts import Bind, Call, CellFacts, Event, Import, Module, Read, Touch

_TRACKING = {"%track", "%runs", "%snapshot", "%promote", "%drift", "%register", "%assign", "%nbops"}
_LOADING = {"%load_ext", "%reload_ext", "%unload_ext"}
_MAGICS = {
    "it only sets how the session shows things": {"%matplotlib", "%config", "%precision", "%pprint", "%xmode"},
    "it only installs packages, which are there already": {"%pip", "%conda", "%mamba", "%uv"},
    "it only looks around the session": {"%who", "%whos", "%pinfo", "%pinfo2", "%psearch", "%history", "%hist", "%pwd"},
}


def purpose(facts: CellFacts) -> str:
    """Return what a cell is for that only concerns tracking, display or the session; empty for every other cell."""
    events = [event for event in facts.events if not isinstance(event, Touch) or event.action != "mentions"]
    if not events:
        return "" if facts.events else "it holds no code"
    names = {"nbops"} | {event.name for event in events if isinstance(event, Bind) and _of_nbops(event)}
    if all(_tracks(event, names) for event in events):
        return "it only concerns tracking"
    words = {event.path[0] if isinstance(event, Call) and event.path else "" for event in events}
    return next((says for says, magics in _MAGICS.items() if words <= magics), "")


def _of_nbops(event: Bind) -> bool:
    return isinstance(event.value, Module) and event.value.path.partition(".")[0] == "nbops"


def _tracks(event: Event, names: set[str]) -> bool:
    if isinstance(event, Call):
        loads = event.path[:1] and event.path[0] in _LOADING and event.texts[:1] == ("nbops",)
        return bool(loads) or event.root in names or bool(event.path and event.path[0] in _TRACKING)
    if isinstance(event, Import):
        return event.module.partition(".")[0] == "nbops"
    return isinstance(event, (Bind, Read)) and event.name in names
