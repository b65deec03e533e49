"""What becomes of a version that was trained by itself: the gates are asked, a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.errors import GateClosed
from nbops.monitoring.retraining.retraining import ASSIGNED, REFUSED, STANDS, WAITS
from nbops.registry.assign import assign
from nbops.registry.judge import judge
from nbops.registry.policy import read_policy

if TYPE_CHECKING:
    from nbops.registry.version import Version
    from nbops.workspace import Workspace

CHALLENGER, CHAMPION = "challenger", "champion"


@dataclass(frozen=True, slots=True)
class Settled:
    """Outcome, in a sentence, with the objections and notes of the gates."""

    outcome: str
    sentence: str
    objections: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def settle_version(version: Version, reason: str, *, ask_champion: bool, workspace: Workspace) -> Settled:
    """Hold *version* against the champion and let it stand as `challenger` where no gate objects.

    An objection counts here also where the project declares no gates and they only advise: nobody is there to weigh
    it. `champion` is only moved with *ask_champion* and where the project declares gates that bind it.

    Raises:
        StoreError: MLflow does not answer.
    """
    name = f"{version.name} v{version.version}"
    verdict = judge(version.name, version.version, alias=CHAMPION, workspace=workspace)
    if not verdict:
        said = f"{name} was trained, and {len(verdict.objections)} of the gates object"
        return Settled(REFUSED, said, verdict.objections, verdict.notes)
    try:
        assign(version.name, version.version, CHALLENGER, reason=reason[:400], workspace=workspace)
    except GateClosed as closed:
        return Settled(REFUSED, f"{name} may not become {CHALLENGER}", tuple(closed.objections), verdict.notes)
    if not ask_champion:
        return Settled(STANDS, f"{name} stands as {CHALLENGER}, and its gates are open", (), verdict.notes)
    if not read_policy(workspace.project).binds(CHAMPION):
        said = f"{name} stands as {CHALLENGER}; the project declares no gates for {CHAMPION}, so a person assigns it"
        return Settled(WAITS, said, (), verdict.notes)
    try:
        assign(version.name, version.version, CHAMPION, reason=reason[:400], workspace=workspace)
    except GateClosed as closed:  # somebody was faster, and the new champion is better
        return Settled(REFUSED, f"{name} may not become {CHAMPION}", tuple(closed.objections), verdict.notes)
    return Settled(ASSIGNED, f"{name} is {CHAMPION} now: its gates are open", (), verdict.notes)
