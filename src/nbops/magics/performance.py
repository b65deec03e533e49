"""`%performance`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from nbops.magics.parse import parse
from nbops.magics.place import kernel_workspace
from nbops.magics.resolve import resolve

if TYPE_CHECKING:
    from typing import Any

    from IPython.core.interactiveshell import InteractiveShell

    from nbops.monitoring.performance.report import PerformanceReport

_LISTS = ("slices", "sensitive")
_WORDS = ("label", "prediction", "score", "task", "reference", "by", "window", "positive", "query", *_LISTS)


@magics_class
class PerformanceMagics(Magics):
    """How good predictions were."""

    shell: InteractiveShell

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("current", help="frame, expression, snapshot or path")
    @argument("words", nargs="*", metavar="label=COLUMN", help=f"NAME=VALUE, of: {', '.join(_WORDS)}")
    def performance(self, line: str) -> PerformanceReport:
        """Say how good the predictions in CURRENT were; without labels, how good they should be.

        `%performance df label=y score=p reference=train slices=city,hour`
        """
        from nbops.monitoring.performance.performance import performance

        given = parse(self.performance, line)
        words = _read(given.words)
        if "label" not in words:
            raise UsageError("%performance FRAME label=COLUMN prediction=COLUMN (or score=COLUMN)")
        reference = words.pop("reference", None)
        if reference is not None:
            words["reference"] = resolve(self.shell, reference)
        report = performance(resolve(self.shell, given.current), workspace=kernel_workspace(), **words)
        return _named(report, given.current, reference)


def _read(words: list[str]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for word in words:
        name, mark, value = word.partition("=")
        if not mark or name not in _WORDS:
            raise UsageError(f"{word!r} is not understood: NAME=VALUE, of {', '.join(_WORDS)}")
        value = value.strip("\"'")
        read[name] = (
            value.split(",") if name in _LISTS else int(value) if name == "window" and value.isdigit() else value
        )
    return read


def _named(report: PerformanceReport, current: str, reference: str | None) -> PerformanceReport:
    """Put the words that were typed where a frame brought no name of its own."""
    if report.current.name == "current":
        report = replace(report, current=replace(report.current, name=current))
    if reference is not None and report.reference is not None and report.reference.name == "reference":
        report = replace(report, reference=replace(report.reference, name=reference))
    return report
