"""What `%nbops` and its verbs answer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.addresses import without_credentials
from nbops.magics.place import kernel_workspace
from nbops.widgets.lists import Findings, LiveModels, Runs
from nbops.widgets.status_view import Status

if TYPE_CHECKING:
    from nbops.magics.cards import Cards
    from nbops.workspace import Workspace

_QUIET = "workspace"  # its absence before the first run is no problem


def status(cards: Cards) -> Status:
    """Look at the workspace; never waits for MLflow."""
    from nbops import __version__
    from nbops.capture.runs.session import current_session
    from nbops.errors import StoreUnavailable
    from nbops.readiness.examine import degraded
    from nbops.recording.list_runs import count_runs
    from nbops.recording.pending import pending, recorder_state

    workspace = kernel_workspace()
    session = current_session()
    state = recorder_state(workspace)
    found = [f"{one.topic}: {_here(one.sentence, workspace)}" for one in degraded(workspace) if one.topic != _QUIET]
    if session.refused:
        found.append(f"the disk refuses {session.refused} records; they wait in memory: make room")
    waiting, runs, last = 0, 0, ""
    with suppress(StoreUnavailable):  # told among what is degraded
        waiting, runs, last = pending(workspace), count_runs(workspace), _last(workspace)
    return Status(
        version=__version__,
        workspace=_near(workspace.root),
        store=_masked(session.tracking_uri, workspace),
        pending=waiting,
        recorder=state.partition(":")[0],
        runs=runs,
        last=last,
        unseen=session.unseen,
        quiet=cards.quiet,
        problems=tuple(found),
    )


def doctor() -> Findings:
    """Look at everything that nbops stands on; asks MLflow too."""
    from nbops.readiness.examine import examine

    workspace = kernel_workspace()
    return Findings(replace(found, sentence=_here(found.sentence, workspace)) for found in examine(workspace))


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


def _here(sentence: str, workspace: Workspace) -> str:
    """Return *sentence* without what differs between machines: saved outputs hold no absolute path of the project."""
    return sentence.replace(f"{workspace.project}/", "").replace(str(workspace.project), ".")


def _masked(uri: str, workspace: Workspace) -> str:
    """Return the store's address without credentials and without what differs between machines."""
    return _here(without_credentials(uri), workspace)
