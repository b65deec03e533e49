"""Find the version that somebody means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.errors import AliasNotFound, VersionNotFound
from nbops.registry.version import check_alias

if TYPE_CHECKING:
    from nbops.registry.mlflow_registry import MlflowRegistry
    from nbops.registry.version import Version


def resolve(store: MlflowRegistry, name: str, version: int | str) -> Version:
    """Return version 3, `"3"`, `"v3"`, or the one that an alias such as `"champion"` or `"@champion"` points to.

    Raises:
        VersionNotFound: No such model or version.
        AliasNotFound: The model has no such alias.
        NameRefused: *version* can be neither a number nor an alias, such as `latest`.
    """
    text = str(version).strip().removeprefix("@")
    digits = text[1:] if text[:1] in "vV" and text[1:].isdigit() else text
    aliases = store.aliases(name)
    if not digits.isdigit():
        if check_alias(text) not in aliases:
            held = ", ".join(f"{alias} → v{number}" for alias, number in sorted(aliases.items())) or "none"
            raise AliasNotFound(f"{name!r} has no alias {text!r}; it has {held}", hint="nbops live")
        digits = str(aliases[text])
    if int(digits) < 1:
        raise VersionNotFound(f"{name!r} has no version {digits}: versions begin at 1")
    return store.version(name, int(digits))
