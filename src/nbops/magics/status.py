"""`%nbops`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from nbops.magics.parse import parse

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbops.magics.cards import Cards

_VERBS = ("status", "doctor", "undo", "quiet", "live")


@magics_class
class StatusMagics(Magics):
    """How nbops is doing, and what concerns all of it."""

    def __init__(self, shell: InteractiveShell, cards: Cards) -> None:
        super().__init__(shell)
        self.cards = cards

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument(
        "verb",
        nargs="?",
        default="status",
        choices=_VERBS,
        help="status if omitted",
    )
    @argument("switch", nargs="?", default="on", choices=("on", "off"), help="for quiet")
    def nbops(self, line: str) -> Any:
        """Show what is pending and degraded; `doctor` looks at everything; `undo` deletes the latest run."""
        from nbops.magics.overview import doctor, live, status, undo

        given = parse(self.nbops, line)
        if given.verb == "quiet":
            self.cards.quiet = given.switch == "on"
            return None
        verbs = {"undo": undo, "live": live, "doctor": doctor}
        return verbs[given.verb]() if given.verb in verbs else status(self.cards)
