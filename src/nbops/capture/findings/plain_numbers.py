"""The numbers of the namespace before a cell, so that those that it computes are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def plain_numbers(namespace: Mapping[str, Any]) -> dict[str, tuple[int, Any]]:
    """Note identity, and value of plain numbers, of everything in the namespace; keeps no object alive but those."""
    return {
        name: (id(value), value if type(value) is int or type(value) is float else None)
        for name, value in namespace.items()
    }
