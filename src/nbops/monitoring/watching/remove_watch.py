"""Remove, pause and resume watches."""

from __future__ import annotations

import glob
from dataclasses import replace
from typing import TYPE_CHECKING

from nbops.alerts.resolve import settle
from nbops.monitoring.watching.observe import tell_registry
from nbops.monitoring.watching.plans import alone, drop_plan, keep_plan, read_plan
from nbops.monitoring.watching.tell_alerts import key
from nbops.monitoring.watching.watch import continued

if TYPE_CHECKING:
    from nbops.monitoring.watching.plan import Plan
    from nbops.workspace import Workspace


def remove_watch(name: str, *, workspace: Workspace) -> tuple[str, ...]:
    """Remove the watch *name* with its reference and reports; the runs of its checks stay in MLflow.

    Returns:
        What could not be told to the registry, in sentences.

    Raises:
        WatchNotFound: There is none.
        WatchBusy: It is being checked right now.
    """
    from nbops.recording.folding.read_model import ReadModel

    continued(name, workspace)
    with alone(workspace, name, f"the watch {name!r} is being checked by another process"):
        watch = continued(name, workspace)
        documents = ReadModel(workspace)
        for body in documents.list("report"):
            if body.get("watch") == name:
                documents.delete("report", f"{name}/{body['label']}")
        documents.delete("watch", name)
        drop_plan(workspace, name)
        (workspace.root / "watches" / f"{name}.json").unlink(missing_ok=True)
        for path in (workspace.root / "watches" / "retraining").glob(f"{glob.escape(name)}.*.json"):
            path.unlink()
        for cause in ("data", "drift", "retraining"):
            settle(key(name, cause), workspace=workspace, note="the watch was removed")
        unsaid = tell_registry(watch, documents)
    return (unsaid,) if unsaid else ()


def pause_watch(name: str, *, paused: bool, workspace: Workspace) -> Plan:
    """Let the watch *name* look by itself no longer, or again.

    Raises:
        WatchNotFound: There is none.
    """
    plan = replace(read_plan(workspace, name), paused=paused)
    keep_plan(workspace, plan)
    return plan
