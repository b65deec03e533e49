"""The words of a magic's line."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic_arguments import parse_argstring

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable


class Help(Exception):  # an answer, no mistake; nothing of the cell may run after it
    """What a magic says about itself, shown without a stack."""

    def _render_traceback_(self) -> list[str]:
        return inspect.cleandoc(str(self).replace("::\n", "", 1)).splitlines()


def parse(magic: Callable[..., Any], line: str) -> Namespace:
    """Return the arguments that *line* gives to *magic*, without the quotes that IPython leaves around words.

    Raises:
        Help: *line* asks for it; IPython then shows the magic's own words instead of running it.
        UsageError: *line* has words that *magic* does not take.
    """
    if {"-h", "--help"} & set(line.split()):
        raise Help(magic.__doc__ or "")
    try:
        given: Namespace = parse_argstring(magic, line)
    except ValueError as error:  # an open quotation
        raise UsageError(f"{error}: {line.strip()}") from None
    for name, value in vars(given).items():
        setattr(given, name, [_bare(word) for word in value] if isinstance(value, list) else _bare(value))
    return given


def _bare(word: Any) -> Any:
    quoted = isinstance(word, str) and len(word) > 1 and word[0] in "\"'" and word[-1] == word[0]
    return word[1:-1] if quoted else word
