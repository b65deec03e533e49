"""Whether the settings can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.addresses import without_credentials
from nbops.errors import ConfigError
from nbops.readiness.finding import BROKEN, LOOK, WELL, Finding
from nbops.settings import Settings, resolve_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbops.workspace import Workspace


def settings(workspace: Workspace) -> Iterator[Finding]:
    """Say which settings differ from their defaults, and what switches parts of nbops off."""
    try:
        held = resolve_settings(workspace.project)
    except ConfigError as error:
        yield Finding("settings", BROKEN, f"{error}; defaults hold until it is mended", error.hint)
        return
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
