"""Which types a skops file may build: our own reviewed list, never the one that lies in a model's own files.

MLflow takes the trusted types from the `MLmodel` file beside the model (GHSA-w582-9x45-8mpx), so whoever can write the
model can also write that list. Who wants to know asks here.
"""

from __future__ import annotations

from functools import cache

_TABLE = "trusted_types.toml"


@cache
def reviewed_types() -> frozenset[str]:
    """Return the names of all reviewed classes and functions (`trusted_types.toml`)."""
    import tomllib
    from importlib.resources import files

    table = tomllib.loads((files(__package__) / _TABLE).read_text())
    return frozenset(table["classes"]) | frozenset(table["functions"])


def trusted_types(fitted: object) -> list[str] | None:
    """Return the types that skops has to be told to trust, or None where it cannot or may not hold *fitted*."""
    import skops.io

    try:
        content = skops.io.dumps(fitted)
        wanted = skops.io.get_untrusted_types(data=content)
        if not reviewed_types().issuperset(wanted):
            return None
        skops.io.loads(content, trusted=wanted)
    except Exception:  # noqa: BLE001 # an object's own reduction may raise anything; a pickle then holds it
        return None
    return list(wanted)


def objectionable_types(content: bytes) -> tuple[str, ...]:
    """Return what a skops file would build that nobody reviewed; empty where it is safe to read. Nothing is built.

    Args:
        content: Of the file `model.skops`.

    Raises:
        ValueError: It is no skops file.
    """
    import skops.io

    try:
        wanted = skops.io.get_untrusted_types(data=content)
    except Exception as error:
        raise ValueError(f"this is no skops file: {error}") from error
    return tuple(sorted(set(wanted) - reviewed_types()))
