"""`%runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from nbops.magics.parse import parse

if TYPE_CHECKING:
    from nbops.recording.compare import Comparison
    from nbops.recording.run import Run
    from nbops.widgets.lists import Runs

VERBS = ("show", "compare", "delete", "restore", "rename", "note", "star", "unstar", "hide", "unhide", "tag")


@magics_class
class RunsMagics(Magics):
    """See and tidy runs."""

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("words", nargs="*", help=f"words that runs must contain; or one of {', '.join(VERBS)} and what it needs")
    @argument("--experiment", "-e", help="only of this MLflow experiment")
    @argument("--notebook", "-n", help="only of this notebook")
    @argument("--kind", "-k", choices=("cell", "block", "pipeline", "drift"), help="only of this kind")
    @argument("--hidden", action="store_true", help="also what is hidden or empty")
    @argument("--limit", "-l", type=int, default=100, help="at most so many")
    def runs(self, line: str) -> Runs | Run | Comparison:
        """List runs, latest first; re-runs of a cell are one row.

        `%runs show RUN` and `%runs compare RUN RUN …` look closer.
        `%runs delete|restore|star|unstar|hide|unhide RUN …`, `%runs rename|note RUN TEXT` and
        `%runs tag RUN KEY=VALUE …` change them.
        """
        from nbops.magics.listing import change_runs, compare_runs, list_matching, show_run

        given = parse(self.runs, line)
        verb, *rest = given.words or [""]
        if verb not in VERBS:
            return list_matching(given)
        return (
            show_run(rest) if verb == "show" else compare_runs(rest) if verb == "compare" else change_runs(given.words)
        )
