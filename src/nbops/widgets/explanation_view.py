"""What a promotion would keep and leave out, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import tag
from nbops.widgets.code_lines import MARK
from nbops.widgets.phrases import counted
from nbops.widgets.pipeline_parts import cautioned, chips, parameter_text, parameters_shown
from nbops.widgets.rendering import Rendering
from nbops.widgets.sliced_cells import sliced_cells, sliced_text
from nbops.widgets.style import MONO, STRONG, framed, quiet

if TYPE_CHECKING:
    from nbops.pipelines.explanation import Explanation


def explanation_view(explanation: Explanation) -> Rendering:
    """Show *explanation*: cautions first, then parameters, then every cell in the order in which they ran."""
    return Rendering(_text(explanation), _html(explanation))


def _text(explanation: Explanation) -> str:
    lines = [f"promoting {explanation.name} ({explanation.run[:8]}) would keep {_counts(explanation)}"]
    lines += [f"  ! {caution}" for caution in explanation.cautions]
    lines += parameters_shown(explanation.parameters, explanation.candidates)
    lines.append(f"  + kept, - left out, {MARK} a line that kept cells need")
    return "\n".join(lines + sliced_text(explanation.kept, explanation.dropped))


def _html(explanation: Explanation) -> str:
    name = tag("span", explanation.name, style=STRONG)
    head = tag("div", "Promoting ", name, f" would keep {_counts(explanation)}.")
    pipeline = tag("span", f"pipelines/{explanation.pipeline}.ipynb", style=MONO)
    return framed(
        head,
        tag("div", quiet("Nothing was executed or written. ", "%promote writes ", pipeline, " and proves it.")),
        cautioned(explanation.cautions),
        chips("parameters", [parameter_text(entry) for entry in explanation.parameters]),
        chips("could be parameters", explanation.candidates),
        tag("div", quiet(f"{MARK} marks a line that kept cells need"), style="margin-top:6px"),
        sliced_cells(explanation.kept, explanation.dropped, key=f"x{explanation.run[:8]}", opened=True),
    )


def _counts(explanation: Explanation) -> str:
    return f"{len(explanation.kept)} of {counted(explanation.total, 'execution')}"
