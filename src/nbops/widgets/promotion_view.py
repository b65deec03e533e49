"""What a promotion made: verified or not, what was compared, and every cell with the reason why it stays or goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.widgets.markup import Markup, separated, tag, together
from nbops.widgets.phrases import counted, short
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import AMBER, CHIP, CODE, GREEN, MONO, STRONG, dot, folded, framed, quiet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbops.pipelines.promote import Promotion


def promotion_view(promotion: Promotion, *, explain: bool = False) -> Rendering:
    """Show *promotion*.

    Args:
        promotion: What `promote` answered.
        explain: Show every cell at once instead of behind a line.
    """
    answer = "verified" if promotion.verified else "not verified"
    path = _near(promotion.notebook)
    counts = f"{counted(len(promotion.kept), 'cell')} kept, {len(promotion.dropped)} left out"
    text = [f"{path}: {answer} ({promotion.verdict})", f"  {counts}"]
    text += [f"  parameters: {', '.join(_parameters(promotion))}"] if promotion.parameters else []
    text += [f"  + [{_count(entry)}] {_reason(entry)}: {_first(entry)}" for entry in promotion.kept] if explain else []
    text += (
        [f"  - [{_count(entry)}] {_reason(entry)}: {_first(entry)}" for entry in promotion.dropped] if explain else []
    )
    html = framed(
        tag("div", *_head(promotion, path, answer)),
        tag("div", promotion.verdict),
        tag(
            "div",
            quiet("parameters "),
            separated((tag("span", name, style=CHIP) for name in _parameters(promotion)), " "),
        )
        if promotion.parameters
        else None,
        folded(f"{counted(len(promotion.kept), 'cell')} kept", _cells(promotion.kept), opened=explain),
        folded(f"{counted(len(promotion.dropped), 'cell')} left out", _cells(promotion.dropped), opened=explain)
        if promotion.dropped
        else None,
    )
    return Rendering("\n".join(text), html)


def _head(promotion: Promotion, path: str, answer: str) -> list[object]:
    color = GREEN if promotion.verified else AMBER
    badge = f"border:1px solid {color};border-radius:9px;padding:0 8px;white-space:nowrap"
    return [tag("span", dot(color), f" {answer}", style=badge), " ", tag("span", path, style=f"{STRONG};{MONO}")]


def _near(path: str | Path) -> str:
    """Return folder and file, so that what is saved says nothing about the machine."""
    return "/".join(Path(path).parts[-2:])


def _parameters(promotion: Promotion) -> list[str]:
    return [_parameter(entry) for entry in promotion.parameters]


def _parameter(entry: Any) -> str:
    name, default, kind = (_field(entry, key) for key in ("name", "default", "type"))
    return f"{name}: {kind} = {short(repr(default), 40)}" if kind else f"{name} = {short(repr(default), 40)}"


def _cells(entries: Iterable[Any]) -> Markup:
    return together(
        *(
            tag(
                "div",
                tag("div", quiet(f"In [{_count(entry)}] "), _reason(entry)),
                tag("pre", _source(entry), style=CODE),
            )
            for entry in entries
        )
    )


def _source(entry: Any) -> str:
    return str(_field(entry, "source") or "").strip("\n")


def _first(entry: Any) -> str:
    lines = [line for line in _source(entry).splitlines() if line.strip()]
    return short(lines[0], 60) + (" …" if len(lines) > 1 else "") if lines else ""


def _reason(entry: Any) -> str:
    reasons = _field(entry, "reasons")
    return "; ".join(reasons) if reasons else str(_field(entry, "reason") or "")


def _count(entry: Any) -> str:
    count = _field(entry, "count")
    return " " if count is None else str(count)


def _field(entry: Any, name: str) -> Any:
    return entry.get(name) if isinstance(entry, dict) else getattr(entry, name, None)
