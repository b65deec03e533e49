"""A running cell that is recorded as a run."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbops.capture.boundary import unharmed
from nbops.capture.datasets.frames_among import frames_among
from nbops.capture.findings.draws import drawn_by_cell, draws_of, made_by, seeded_by
from nbops.capture.findings.estimators import FITS
from nbops.capture.findings.gather import Gathered, Scene, gather
from nbops.capture.namespace.process_state import ProcessState, moved
from nbops.capture.surroundings.environment import environment_of
from nbops.capture.surroundings.mlflow_presence import user_last_run
from nbops.capture.track_request import TrackRequest
from nbops.capture.untouchable import Touchable

if TYPE_CHECKING:
    from nbops.capture.cells.listeners import CellListeners
    from nbops.capture.cells.memory import Memory
    from nbops.capture.cells.running_cell import RunningCell
    from nbops.capture.namespace.changes import Changes
    from nbops.capture.runs.active_run import ActiveRun
    from nbops.capture.surroundings.git import GitListener

_GIVEN_TO = FITS | {"score", "predict", "predict_proba", "evaluate"}


@dataclass(slots=True)
class TrackedCell:
    """What tracking adds to a running cell.

    Attributes:
        run: The open run.
        request: What `%%track` asked for.
        listeners: Listens to what it draws, prints, warns of and needs.
        datasets: Frames that it read, as they were before its code ran.
        warnings: Sentences.
        seconds: What snapshots may still take of this cell's time.
        mlflow_run: MLflow run that was the user's latest before the cell.
    """

    run: ActiveRun
    request: TrackRequest
    listeners: CellListeners
    datasets: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.25
    mlflow_run: str | None = field(default_factory=user_last_run)

    @property
    def begun_run(self) -> str | None:
        """Id of the MLflow run that the cell itself began, by `mlflow.start_run`, `mlflow.log_…` or autolog."""
        last = user_last_run()
        return last if last != self.mlflow_run else None

    @property
    def takes_data(self) -> bool:
        """Whether frames are recorded at all."""
        return not self.request.no_data and self.run.session.settings.data != "never"

    def read_inputs(self, running: RunningCell, memory: Memory, namespace: Mapping[str, Any]) -> None:
        """Record the frames that the cell is going to read, before it can change them."""
        if self.takes_data:
            names = dict.fromkeys([*running.names.inputs, *sorted(running.inside)])
            frames = dict(frames_among(names, Touchable(namespace)))
            self._record(frames, running.states(frames), memory)

    def read_made(self, running: RunningCell, memory: Memory, namespace: Mapping[str, Any]) -> None:
        """Record frames that the cell itself made and gave to a model."""
        if self.takes_data:
            known = {entry["name"] for entry in self.datasets}
            made = [name for name in _given(running.code.tree) if name in running.names.bound and name not in known]
            self._record(dict(frames_among(dict.fromkeys(made), Touchable(namespace))), {}, memory)

    def _record(self, frames: dict[str, Any], states: Mapping[str, tuple[int, ...]], memory: Memory) -> None:
        if not frames:
            return
        from nbops.capture.datasets.record_datasets import record_datasets

        began = time.perf_counter()
        entries, warnings = record_datasets(frames.items(), self.run.session, memory.datasets, states, self.seconds)
        self.seconds = max(0.0, self.seconds - (time.perf_counter() - began))
        self.datasets += entries
        self.warnings += warnings


def gather_cell(
    tracked: TrackedCell,
    running: RunningCell,
    changes: Changes,
    memory: Memory,
    namespace: Mapping[str, Any],
    result: Any,
    *,
    complete: bool,
) -> Gathered:
    """Gather what a tracked cell turned out to be."""
    session = tracked.run.session
    changed = frozenset(changes.changed) | (frozenset(changes.assumed) & frozenset(_fitted_by_name(running.code.tree)))
    scene = Scene(
        code=running.code,
        names=running.names,
        bindings=running.bindings,
        inside=running.inside,
        namespace=Touchable(namespace),
        earlier=memory.literals,
        numbers=running.numbers,
        defined=frozenset(changes.defined),
        changed=changed,
        known=changes.kept,
        result=result,
        complete=complete,
        put=session.put,
        model_mb=session.settings.model_mb,
    )
    return gather(scene, tracked.request)


def surroundings(
    tracked: TrackedCell, running: RunningCell, namespace: Mapping[str, Any], git: GitListener, result: Any
) -> dict[str, Any]:
    """Return figures, environment and git state as fields of a `RunClosed`."""
    session = tracked.run.session
    facts: dict[str, Any] = {}
    with unharmed("the figures of a cell"):
        names = [*running.names.read, *running.names.bound]
        drawn = tracked.listeners.figures.figures(names, namespace, result)
        facts["artifact_blobs"] = [
            {"path": f"figures/{name}", "blob": session.put(content)} for name, content in drawn.items()
        ]
        specified, warnings = tracked.listeners.figures.specifications(running.names.bound, namespace, result)
        tracked.warnings += warnings
        facts["artifact_blobs"] += [
            {"path": f"figures/{name}", "blob": session.put(content), "rows": True}
            for name, content in specified.items()
        ]
    with unharmed("the environment of a cell"):
        facts["environment"] = environment_of(
            {*running.names.read, *running.names.bound, *running.inside}, namespace, imports_of(running.code.tree)
        )
    with unharmed("the state of the repository"):
        state = git.state()
        if state.facts:
            facts["git"] = state.facts | {"diff": session.put(state.diff) if state.diff else None}
    return facts


def draws_in(
    running: RunningCell,
    changes: Changes,
    process: ProcessState,
    seeded: frozenset[str],
    namespace: Mapping[str, Any],
    *,
    began_run: bool = False,
) -> tuple[dict[str, Any], ...]:
    """Return the random generators that a cell drew from, of the process and of the notebook."""
    before = running.process.generators
    drew = drawn_by_cell(moved(before, process.generators), running.code, began_run=began_run)
    seeded |= seeded_by(running.code)
    own = [name for name in (*changes.changed, *changes.assumed) if name in running.touched]
    own += [name for name in made_by(running.code) if name not in own and name not in seeded]
    states = {name: next(iter(parts), None) for name, parts in running.states(dict.fromkeys(own)).items()}
    return draws_of(drew, own, {**states, **before}, seeded, namespace)


def imports_of(tree: ast.Module) -> set[str]:
    """Return the top-level modules that a cell imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _given(tree: ast.Module) -> Iterator[str]:
    """Yield names that the cell gives to a model's methods."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _GIVEN_TO:
            for part in [*node.args, *(keyword.value for keyword in node.keywords)]:
                yield from (inner.id for inner in ast.walk(part) if isinstance(inner, ast.Name))


def _fitted_by_name(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in FITS and isinstance(node.value, ast.Name):
            yield node.value.id
