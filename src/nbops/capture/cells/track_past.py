"""Record a cell that has already run: the three-hour fit that nobody tracked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.capture.boundary import unharmed
from nbops.capture.cells.naming import Former, cell_key, fingerprint_of, suggest_name
from nbops.capture.cells.observe import observer_of
from nbops.capture.cells.tracked_cell import imports_of
from nbops.capture.code.bindings import bindings_of
from nbops.capture.code.names import names_inside, names_of
from nbops.capture.datasets.frames_among import frames_among
from nbops.capture.datasets.record_datasets import record_datasets
from nbops.capture.findings.gather import Gathered, Scene, gather
from nbops.capture.journal.records import FAILED, FINISHED, RunClosed
from nbops.capture.runs.close_run import close_run
from nbops.capture.runs.open_run import open_run
from nbops.capture.surroundings.environment import environment_of
from nbops.capture.untouchable import Touchable
from nbops.errors import RunNotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from IPython.core.interactiveshell import InteractiveShell

    from nbops.capture.cells.memory import Past
    from nbops.capture.cells.observer import CellObserver
    from nbops.capture.code.names import CellNames
    from nbops.capture.track_request import TrackRequest


def track_past(shell: InteractiveShell, which: str, request: TrackRequest) -> RunClosed | None:
    """Record an execution that is over as a run; what later cells overwrote is told, not guessed.

    Args:
        shell: The shell that ran it.
        which: `last`, or the count in `In [count]`.
        request: What the run shall hold; its name is not used.

    Raises:
        RunNotFound: No such execution, or it is a run already.
    """
    observer = observer_of(shell)
    past = _past(observer, which) if observer else None
    if observer is None or past is None:
        raise RunNotFound(
            f"no execution {which!r} is known in this kernel", hint="%track last, or the count in In [12]"
        )
    if past.run is not None:
        raise RunNotFound(f"In [{past.count}] is a run already", hint=f"%runs show {past.run[:8]}")
    with unharmed("an earlier cell"):
        return _record(observer, past, request)
    return None


def _past(observer: CellObserver, which: str) -> Past | None:
    known = [item for item in observer.memory.past if item.code.tree.body]
    if which == "last":
        return known[-1] if known else None
    return next((item for item in reversed(known) if str(item.count) == which), None)


def _record(observer: CellObserver, past: Past, request: TrackRequest) -> RunClosed:
    session, memory = observer.session, observer.memory
    names = names_of(past.code.tree)
    namespace = Touchable(observer.shell.user_ns)
    own, lost = _still_there(observer, past, names)
    gathered = gather(_scene(observer, past, names, own), request)
    gathered.warnings += [f"{name} was overwritten since; its value in that cell is not known" for name in lost]
    datasets: list[dict[str, Any]] = []
    if not request.no_data and session.settings.data != "never":
        inputs = [name for name in names.inputs if memory.latest.get(name, 0) < past.index]
        entries, warnings = record_datasets(
            frames_among(inputs, namespace), session, memory.datasets, {}, session.settings.snapshot_ms / 1000
        )
        datasets += entries
        gathered.warnings += warnings
        moved = [name for name, _ in frames_among(names.inputs, namespace) if name not in inputs]
        gathered.warnings += [f"{name} changed since; which data that cell read is not known" for name in moved]
    key = cell_key(past.cell, past.code.source)
    former = memory.former.get(key)
    run = open_run(
        "cell",
        experiment=request.experiment,
        workspace=session.workspace,
        source=past.code.source,
        cell=past.cell,
        count=past.count,
        execution=past.index,
        rerun_of=former.run if former else None,
        tags={"nbops.late": "true"},
    )
    memory.former[key] = Former(run.id, dict(gathered.parameters))
    memory.mark(past, run.id)
    return close_run(
        run,
        FINISHED if past.success else FAILED,
        duration=past.duration,
        parameters=gathered.parameters,
        metrics=gathered.metrics,
        datasets=tuple(datasets),
        models=tuple(gathered.models),
        origins=gathered.origins,
        seeds=gathered.seeds,
        tags=gathered.tags,
        warnings=(*gathered.warnings, "recorded after it ran: figures, and files that it opened, are not known"),
        environment=environment_of({*names.read, *names.bound}, namespace, imports_of(past.code.tree)),
        empty=past.code.empty,
        suggested_name=suggest_name(gathered.models, gathered.parameters, former, gathered.metrics),
        fingerprint=_fingerprint(past, gathered, datasets),
        **_git(observer),
        facts=gathered.facts,
    )


def _still_there(observer: CellObserver, past: Past, names: CellNames) -> tuple[Mapping[str, Any], list[str]]:
    """Return the part of the namespace that is as the cell left it, and the names whose values were overwritten."""
    latest = observer.memory.latest
    namespace = observer.shell.user_ns
    own = Touchable({name: value for name, value in namespace.items() if latest.get(name, 0) <= past.index})
    lost = [name for name in names.bound if latest.get(name, 0) > past.index and not name.startswith("_")]
    return own, lost


def _scene(observer: CellObserver, past: Past, names: CellNames, own: Mapping[str, Any]) -> Scene:
    read, _ = names_inside(names.read, own)
    return Scene(
        code=past.code,
        names=names,
        bindings=bindings_of(past.code.tree, frozenset(observer.memory.timers)),
        inside=frozenset(read),
        namespace=own,
        earlier=observer.memory.literals,
        numbers={},
        defined=frozenset(names.bound),
        changed=past.changed,
        known=frozenset(),
        result=observer.shell.user_ns.get("Out", {}).get(past.count),
        complete=past.success,
        put=observer.session.put,
        model_mb=observer.session.settings.model_mb,
    )


def _fingerprint(past: Past, gathered: Gathered, datasets: list[dict[str, Any]]) -> str:
    return fingerprint_of(
        past.code.digest,
        parameters=gathered.parameters,
        metrics=gathered.metrics,
        datasets=[(entry["name"], entry["snapshot"] or entry.get("copy")) for entry in datasets],
    )


def _git(observer: CellObserver) -> dict[str, Any]:
    observer.git.refresh()
    state = observer.git.state()
    if not state.facts:
        return {}
    return {"git": state.facts | {"diff": observer.session.put(state.diff) if state.diff else None}}
