"""`%register` and `%assign`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from nbops.magics.parse import parse
from nbops.magics.place import kernel_workspace

if TYPE_CHECKING:
    from nbops.registry.version import Version


@magics_class
class ModelMagics(Magics):
    """Versions and aliases."""

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("run", nargs="?", default="last", help="last, an id or its beginning, or best:METRIC[:min|max]")
    @argument("name", help="name of the model")
    @argument("--model", help="which one, where the run logged several")
    def register(self, line: str) -> Version:
        """Make the model of RUN the next version of NAME."""
        from nbops.registry.register import register

        given = parse(self.register, line)
        return register(given.run, given.name, model=given.model, workspace=kernel_workspace())

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("name", help="name of the model")
    @argument("version", help="number, or an alias that points to one")
    @argument("alias", help="such as champion")
    @argument("--reason", help="why, for the ledger")
    def assign(self, line: str) -> Version:
        """Point ALIAS of the model NAME at VERSION, if its gates let it."""
        from nbops.registry.assign import assign

        given = parse(self.assign, line)
        version = int(given.version) if given.version.isdigit() else given.version
        return assign(given.name, version, given.alias, reason=given.reason, workspace=kernel_workspace())
