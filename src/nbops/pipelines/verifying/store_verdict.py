"""Keep a verdict: in the notebook, in the tags of the promoted run, and where screens look."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from nbops.errors import NbopsError
from nbops.pipelines.list_pipelines import KIND
from nbops.pipelines.notebook.notebooks import content_hash
from nbops.pipelines.notebook.state_of import surroundings_of
from nbops.pipelines.verifying.pin import PinPlan
from nbops.pipelines.verifying.verdict import Verdict
from nbops.recording.annotate import change
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.run import Run
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

_VERIFICATION, _LOADS = "verification", "loads"
_LONGEST_TAG = 2000


def stamp(notebook: NotebookNode, verdict: Verdict, plan: PinPlan | None, former: NotebookNode | None = None) -> None:
    """Write *verdict* into the metadata of *notebook*.

    Args:
        notebook: Changed in place.
        verdict: What became of the proof.
        plan: What can be pinned of the data, for the next proof; None leaves what is there.
        former: What lies at the notebook's path: where it says the same, its time stays, so that nothing churns.
    """
    ours = notebook.metadata["nbops"]
    new: dict[str, Any] = {
        "verified": verdict.verified,
        "how": verdict.how,
        "verdict": verdict.told,
        "comparisons": [asdict(one) for one in verdict.comparisons],
        "environment": dict(verdict.environment),
        "cautions": list(verdict.cautions),
        "run": verdict.run,
        "content": content_hash(notebook),
        "surroundings": surroundings_of(notebook.metadata),
    }
    old = dict((former.metadata.get("nbops", {}) if former is not None else {}).get(_VERIFICATION) or {})
    at = old.pop("at", None)
    ours[_VERIFICATION] = new | {"at": at if at is not None and old == new else round(time.time(), 3)}
    if plan is not None:
        ours[_LOADS] = plan.to_json()


def tell_run(run: Run, verdict: Verdict, workspace: Workspace) -> None:
    """Tag the promoted run with the verdict; a run that is gone, or a full disk, costs only the tags."""
    tags = {"nbops.verdict": str(verdict)[:_LONGEST_TAG], "nbops.verified_as": verdict.how}
    with suppress(NbopsError):
        change(run, {"tags": tags}, workspace)


def tell_screens(name: str, verdict: Verdict, interpreter: str, workspace: Workspace, more: Mapping[str, Any]) -> None:
    """Keep the verdict in what is known of the pipeline *name*, with *more*."""
    model = ReadModel(workspace)
    known = model.get(KIND, name) or {}
    told = {
        "verified": verdict.verified,
        "verdict": verdict.told,
        "how": verdict.how,
        "comparisons": [asdict(one) for one in verdict.comparisons],
        "environment": dict(verdict.environment),
        "interpreter": interpreter or known.get("interpreter", ""),
        "verified_at": time.time(),
    }
    model.put(KIND, name, known | told | dict(more))
