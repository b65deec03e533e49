"""Stop a pipeline that runs, from this process or any other."""

from __future__ import annotations

import json
import time

from nbops.capture.journal.records import KILLED, RUNNING
from nbops.errors import PipelineError, RunNotFound, RunNotUsable
from nbops.pipelines.running.ending import cancelled
from nbops.pipelines.running.heartbeat import Running, read_running, running_file, wish_file
from nbops.pipelines.running.is_own import is_own
from nbops.pipelines.running.list_running import list_running
from nbops.pipelines.running.settle import settle
from nbops.pipelines.running.tree_of import tree_of
from nbops.processes import is_alive
from nbops.recording.get_run import get_run
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace, write_file

NOTHING = "nothing is running"
_PATIENCE, _LOOK = 15.0, 0.05


def cancel(run: str | Run | None = None, workspace: Workspace | None = None) -> Run:
    """Stop the pipeline that *run* executes, with every process that it has started, and return its run: KILLED.

    One that finished in the very moment is returned as it is: FINISHED.

    The cell that runs is interrupted and has five seconds to clean up; then the kernel and all its children are killed.

    Args:
        run: Id of a running pipeline's run, or its beginning; the pipeline's name; or `last` for the latest begun.
            None: the one that runs, where it is one; what verifies a pipeline has to be named.
        workspace: The current directory's by default.

    Raises:
        RunNotFound: Nothing answers to *run*, or several do.
        RunNotUsable: It does not run (any more), or is not the run of a pipeline.
        PipelineError: It runs on another host, which does not answer.
    """
    place = workspace or find_workspace()
    running = _only(place) if run is None else _find(run.id if isinstance(run, Run) else str(run), place)
    write_file(wish_file(place, running.run), json.dumps({"at": time.time()}).encode())
    if not _wait(running, place):
        _by_force(running, place)
    return get_run(running.run, workspace=place)


def _only(workspace: Workspace) -> Running:
    known = [one for one in list_running(workspace) if not _is_hidden(one, workspace)]
    if len(known) == 1:
        return known[0]
    if not known:
        raise RunNotUsable(NOTHING)
    names = ", ".join(f"{one.run[:8]} ({one.pipeline})" for one in known)
    raise RunNotFound(f"{len(known)} pipelines are running: {names}", hint=f"nbops cancel {known[0].run[:8]}")


def _is_hidden(running: Running, workspace: Workspace) -> bool:
    """Say whether *running* verifies a pipeline: it is hidden only once it has ended, but names what it verifies."""
    try:
        return "nbops.verifies" in get_run(running.run, workspace=workspace).tags
    except RunNotFound:  # its kernel has not begun it
        return False


def _find(ref: str, workspace: Workspace) -> Running:
    known = list_running(workspace)
    if ref == "last":
        shown = [one for one in known if not _is_hidden(one, workspace)]
        if not shown:
            raise RunNotUsable(NOTHING)
        return shown[0]
    found = [one for one in known if ref in {one.run, one.pipeline, one.retry_of}]
    found = found or [one for one in known if one.run.startswith(ref.lower()) or one.retry_of.startswith(ref.lower())]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{one.run[: len(ref) + 4]} ({one.pipeline})" for one in found[:5])
        raise RunNotFound(f"{ref!r} means more than one running pipeline: {names}", hint="more digits of the id")
    runs = ", ".join(f"{one.run[:8]} ({one.pipeline})" for one in known[:5])
    hint = f"running now: {runs}" if runs else "no pipeline runs now"
    ended = get_run(ref, workspace=workspace)
    if ended.status == RUNNING and ended.kind != "pipeline":
        raise RunNotUsable(f"run {ended.name} is not the run of a pipeline; interrupt its kernel instead", hint=hint)
    raise RunNotUsable(f"run {ended.name} is {ended.status}, so there is nothing to cancel", hint=hint)


def _wait(running: Running, workspace: Workspace) -> bool:
    """Wait until the supervisor has done what it was asked for."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if not running_file(workspace, running.run).exists():
            return True
        if is_alive(running.owner) is False:
            list_running(workspace)
            return True
        time.sleep(_LOOK)
    return False


def _by_force(running: Running, workspace: Workspace) -> None:
    """Kill the kernel of a supervisor that does not answer; the supervisor may be somebody's notebook and stays."""
    path = running_file(workspace, running.run)
    running = read_running(path) or running
    if running.kernel is None or is_alive(running.kernel) is None:
        raise PipelineError(
            f"{running.pipeline} runs on {running.owner.host}, where process {running.owner.pid} does not answer",
            hint=f"on {running.owner.host}: kill {running.owner.pid}",
        )
    known = tree_of(running) if is_own(path) else None
    if known is None:
        raise PipelineError(
            f"{running.pipeline} does not answer, and {path.name} does not show which processes are its own",
            hint=f"if it does not run any more, delete {workspace.relative(path)}",
        )
    known[0].kill()
    settle(running.to_spec(), KILLED, workspace, cancelled(running.place).to_error())
    running_file(workspace, running.run).unlink(missing_ok=True)
    wish_file(workspace, running.run).unlink(missing_ok=True)
