"""The end of a time budget."""

from __future__ import annotations


class TooMuch(Exception):  # no error: the budget ends here
    """Looking further would take longer than allowed, or see nothing."""
