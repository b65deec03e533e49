"""The values of the secrets that parameters name, for whoever has to keep them out of what he writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nbops.errors import ParameterError
from nbops.pipelines.parameters.secret import as_secret


def known_secrets(parameters: Mapping[str, Any], schema: Iterable[Mapping[str, Any]] = ()) -> tuple[str, ...]:
    """Return the values that can be looked up here, longest first; they are masked from now on in what nbops writes.

    Args:
        parameters: Name → value as given.
        schema: Of the pipeline: its secret parameters that are not given count with their defaults.
    """
    defaults = {str(item["name"]): item.get("default") for item in schema if item.get("secret")}
    found = set()
    for value in (defaults | dict(parameters)).values():
        secret = as_secret(value)
        if secret is not None:
            try:
                found.add(secret.value)
            except ParameterError:  # the kernel will say so, in the cell that needs it
                continue
    return tuple(sorted(found, key=len, reverse=True))
