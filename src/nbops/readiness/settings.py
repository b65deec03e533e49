"""Whether the settings can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.addresses import without_credentials
from nbops.errors import ConfigError
from nbops.readiness.finding import BROKEN, LOOK, WELL, Finding
from nbops.registry.policy import read_policy
from nbops.settings import Settings, read_settings, unknown_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbops.workspace import Workspace

_KNOWN = f"settings are {', '.join(Settings.__dataclass_fields__)}"


def settings(workspace: Workspace) -> Iterator[Finding]:
    """Say which settings differ from their defaults, and what switches parts of nbops off."""
    held, problems = read_settings(workspace.project)
    for problem in problems:
        yield Finding("settings", BROKEN, f"{problem}; its default holds until it is mended", _KNOWN)
    if unknown := unknown_variables():
        yield Finding("settings", LOOK, f"{', '.join(unknown)} in the environment means nothing to nbops", _KNOWN)
    try:
        read_policy(workspace.project)
    except ConfigError as error:
        yield Finding("gates", BROKEN, str(error), error.hint)
    names = [name for name in Settings.__dataclass_fields__ if getattr(held, name) != getattr(Settings(), name)]
    yield Finding("settings", WELL, f"set: {', '.join(names)}" if names else "all at their defaults")
    if held.data == "never":
        yield Finding("settings", LOOK, "data = never: no frame is snapshotted, so no pipeline can be verified on it")
    if held.snapshots:
        yield Finding(
            "settings", LOOK, f"snapshots: rows leave the workspace for {without_credentials(held.snapshots)}"
        )
    if held.upload_data:
        yield Finding("settings", LOOK, "upload_data: raw rows of snapshots leave the workspace for MLflow")
