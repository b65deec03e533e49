"""A run → the slice that reproduces it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nbops.capture.journal.journal import read_journal
from nbops.capture.journal.records import FINISHED, Execution
from nbops.errors import RunNotUsable, SliceError
from nbops.pipelines.notebook.compose import Composed
from nbops.pipelines.promoted_cell import PromotedCell
from nbops.recording.dataset_state import BEING_STORED, BY_REFERENCE, dataset_state
from nbops.recording.list_runs import list_runs
from nbops.recording.run import Run
from nbops.slicing.effects import Effects, project_effects
from nbops.slicing.slice import Slice, label
from nbops.slicing.slice_executions import slice_executions
from nbops.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RunSlice:
    """What reproduces a run.

    Attributes:
        run: A finished run of a cell.
        before: Every execution up to the run's, in the order in which they ran.
        slice: Which of them are needed, and why.
        effects: The table of effects that it was found with.
    """

    run: Run
    before: tuple[Execution, ...]
    slice: Slice
    effects: Effects

    @property
    def kept(self) -> list[Execution]:
        """The executions that are needed."""
        return [item.execution for item in self.slice.kept]

    def explained(self, kept: Sequence[Execution]) -> tuple[tuple[PromotedCell, ...], tuple[PromotedCell, ...]]:
        """Return *kept* and the others, each with its reason; *kept* may be more than the slice."""
        edges = {item.execution.index: item.edges for item in self.slice.kept}
        reasons = {index: "; ".join(map(_bare, (edge.text for edge in found))) for index, found in edges.items()}
        reasons |= {item.execution.index: _bare(item.reason) for item in self.slice.dropped}
        stay = {one.index for one in kept}
        widened = {
            one.index: "kept because the slice alone fell short: see the verdict"
            for one in kept
            if one.index not in edges
        }
        cells = [
            PromotedCell(
                one.source,
                widened.get(one.index) or reasons.get(one.index, ""),
                one.cell,
                one.count,
                one.index,
                edges.get(one.index, ()),
            )
            for one in self.before
        ]
        return tuple(one for one in cells if one.index in stay), tuple(one for one in cells if one.index not in stay)

    def cautions(self, kept: Sequence[Execution], composed: Composed, *, proven: bool = True) -> tuple[str, ...]:
        """Say where knowledge ended, and what a person has to see to.

        Args:
            kept: Executions that the pipeline consists of.
            composed: The pipeline.
            proven: The comparison was made; otherwise it is still to come.
        """
        found = [*self.slice.cautions, *_unheld(self.run, proven=proven)]
        if self.slice.missing:
            names = ", ".join(f"`{name}`" for name in self.slice.missing)
            found.append(f"{names}: no recorded execution binds what kept cells read; load nbops before the first cell")
        for name, variable in composed.secrets.items():
            found.append(
                f"`{name}` was a secret, which is not in the pipeline: set the environment variable {variable}"
            )
        found += [
            f"the code set {variable} to a secret, which is not in the pipeline: set that environment variable"
            for variable in composed.variables
        ]
        found += [
            f"{label(one)} held a secret, which was masked: read it from an environment variable instead"
            for one in kept
            if one.index in composed.unnamed
        ]
        return tuple(found)


def slice_run(run: Run, workspace: Workspace) -> RunSlice:
    """Find the executions that reproduce *run*. Reads only the journal.

    Raises:
        RunNotUsable: The run did not finish, or is not the run of a cell.
        SliceError: Its executions are not in the journal any more.
    """
    if run.status != FINISHED:
        said = f"run {run.name} is {run.status}; only finished runs can be promoted"
        raise RunNotUsable(said, hint=_another(workspace))
    if run.kind != "cell" or not run.session or run.execution is None:
        said = f"run {run.name} is not the run of a cell, so there is nothing to slice"
        raise RunNotUsable(said, hint=_another(workspace))
    reading = read_journal(workspace.journals / run.session)
    found = {record.index: record for record in reading.records if isinstance(record, Execution)}
    if run.execution not in found:
        raise SliceError(f"the executions of run {run.name} are not in the journal any more", hint="run the cell again")
    before = tuple(found[index] for index in sorted(found) if index <= run.execution)
    effects = project_effects(workspace.project)
    return RunSlice(run, before, slice_executions(before, run.execution, effects=effects), effects)


def _another(workspace: Workspace) -> str:
    finished = next((one for one in list_runs(workspace, status=FINISHED) if one.kind == "cell" and one.session), None)
    return f"%promote {finished.id[:8]}  ({finished.name}, the last finished one)" if finished else "%%track"


def _bare(reason: str) -> str:
    return reason.removeprefix("kept: ").removeprefix("dropped: ")


def _unheld(run: Run, *, proven: bool) -> list[str]:
    """Say which data no comparison can hold against what the run read."""
    found = []
    told = "so that its rows were not compared" if proven else "so that its rows will not be compared"
    for item in run.snapshots:
        state = dataset_state(item)
        if state == BEING_STORED:
            later = f"{told}; promote again later" if proven else f"{told} unless that ends first"
            found.append(f"`{item['name']}` is still being stored, {later}")
        elif state == BY_REFERENCE:
            reason = f" ({item['reason']})" if item.get("reason") else ""
            found.append(f"`{item['name']}` is by reference{reason}, {told}")
    return found
