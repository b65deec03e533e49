"""What a check sets off."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from nbops.alerts.resolve import settle
from nbops.errors import NbopsError, WatchBusy, WatchNotFound
from nbops.monitoring.retraining.retrain import retrain
from nbops.monitoring.retraining.retrain_book import read_retrain_plan, read_retrainings
from nbops.monitoring.retraining.retrain_plan import TIME
from nbops.monitoring.retraining.retraining import NONE
from nbops.monitoring.retraining.tell_retraining import tell_obstacle
from nbops.monitoring.watching.outcome import JUDGED, NOTHING_NEW
from nbops.monitoring.watching.plans import read_plan
from nbops.monitoring.watching.signal import signal
from nbops.monitoring.watching.tell_alerts import key

if TYPE_CHECKING:
    from nbops.monitoring.retraining.retraining import Retraining
    from nbops.monitoring.watching.outcome import Outcome
    from nbops.workspace import Workspace


def after_check(outcome: Outcome, *, workspace: Workspace) -> Retraining | str | None:
    """Retrain where the watch's plan says so, and return what came of it, or why it could not even be asked.

    None where there is no plan, or nothing to say. A check without new data only asks where time is a trigger.
    """
    try:
        plan = read_retrain_plan(workspace, outcome.watch)
        if plan is None or outcome.found not in {JUDGED, NOTHING_NEW}:
            return None
        _settle_taken(outcome.watch, workspace)
        if outcome.found == NOTHING_NEW and TIME not in plan.on:
            return None
        came = retrain(outcome.watch, workspace=workspace)
    except (WatchBusy, WatchNotFound) as error:
        return f"{outcome.watch}: not retrained: {error}"
    except (NbopsError, OSError) as error:
        told = f"{outcome.watch}: not retrained: {error}"
        with suppress(NbopsError, OSError):
            tell_obstacle(read_plan(workspace, outcome.watch), told, str(outcome.label), workspace=workspace)
        return told
    return None if came.outcome == NONE else came


def _settle_taken(watch: str, workspace: Workspace) -> None:
    """A challenger that a person has made the watched version needs nobody's answer any more."""
    past = [one for one in read_retrainings(workspace, watch) if one]
    if past and past[-1].version == signal(watch, workspace=workspace).version:
        settle(key(watch, "retraining"), workspace=workspace, note=f"v{past[-1].version} is watched now")
