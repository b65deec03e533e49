"""The rooms' nouns show themselves in notebooks and terminals, though the rooms know no HTML."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from nbops.widgets.rendering import Rendering

# Module and name of a noun → module of `nbops.widgets` that has a function of the same name.
RENDERERS = {
    ("nbops.recording.run", "Run"): "run_view",
    ("nbops.recording.compare", "Comparison"): "comparison_view",
    ("nbops.snapshots.snapshot", "Snapshot"): "snapshot_view",
    ("nbops.profiles.diff", "DatasetDifference"): "difference_view",
    ("nbops.pipelines.explanation", "Explanation"): "explanation_view",
    ("nbops.pipelines.promotion", "Promotion"): "promotion_view",
    ("nbops.monitoring.judging.report", "DriftReport"): "drift_view",
    ("nbops.monitoring.performance.report", "PerformanceReport"): "performance_view",
    ("nbops.contracts.contract", "Contract"): "contract_view",
    ("nbops.contracts.violation", "Checked"): "checked_view",
    ("nbops.registry.version", "Version"): "version_view",
    ("nbops.registry.verdict", "Verdict"): "verdict_view",
}


def register_displays(shell: InteractiveShell) -> None:
    """Teach the shell's formatters our nouns; nothing is imported until one is shown."""
    formatters = _formatters(shell)
    for (module, name), renderer in RENDERERS.items():
        formatters["text/html"].for_type_by_name(module, name, _html(renderer))
        formatters["text/plain"].for_type_by_name(module, name, _text(renderer))


def forget_displays(shell: InteractiveShell) -> None:
    """Undo `register_displays`."""
    formatters = _formatters(shell)
    for module, name in RENDERERS:
        for kind in ("text/html", "text/plain"):
            formatters[kind].pop(f"{module}.{name}", None)


def render(renderer: str, noun: Any) -> Rendering:
    """Return *noun* as the renderer of that name shows it."""
    function = getattr(import_module(f"nbops.widgets.{renderer}"), renderer)
    rendering: Rendering = function(noun)
    return rendering


def show(rendering: Rendering) -> None:
    """Put *rendering* under the cell that runs now."""
    from IPython.display import publish_display_data

    publish_display_data({"text/plain": rendering.text, "text/html": rendering.html})


def _formatters(shell: InteractiveShell) -> Any:
    assert shell.display_formatter is not None
    return shell.display_formatter.formatters


def _html(renderer: str) -> Callable[[Any], str]:
    return lambda noun: render(renderer, noun).html


def _text(renderer: str) -> Callable[[Any, Any, bool], None]:
    return lambda noun, printer, _cycle: printer.text(render(renderer, noun).text)
