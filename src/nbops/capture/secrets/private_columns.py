"""Columns whose values are nobody's business outside of the workspace."""

from __future__ import annotations

import re

from nbops.capture.secrets.secret_name import is_secret_name

_PERSONAL = re.compile(
    r"(?:^|[_\W\s]|(?<=[a-z])(?=[A-Z]))(?:e_?mail|mail_?address|phone|mobile|ssn|social_?security|iban|credit_?card"
    r"|card_?number|passport|tax_?id|national_?id|(?:first|last|sur|given|family|full)_?name)s?(?:$|[_\W\d]|(?=[A-Z]))",
    re.IGNORECASE,
)


def is_private_column(name: str) -> bool:
    """Say whether a column called *name* holds secrets, or tells persons apart; a profile leaves it out."""
    return is_secret_name(name) or bool(_PERSONAL.search(name))
