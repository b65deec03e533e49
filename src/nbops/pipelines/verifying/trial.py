"""One run of a pipeline in a cold kernel, held against the run that has to come out of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from nbops.capture.secrets.redaction import redact
from nbops.errors import PipelineFailed
from nbops.pipelines.parameters.secret import as_secret
from nbops.pipelines.verifying.apply_pins import apply_pins
from nbops.pipelines.verifying.compare import compare, proves
from nbops.pipelines.verifying.comparison import Comparison
from nbops.pipelines.verifying.pin import File, Pin, PinPlan
from nbops.pipelines.verifying.rerun import rerun
from nbops.pipelines.verifying.source_state import CHANGED, GONE, SAME, source_state
from nbops.pipelines.verifying.verdict import differences, summary
from nbops.recording.run import Run
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

_MOST, _LONGEST = 3, 200


@dataclass(frozen=True, slots=True)
class Trial:
    """What a cold kernel gave.

    Attributes:
        fresh: Its run; None where a cell failed.
        comparisons: What was held against what.
        unheld: Sentences about results that could not be compared.
        uncompared: Names of the data that could not be compared.
        failure: Why it came to no end; empty where it did.
    """

    fresh: Run | None
    comparisons: tuple[Comparison, ...] = ()
    unheld: tuple[str, ...] = ()
    failure: str = ""
    uncompared: tuple[str, ...] = ()

    @property
    def proves(self) -> bool:
        """Whether everything was equal, a result among it, and no result was left out."""
        return proves(self.comparisons) and not self.unheld

    @property
    def is_empty(self) -> bool:
        """Whether there was no result that could be compared, and nothing that differed."""
        return not self.failure and not self.proves and all(one.equal for one in self.comparisons)

    @property
    def shortfall(self) -> str:
        """What stands against it, with numbers."""
        return self.failure or differences(self.comparisons)

    @property
    def agreement(self) -> str:
        """What was equal, and how much of the data that were read was compared."""
        return summary(self.comparisons, self.uncompared)

    @property
    def emptiness(self) -> str:
        """Why nothing is proven, though nothing differs."""
        if self.unheld:
            return "; ".join([*self.unheld, *filter(None, [self.agreement])])
        if not self.comparisons:
            return "the run holds nothing to compare"
        return f"only what went in could be compared, the run holds no result; {self.agreement}"

    @property
    def cautions(self) -> tuple[str, ...]:
        """What could not be compared, where something else is the reason against it."""
        return () if self.is_empty else self.unheld


class Trials:
    """Runs a pipeline's notebooks in cold kernels, one after the other.

    Args:
        run: What has to come out.
        path: Where the pipeline lies, or is going to lie.
        workspace: The run's.
        progress: Show a bar for each.
    """

    def __init__(self, run: Run, path: Path, workspace: Workspace, *, progress: bool) -> None:
        self.run, self.path, self.workspace, self.progress = run, path, workspace, progress

    def make(self, notebook: NotebookNode, pins: Sequence[Pin], doing: str = "") -> Trial:
        """Run *notebook*, with *pins* in the copy that is run, and compare.

        Raises:
            PipelineError: A pinned statement is not in the notebook.
        """
        title = f"verifying {self.path.stem}{doing and ' '}{doing}"
        copy = apply_pins(notebook, pins) if pins else notebook
        fresh = rerun(copy, self.path, self.workspace, self.run, title, progress=self.progress)
        if isinstance(fresh, PipelineFailed):
            message = _clean(fresh.evalue, self.workspace)
            told = f"in a fresh kernel {fresh.number} raised {fresh.ename}: {message}{_unset(notebook)}"
            return Trial(None, failure=told)
        found = compare(self.run, fresh, self.workspace)
        return Trial(fresh, found.comparisons, found.unheld, uncompared=found.uncompared)


def moved_files(files: Iterable[File], workspace: Workspace) -> dict[str, str]:
    """Return path → `changed` or `gone`, for those of *files* that are not any more what was read."""
    states = {str(file["path"]): source_state(file, workspace.project) for file in files}
    return {path: state for path, state in states.items() if state in {CHANGED, GONE}}


def pins_needed(plan: PinPlan, workspace: Workspace) -> tuple[Pin, ...]:
    """Return the pins without which other data would be read than were captured."""
    return tuple(pin for pin in plan.pins if moved_files(pin.files, workspace))


def pins_unsure(plan: PinPlan, workspace: Workspace) -> tuple[Pin, ...]:
    """Return the pins of what comes from where nobody can tell whether it is the same: a database, a service."""
    return tuple(
        pin
        for pin in plan.pins
        if not moved_files(pin.files, workspace)
        and not (pin.files and all(source_state(file, workspace.project) == SAME for file in pin.files))
    )


def tell_pins(pins: Sequence[Pin], why: str) -> str:
    """Say which snapshots stood for which data."""
    snapshots = [item for pin in pins for item in pin.snapshots.items()]
    if len(snapshots) == 1:
        name, identity = snapshots[0]
        return f"`{name}` was read from snapshot {identity[:6]}{_unproven(pins)}, because {why}"
    parts = [f"`{name}` from {identity[:6]}" for name, identity in snapshots]
    return f"snapshots were read ({', '.join(parts)}){_unproven(pins)}, because {why}"


def _unproven(pins: Iterable[Pin]) -> str:
    count = sum(len(pin.texts) for pin in pins if len(pin.texts) > 1)
    return f", in place of the {count} statements that make and change it" if count else ""


def tell_needed(pins: Sequence[Pin], workspace: Workspace) -> list[str]:
    """Say which files made *pins* necessary."""
    found: dict[str, list[Pin]] = {}
    for pin in pins:
        found.setdefault(tell_moved(moved_files(pin.files, workspace)), []).append(pin)
    return [tell_pins(several, why) for why, several in found.items()]


def tell_moved(moved: dict[str, str]) -> str:
    """Say which files are not what they were."""
    told = [
        f"{PurePath(path).name} {'has changed since' if state == CHANGED else 'is gone'}"
        for path, state in list(moved.items())[:_MOST]
    ]
    more = f" and {len(moved) - _MOST} more files too" if len(moved) > _MOST else ""
    return f"{' and '.join(told)}{more}"


def unpinned(plan: PinPlan, pins: Sequence[Pin], workspace: Workspace) -> list[tuple[str, str]]:
    """Say for which data that are not any more what they were no snapshot stood: what changed, and why none did."""
    moved = moved_files(plan.files, workspace)
    for pin in pins:
        for file in pin.files:
            moved.pop(str(file["path"]), None)
    refused: dict[tuple[str, str], list[str]] = {}
    for refusal in plan.refusals:
        own = {str(file["path"]): moved[str(file["path"])] for file in refusal.files if str(file["path"]) in moved}
        if own:
            refused.setdefault((tell_moved(own), refusal.why), []).append(f"`{refusal.name}`")
    told = [
        (what, f"{', '.join(names)} could not be read from a snapshot: {why}") for (what, why), names in refused.items()
    ]
    covered = {str(file["path"]) for refusal in plan.refusals for file in refusal.files}
    if rest := {path: state for path, state in moved.items() if path not in covered}:
        told.append((tell_moved(rest), "there is no snapshot of what was read from it"))
    return told


def tell_lost(lost: Sequence[tuple[str, str]], effect: str) -> str:
    """Say what changed and with which *effect*, and then why no snapshot stood for it; nothing twice.

    Args:
        lost: From `unpinned`.
        effect: What differs, as `accuracy 0.6612 → 0.6809`.
    """
    changed: dict[str, list[str]] = {}
    for what, why in lost:
        changed.setdefault(what, []).append(why)
    (first, whys), *rest = changed.items()
    told = [f"{first} ({effect}), and {' and '.join(whys)}"]
    return "; ".join([*told, *(f"{what}, and {' and '.join(several)}" for what, several in rest)])


def _clean(message: str, workspace: Workspace) -> str:
    """Return the first line of an error's message, fit to be kept: no secrets, no paths of this machine."""
    line = next((line for line in redact(message).text.splitlines() if line.strip()), "")
    for folder, shown in ((f"{workspace.project}{os.sep}", ""), (str(workspace.project), "."), (str(Path.home()), "~")):
        line = line.replace(folder, shown)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _unset(notebook: NotebookNode) -> str:
    """Name the environment variables that the pipeline's secrets come from and that are not set here."""
    listed = notebook.metadata.get("nbops", {}).get("parameters", ())
    named = [(item, as_secret(item.get("default"))) for item in listed if item.get("secret")]
    names = [secret.name if secret is not None else str(item["name"]) for item, secret in named]
    missing = [name for name in names if name not in os.environ]
    return f" (set the environment variable {', '.join(missing)}, which held a secret)" if missing else ""
