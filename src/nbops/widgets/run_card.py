"""The card under a tracked cell: one line until it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import Markup, separated, tag, together
from nbops.recording.dataset_state import STORED, dataset_state
from nbops.widgets.phrases import counted, number, pairs, short, took
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import (
    CHIP,
    CODE,
    NOWRAP,
    QUIET,
    STRONG,
    folded,
    framed,
    labelled,
    quiet,
    state_dot,
    state_sign,
    state_word,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from nbops.widgets.card import Card

_METRICS, _PARAMETERS = 3, 3
_EMPTY = "nothing to record here but imports or definitions; put %%track on the cell that computes"


def run_card(card: Card, *, source: str = "", more: list[tuple[str, object]] | None = None) -> Rendering:
    """Show a run in one line; opened, everything that was recorded.

    Args:
        card: The run.
        source: Its code, shown when opened.
        more: Further labels and values, shown when opened.
    """
    return Rendering(_text(card), framed(_html(card, source, more or [])))


def _text(card: Card) -> str:
    parts = [card.name]
    parts += [", ".join(_measured(card))] if card.metrics else []
    parts += [", ".join(told)] if (told := _told(card)) else []
    parts += [f"{len(card.models)} models" if len(card.models) > 1 else _model(card)] if card.models else []
    parts += [] if card.status == "FINISHED" else [state_word(card.status)]
    parts += [short(card.error, 90)] if card.error else []
    parts += [took(card.duration)]
    parts += [counted(len(card.warned), "warning")] if card.warned else []
    parts += [f"{counted(card.masked, 'secret')} masked"] if card.masked else []
    parts += [f"{card.pending} pending"] if card.pending else []
    lines = [f"nbops {state_sign(card.status)} " + " · ".join(parts)]
    return "\n".join(lines + [f"  ! {warning}" for warning in _warnings(card)])


def _html(card: Card, source: str, more: list[tuple[str, object]]) -> Markup:
    warnings = [*_warnings(card), *card.warned]
    line = [
        together(state_dot(card.status), " ", tag("span", card.name, style=STRONG)),
        separated((tag("span", text, style=CHIP) for text in _measured(card)), " ") if card.metrics else None,
        quiet(", ".join(told)) if (told := _told(card)) else None,
        None if card.status == "FINISHED" else state_word(card.status),
        quiet(short(card.error, 90)) if card.error else None,
        _took(card),
        quiet(f"{card.pending} pending") if card.pending else None,
        quiet(f"{counted(card.masked, 'secret')} masked") if card.masked else None,
        f"⚠ {short(warnings[0], 80) if len(warnings) == 1 else counted(len(warnings), 'warning')}"
        if warnings
        else None,
    ]
    gap = Markup("&ensp;")
    summary = together(*(together(part, gap) for part in line if part is not None))
    opened = [labelled([*_rows(card), *more]), tag("pre", source.strip("\n"), style=CODE) if source else None]
    return folded(summary, *opened)


def _rows(card: Card) -> list[tuple[str, object]]:
    return [
        ("status", together(state_word(card.status), " in ", tag("span", took(card.duration), style=NOWRAP))),
        ("error", card.error),
        ("metrics", separated((f"{name} {number(value)}" for name, value in card.metrics.items()), ", ")),
        ("parameters", separated((_parameter(card, name, value) for name, value in card.parameters.items()), ", ")),
        ("seeds", separated(pairs(card.seeds, 10), ", ")),
        ("models", separated((f"{name} ({kind})" if kind else name for name, kind in card.models.items()), ", ")),
        ("datasets", separated((_dataset(entry) for entry in card.datasets), ", ")),
        ("facts", separated((f"{name} {value:,}" for name, value in card.facts.items()), ", ")),
        ("drew from", separated(card.random, ", ")),
        (
            "output",
            f"the last {counted(card.printed, 'line')}" if card.printed > 1 else "a line" if card.printed else "",
        ),
        ("figures", separated(card.artifacts, ", ")),
        ("files", separated(card.files, ", ")),
        ("repeat", "same code, inputs and result as an earlier run" if card.repeat else ""),
        ("masked", counted(card.masked, "secret") if card.masked else ""),
        ("warnings", together(*(tag("div", warning) for warning in [*_warnings(card), *card.warned]))),
    ]


def _told(card: Card) -> list[str]:
    """Return the parameters that the name does not tell already; a failure leaves no room for them."""
    plain = {name: value for name, value in card.parameters.items() if not isinstance(value, list | dict)}
    told = {name: value for name, value in plain.items() if f"{name}={short(value)}" not in card.name}
    return [] if card.error else pairs(told, _PARAMETERS)


def _took(card: Card) -> Markup:
    return tag("span", took(card.duration), style=f"{QUIET};{NOWRAP}")


def _measured(card: Card) -> list[str]:
    shown = [f"{name} {number(value)}" for name, value in list(card.metrics.items())[:_METRICS]]
    return shown + ([f"+{len(card.metrics) - _METRICS} more"] if len(card.metrics) > _METRICS else [])


def _model(card: Card) -> str:
    return " ".join(kind or name for name, kind in card.models.items())


def _parameter(card: Card, name: str, value: object) -> Markup:
    origin = card.origins.get(name, "")
    return together(f"{name}={short(value)}", quiet(f" ({origin})") if origin else None)


def _dataset(entry: Mapping[str, Any]) -> Markup:
    rows = entry.get("rows")
    state = dataset_state(entry)
    told = [f"{counted(int(rows), 'row')}" if rows is not None else "", "" if state == STORED else state]
    return together(str(entry.get("name")), quiet(f" {', '.join(filter(None, told))}"))


def _warnings(card: Card) -> list[str]:
    return [*card.warnings, *([_EMPTY] if card.empty else [])]
