"""Why what a cell left behind is neither saved nor put back, told by names and not by how it is pickled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.capture.checkpoints.blobs import Refused
from nbops.capture.checkpoints.shares import HoldsSecret, together
from nbops.capture.secrets.redaction import is_secret_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbops.capture.journal.records import Execution


def refuse_secrets(names: Iterable[str], execution: Execution) -> None:
    """Refuse to save what is called like a secret, or what comes from a cell with one in its code."""
    secret = sorted(name for name in names if is_secret_name(name))
    if secret or execution.masked:
        raise HoldsSecret(", ".join(secret) or "in its code")


def refuse_others(entered: set[str], put: set[str], namespace: dict[str, Any]) -> None:
    """Refuse to put back what shares objects with names that would keep the old ones."""
    missing = entered - namespace.keys()
    if missing:
        raise Refused(f"{', '.join(sorted(missing))} is not there")
    also = together(entered, namespace) - put
    if also:
        raise Refused(f"{', '.join(sorted(also))} shares objects with what it changed")


def refuse_classes(names: Iterable[str], namespace: dict[str, Any]) -> None:
    """Refuse to save a change of a class: other objects know that class."""
    for name in names:
        if isinstance(namespace[name], type):
            raise Refused(f"it changes the class {name}")
