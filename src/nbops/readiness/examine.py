"""Look at everything that nbops stands on, and say how it is."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from nbops.errors import NbopsError
from nbops.readiness.alerts import alerts
from nbops.readiness.finding import BROKEN, LOOK, WELL, Finding
from nbops.readiness.journals import journals, set_aside
from nbops.readiness.jupyter import jupyter
from nbops.readiness.ledger import ledger
from nbops.readiness.place import place
from nbops.readiness.recorder import recorder
from nbops.readiness.runs import runs
from nbops.readiness.settings import settings
from nbops.readiness.snapshots import snapshots
from nbops.readiness.store import loss, store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbops.workspace import Workspace

    Look = Callable[[Workspace], Iterator[Finding]]

_LOCAL: tuple[tuple[str, Look], ...] = (
    ("settings", settings),
    ("file system", place),
    ("recorder", recorder),
    ("runs", runs),
    ("snapshots", snapshots),
    ("alerts", alerts),
)
_BRIEF: tuple[tuple[str, Look], ...] = (("journals", set_aside),)
_FAR: tuple[tuple[str, Look], ...] = (
    ("journals", journals),
    ("MLflow", store),
    ("ledger", ledger),
    ("loss", loss),
    ("JupyterLab", jupyter),
)


def examine(workspace: Workspace, *, local: bool = False) -> Iterator[Finding]:
    """Yield what each look found; one that fails itself is a finding, not the end.

    Args:
        workspace: Which is meant.
        local: Leave out what asks MLflow, imports it, or reads all that was ever recorded.
    """
    yield Finding("nbops", WELL, f"version {version('nbops')}")
    if not workspace.root.is_dir():
        yield Finding("workspace", LOOK, f"none yet at {workspace.root}; the first tracked cell creates it")
        return
    if workspace.replaced is None:
        yield Finding("workspace", WELL, str(workspace.root))
    else:
        told = f"{workspace.replaced} cannot be written; what is recorded lies in {workspace.root} until it can be"
        yield Finding("file system", LOOK, told, "make it writable, and everything comes home by itself")
    for topic, look in (*_LOCAL, *(_BRIEF if local else _FAR)):
        try:
            yield from look(workspace)
        except NbopsError as error:
            yield Finding(topic, BROKEN, str(error), error.hint)
        except OSError as error:
            yield Finding(topic, BROKEN, f"{error.filename or workspace.root} cannot be read: {error.strerror}")


def degraded(workspace: Workspace) -> tuple[Finding, ...]:
    """Return what is not well, as far as it can be seen in a moment and without asking MLflow."""
    return tuple(found for found in examine(workspace, local=True) if found.state != WELL)
