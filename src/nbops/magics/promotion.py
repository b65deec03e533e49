"""`%promote`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from nbops.magics.parse import parse
from nbops.magics.place import kernel_workspace

if TYPE_CHECKING:
    from nbops.pipelines.explanation import Explanation
    from nbops.pipelines.promotion import Promotion


@magics_class
class PromotionMagics(Magics):
    """Turn runs into pipelines."""

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("run", nargs="?", default="last", help="last, an id or its beginning, or best:METRIC[:min|max]")
    @argument("--to", help="pipeline notebook to write; a name is made if omitted")
    @argument("--data", choices=("source", "snapshot"), default="source", help="read sources, or snapshots for good")
    @argument("--parameter", action="append", default=[], help="a literal that becomes a parameter, too; repeatable")
    @argument("--explain", action="store_true", help="only show which cells would be kept, and why; writes nothing")
    def promote(self, line: str) -> Promotion | Explanation:
        """Write the cells that produced RUN as a parameterized pipeline, and prove that it reproduces the run."""
        given = parse(self.promote, line)
        if given.explain:
            from nbops.pipelines.explain import explain

            if given.to:
                raise UsageError("--explain writes nothing: leave out --to, or --explain")
            return explain(given.run, parameters=given.parameter, workspace=kernel_workspace())
        from nbops.pipelines.promote import promote

        return promote(
            given.run, to=given.to, data=given.data, parameters=given.parameter, workspace=kernel_workspace()
        )
