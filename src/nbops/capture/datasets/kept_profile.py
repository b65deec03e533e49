"""The profile that goes with a snapshot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nbops.capture.secrets.private_columns import is_private_column
from nbops.capture.secrets.redact_json import redact_json_text
from nbops.errors import ProfileError


def kept_profile(frame: Any) -> bytes | None:
    """Return the profile of *frame* as JSON, without columns named like secrets or persons, other secrets masked.

    None for what is no frame, and for frames of kinds that have no profile: their snapshot stands for itself.
    """
    if type(frame).__name__ != "DataFrame":
        return None
    from nbops.profiles.profile import profile

    try:
        made = profile(frame)
    except ProfileError:
        return None
    public = {
        name: replace(column, sketch=b"")  # nothing is added to it, and it would be most of its size
        for name, column in made.columns.items()
        if not is_private_column(str(name))
    }
    return redact_json_text(replace(made, columns=public).to_json().encode())
