"""Given parameter values held against a pipeline's schema, before any kernel starts."""

from __future__ import annotations

import difflib
import keyword
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbops.errors import ParameterError
from nbops.pipelines.parameters.codify import codify
from nbops.pipelines.parameters.fit import fit
from nbops.pipelines.parameters.shown import shown

_NEEDED = frozenset(
    [
        "get_ipython",
        "display",
        "In",
        "Out",
        "exit",
        "quit",
        "print",
        "open",
        "exec",
        "eval",
        "compile",
        "len",
        "isinstance",
        "super",
        "getattr",
        "setattr",
        "globals",
        "locals",
    ]
)


def check_parameters(given: Mapping[str, Any], schema: Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
    """Return *given* with exact types, before any kernel starts.

    Only what a person declared forbids a value: the values seen in earlier runs (`seen`) never do.

    Args:
        given: Name → value.
        schema: `{"name", "type", "default", optional "choices", "minimum", "maximum", "nullable", "secret"}` each; None
            for a notebook that takes anything but secrets.

    Raises:
        ParameterError: Everything that is wrong, in one sentence each: an unknown name, a wrong type, a value that is
            out of range or none of the choices.
    """
    known = {str(item["name"]): item for item in schema or ()}
    checked: dict[str, Any] = {}
    problems: list[ParameterError] = []
    for name, value in given.items():
        try:
            check_name(name)
            if schema is None:
                _refuse_needed(name)
            item = _known(name, known) if schema is not None else {"name": name}
            checked[name] = fit(value, item)
            codify(checked[name])  # refused now, not when a kernel waits for it
            problems += [ParameterError(told) for told in _outside(checked[name], item)]
        except ParameterError as problem:
            problems.append(problem)
    if problems:
        hints = dict.fromkeys(problem.hint for problem in problems if problem.hint)
        raise ParameterError("; ".join(map(str, problems)), hint="; ".join(hints) or None)
    return checked


def check_name(name: str) -> None:
    """Refuse what is no name of Python's; it would be run as code.

    Raises:
        ParameterError: *name* is none.
    """
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise ParameterError(f"{shown(name)} cannot be the name of a parameter")


def _refuse_needed(name: str) -> None:
    """Refuse a name that cells could not do without, of a notebook that does not say which parameters it has."""
    if name in _NEEDED or (name.startswith("__") and name.endswith("__")):
        raise ParameterError(f"{name!r} cannot be the name of a parameter: Python or IPython needs it")


def _known(name: str, known: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    if name in known:
        return known[name]
    lower = {one.lower(): one for one in known}
    near = [lower[name.lower()]] if name.lower() in lower else difflib.get_close_matches(name, known, n=2)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"one of: {', '.join(known) or 'none'}"
    raise ParameterError(f"the pipeline has no parameter {name!r}", hint=hint)


def _outside(value: Any, item: Mapping[str, Any]) -> Iterator[str]:
    """Yield sentences about what the declared choices and range say against *value*."""
    name, choices = item["name"], item.get("choices")
    if value is None:
        return
    if choices is not None and not any(type(one) is type(value) and one == value for one in _fitted(choices, item)):
        yield f"{name} is {shown(value)}, but has to be one of {', '.join(map(repr, choices))}"
    bounds = {key: _bound(key, item) for key in ("minimum", "maximum") if item.get(key) is not None}
    if not bounds:
        return
    low, high = bounds.get("minimum"), bounds.get("maximum")
    try:
        missing = isinstance(value, float) and math.isnan(value)
        inside = not missing and (low is None or low <= value) and (high is None or value <= high)
    except TypeError:  # a date with a zone against one without
        inside = False
    if not inside:
        yield f"{name} is {shown(value)}, but has to be {range_text(item)}"


def _bound(key: str, item: Mapping[str, Any]) -> Any:
    try:
        return fit(item[key], item)
    except ParameterError as error:
        told = (
            f"the pipeline declares {shown(item[key])} as the {key} of {item['name']}, which has to be {item['type']}"
        )
        raise ParameterError(told, hint="correct it in the notebook's parameters cell or metadata") from error


def _fitted(choices: Sequence[Any], item: Mapping[str, Any]) -> Iterator[Any]:
    for one in choices:
        try:
            yield fit(one, item)
        except ParameterError:
            continue


def range_text(item: Mapping[str, Any]) -> str:
    """Say which values the declared range allows."""
    low, high = item.get("minimum"), item.get("maximum")
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"from {low} to {high}"
