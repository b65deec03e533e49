"""Which statements load the data of a run, and which snapshots can stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from nbops.capture.journal.records import Execution
from nbops.errors import NbopsError
from nbops.pipelines.notebook.rewrite import without_magics
from nbops.pipelines.verifying.bindings import Binding, bindings_of, changes_by_text, parse_cell
from nbops.pipelines.verifying.pin import File, Pin, PinPlan, Refusal
from nbops.recording.dataset_state import BY_REFERENCE, dataset_state
from nbops.recording.run import Run
from nbops.slicing.slice import label
from nbops.snapshots.describe import describe
from nbops.workspace import Workspace


def plan_pins(run: Run, kept: Sequence[Execution], workspace: Workspace) -> PinPlan:
    """Find for each snapshot of *run* the one statement that its content comes from unchanged.

    A dataset that is made from others of which there are snapshots is left as it is made. A statement that binds
    several names can only be pinned with a snapshot of each.

    Args:
        run: What is promoted.
        kept: The executions that the pipeline consists of, in order.
        workspace: The run's.
    """
    return _Planning(run, kept, workspace).plan()


class _Planning:
    """The search under way."""

    def __init__(self, run: Run, kept: Sequence[Execution], workspace: Workspace) -> None:
        self.run, self.kept, self.workspace = run, kept, workspace
        self.bindings = bindings_of(kept)
        self.refused: dict[str, str] = {}
        self.snapshots: dict[str, str] = {}

    def plan(self) -> PinPlan:
        """Return the pins, in the order in which their statements ran, and what could not be pinned."""
        for item in self.run.snapshots:
            name = str(item["name"])
            why = self._stored(item) or self._single(name)
            if why:
                self.refused[name] = why
            else:
                self.snapshots[name] = str(item["id"])
        self._hold_companions()
        near = [name for name in self.snapshots if not self._is_covered(name)]
        found: dict[tuple[int, int], Pin] = {}
        for name in near:
            binding = self.bindings[name][0]
            key = (binding.execution.index, binding.line)
            names = {target: self.snapshots[target] for target in binding.targets}
            found.setdefault(key, Pin(binding.text, names, self._files(binding)))
        refusals = (Refusal(name, why, self._files_of(name)) for name, why in self.refused.items())
        return PinPlan(tuple(found[key] for key in sorted(found)), tuple(refusals), self._read(self.kept))

    def _stored(self, item: Mapping[str, Any]) -> str:
        if dataset_state(item) == BY_REFERENCE:
            reason = f" ({item['reason']})" if item.get("reason") else ""
            return f"it is by reference{reason}, so that there is no snapshot of it"
        if not item.get("id"):
            return "its snapshot is still being stored"
        try:
            describe(str(item["id"]), workspace=self.workspace)
        except NbopsError as error:
            return f"its snapshot {str(item['id'])[:12]} cannot be had: {error}"
        return ""

    def _single(self, name: str) -> str:
        """Say why *name* has no single statement that its snapshot can stand for; empty where it has."""
        hidden = next((one for one in self.kept if name in one.defined and _is_opaque(one)), None)
        if hidden is not None:
            return f"{label(hidden)}, which binds it, is not plain Python"
        several = self.bindings.get(name, ())
        if not several:
            return "no statement of the pipeline binds it by name"
        binding = several[0]
        if len(several) > 1:
            where = ", ".join(dict.fromkeys(label(one.execution) for one in several))
            return f"{len(several)} statements bind it ({where})"
        if not binding.targets:
            return f"what binds it in {label(binding.execution)} does more than to assign to names"
        changer = next(self._changers(name, binding), None)
        return f"{label(changer)} changes it after it was loaded" if changer is not None else ""

    def _changers(self, name: str, binding: Binding) -> Iterator[Execution]:
        """Yield the executions that change the object of *name* between its binding and its snapshot."""
        within = binding.execution.index == self.run.execution
        for one in self.kept:
            text = without_magics(one.source)
            if one.index == binding.execution.index:
                changes = changes_by_text(text, name, binding.line)
            else:
                # The snapshot is from before the target, unless the target itself made it.
                between = binding.execution.index < one.index != self.run.execution and not within
                changes = between and (name in one.changed or changes_by_text(text, name))
            if changes:
                yield one

    def _hold_companions(self) -> None:
        """Give up the names that a statement binds together with one of which there is no snapshot."""
        for name in list(self.snapshots):
            others = [target for target in self.bindings[name][0].targets if target not in self.snapshots]
            if others:
                found = ", ".join(f"`{other}`" for other in others)
                self.refused[name] = (
                    f"its statement also binds {found}, of which there is no snapshot that could be read"
                )
        for name in self.refused:
            self.snapshots.pop(name, None)

    def _is_covered(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Say whether *name* is made from pinned datasets alone."""
        sources = self._sources(name)
        return bool(sources) and all(
            source in self.snapshots or (source not in seen and self._is_covered(source, seen | {name}))
            for source in sources
        )

    def _sources(self, name: str) -> set[str]:
        read = {other for binding in self.bindings.get(name, ()) for other in binding.reads if other != name}
        return {
            other for other in read if other in self.bindings and not all(one.steady for one in self.bindings[other])
        }

    def _files_of(self, name: str) -> tuple[File, ...]:
        """Return what was read to make the object of *name*; everything, where nothing tells."""
        several = self.bindings.get(name.partition(".")[0], ())
        return self._files(several[-1]) if several else self._read(self.kept)

    def _files(self, binding: Binding) -> tuple[File, ...]:
        """Return what was read to make what *binding* binds, but for what the pipeline itself writes."""
        waiting, seen = [binding], set()
        found: dict[str, File] = {}
        while waiting:
            one = waiting.pop()
            if id(one) in seen or one.steady:
                continue
            seen.add(id(one))
            read = self._read([one.execution])
            named = [file for file in read if PurePath(str(file["path"])).name in one.text]
            found |= {str(file["path"]): file for file in named or read}
            waiting += [other for name in one.reads for other in self.bindings.get(name, ())]
        return tuple(found.values())

    def _read(self, executions: Iterable[Execution]) -> tuple[File, ...]:
        found: dict[str, File] = {}
        for one in executions:
            for item in one.opened:
                path = str(item["path"])
                if item.get("mode") == "r" and path not in found and not self._is_written(path):
                    found[path] = {key: value for key, value in item.items() if key != "mode"}
        return tuple(found.values())

    def _is_written(self, path: str) -> bool:
        return any(item.get("path") == path and item.get("mode") == "w" for one in self.kept for item in one.opened)


def _is_opaque(one: Execution) -> bool:
    return parse_cell(without_magics(one.source)) is None
