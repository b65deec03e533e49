"""MLflow: whether it answers, and what depends on this machine's disk alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.addresses import without_credentials
from nbops.errors import VersionNotFound
from nbops.readiness.finding import LOOK, WELL, Finding
from nbops.readiness.snapshots import shared_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbops.workspace import Workspace

_SAFE_SERVER = (3, 16, 1)


def store(workspace: Workspace) -> Iterator[Finding]:
    """Ask MLflow for its version."""
    from nbops.registry.open_registry import open_registry, store_uri

    uri = store_uri(workspace)
    shown = without_credentials(uri)
    try:
        registry = open_registry(workspace)
    except VersionNotFound:
        yield Finding("MLflow", WELL, f"{shown} does not exist yet; the first recorded run creates it")
        return
    release = registry.server_version()
    yield Finding("MLflow", WELL, f"{shown} answers, version {release}")
    if uri.startswith("http") and _parts(release) < _SAFE_SERVER:
        yield Finding("MLflow", LOOK, "the server is older than 3.16.1 and has known holes", "upgrade the server")


def loss(workspace: Workspace) -> Iterator[Finding]:
    """Say what is gone when `.nbops` is."""
    from nbops.registry.open_registry import store_uri

    inside = str(workspace.root) in store_uri(workspace)
    held = "snapshots" if shared_store(workspace) is None else "snapshots not yet uploaded"
    what = "runs, models, versions and the ledger" if inside else f"{held} and runs not yet in MLflow"
    yield Finding("if .nbops is lost", LOOK if inside else WELL, f"{what} are lost with it")


def _parts(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split(".")[:3] if part.isdigit())
