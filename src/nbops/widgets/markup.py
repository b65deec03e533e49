"""HTML in which every string is escaped unless it was built here: the widgets' door to it."""

from nbops.markup import Markup, separated, tag, together

__all__ = ["Markup", "separated", "tag", "together"]
