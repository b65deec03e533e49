"""What `%nbops` and its verbs answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbops.magics.place import kernel_workspace
from nbops.widgets.lists import LiveModels, Runs
from nbops.widgets.status_view import Status

if TYPE_CHECKING:
    from nbops.magics.cards import Cards
    from nbops.workspace import Workspace


def status(cards: Cards) -> Status:
    """Look at the workspace; never waits for MLflow."""
    from nbops import __version__
    from nbops.capture.session import current_session
    from nbops.recording.interpreter import recorders
    from nbops.recording.list_runs import count_runs
    from nbops.recording.pending import pending, recorder_state

    workspace = kernel_workspace()
    session = current_session()
    return Status(
        version=__version__,
        workspace=_near(workspace.root),
        store=_masked(session.tracking_uri if session else workspace.tracking_uri, workspace),
        pending=pending(workspace),
        recorder=recorder_state(workspace).partition(":")[0],
        runs=count_runs(workspace),
        last=_last(workspace),
        unseen=session.unseen if session else 0,
        quiet=cards.quiet,
        problems=(
            *(f"MLflow does not answer: {reason}" for reason in recorders(workspace) if reason),
            *(f"snapshots are not uploaded: {reason}" for reason in recorders(workspace, "uploads") if reason),
        ),
    )


def undo() -> Runs:
    """Delete this kernel's latest run (MLflow's soft delete) and return it.

    Raises:
        RunNotFound: There is none.
        RunNotUsable: A version or ledger entry refers to it.
    """
    from nbops.recording.delete_run import delete_run

    return Runs([delete_run("last", workspace=kernel_workspace())])


def live() -> LiveModels:
    """Return which version is live where."""
    from nbops.registry.live import live

    return LiveModels(live(kernel_workspace()))


def _last(workspace: Workspace) -> str:
    from nbops.errors import RunNotFound
    from nbops.recording.get_run import get_run

    try:
        run = get_run("last", workspace=workspace)
    except RunNotFound:
        return ""
    return f"{run.name or run.id[:8]} ({run.id[:8]}), {run.status.lower()}"


def _near(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else f"{path.parent.name}/{path.name}"


def _masked(uri: str, workspace: Workspace) -> str:
    """Return the store's address without credentials and without what differs between machines."""
    scheme, separator, rest = uri.partition("://")
    if scheme in {"http", "https"}:
        return f"{scheme}{separator}{rest.rpartition('@')[2]}"
    return uri.replace(f"{workspace.project}/", "")
