"""Which statements make the data of a run, and which snapshots can stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from nbops.capture.journal.records import Execution
from nbops.errors import NbopsError
from nbops.pipelines.notebook.rewrite import without_magics
from nbops.pipelines.verifying.pin import File, Pin, PinPlan, Refusal
from nbops.pipelines.verifying.statements import Statement, parse_cell, statements_of
from nbops.recording.dataset_state import BY_REFERENCE, dataset_state
from nbops.recording.run import Run
from nbops.slicing.slice import label
from nbops.snapshots.describe import describe
from nbops.workspace import Workspace


def plan_pins(run: Run, kept: Sequence[Execution], workspace: Workspace) -> PinPlan:
    """Find for each snapshot of *run* the statements that its content comes from.

    In general that is one, which loads it. Where others change it before the run's cell reads it, the snapshot stands
    for all of them together, if nothing else reads it in between. A dataset that is made from others of which there
    are snapshots is left as it is made. A statement that binds several names needs a snapshot of each.

    Args:
        run: What is promoted.
        kept: The executions that the pipeline consists of, in order.
        workspace: The run's.
    """
    return _Planning(run, kept, workspace).plan()


class _Refused(Exception):  # the message says why
    """No snapshot can stand for a dataset."""


class _Planning:
    """The search under way."""

    def __init__(self, run: Run, kept: Sequence[Execution], workspace: Workspace) -> None:
        self.run, self.kept, self.workspace = run, kept, workspace
        self.statements = statements_of(kept)
        self.binders: dict[str, list[Statement]] = {}
        for statement in self.statements:
            for name in statement.bound:
                self.binders.setdefault(name, []).append(statement)
        self.written = {item.get("path") for one in kept for item in one.opened if item.get("mode") == "w"}
        self.refused: dict[str, str] = {}
        self.chains: dict[str, list[Statement]] = {}
        self.ids: dict[str, str] = {}

    def plan(self) -> PinPlan:
        """Return the pins, in the order in which their statements ran, and what could not be pinned."""
        for item in self.run.snapshots:
            name = str(item["name"])
            try:
                self.ids[name] = self._stored(item)
                self.chains[name] = self._chain(name)
            except _Refused as refusal:
                self.refused[name] = str(refusal)
        self._hold_companions()
        found: dict[int, Pin] = {}
        for name, chain in self.chains.items():
            if not self._is_covered(name):
                together = chain[0].targets if len(chain) == 1 else (name,)
                pin = Pin(
                    tuple(one.text for one in chain), {one: self.ids[one] for one in together}, self._files(chain)
                )
                found.setdefault(self.statements.index(chain[-1]), pin)
        refusals = (Refusal(name, why, self._files_of(name)) for name, why in self.refused.items())
        return PinPlan(tuple(found[place] for place in sorted(found)), tuple(refusals), self._read(self.kept))

    def _stored(self, item: Mapping[str, Any]) -> str:
        """Return the id of a snapshot that can be had.

        Raises:
            _Refused: There is none.
        """
        if dataset_state(item) == BY_REFERENCE:
            reason = f" ({item['reason']})" if item.get("reason") else ""
            raise _Refused(f"it is by reference{reason}, so that there is no snapshot of it")
        if not item.get("id"):
            raise _Refused("its snapshot is still being stored")
        try:
            describe(str(item["id"]), workspace=self.workspace)
        except NbopsError as error:
            raise _Refused(f"its snapshot {str(item['id'])[:12]} cannot be had: {error}") from error
        return str(item["id"])

    def _chain(self, name: str) -> list[Statement]:
        """Return the statements that bind and change *name* before its snapshot was taken, in order.

        Raises:
            _Refused: A snapshot cannot stand for them.
        """
        hidden = next((one for one in self.kept if name in one.defined and _is_opaque(one)), None)
        if hidden is not None:
            raise _Refused(f"{label(hidden)}, which binds it, is not plain Python")
        if name not in self.binders:
            raise _Refused("no statement of the pipeline binds it by name")
        # Taken before the target ran, unless the target itself made it.
        target = self.run.execution
        inside = all(one.execution.index == target for one in self.binders[name])
        earlier = [one for one in self.statements if inside or one.execution.index != target]
        places = [place for place, one in enumerate(earlier) if self._makes(one, name)]
        self._refuse_unseen(name, [earlier[place] for place in places], inside=inside)
        span = range(places[0], places[-1] + 1)
        chain = [earlier[place] for place in span if place in places or name in earlier[place].reads]
        if len(chain) > 1:
            for one in chain:
                self._refuse_entangled(one, name, makes=self._makes(one, name))
        elif not chain[0].targets:
            raise _Refused(f"what binds it in {label(chain[0].execution)} does more than to assign to names")
        return chain

    def _makes(self, one: Statement, name: str) -> bool:
        if name in one.bound or name in one.changes:
            return True
        return name in one.execution.changed and name in one.reads and not one.bound and not one.steady

    def _refuse_unseen(self, name: str, chain: Sequence[Statement], *, inside: bool) -> None:
        """Refuse where an execution was seen to change *name* and no statement in it says how."""
        known = {one.execution.index for one in chain}
        first = chain[0].execution.index
        for one in self.kept:
            between = one.index > first and (inside or one.index != self.run.execution)
            if between and name in one.changed and one.index not in known:
                raise _Refused(f"{label(one)} changes it after it was loaded")

    def _refuse_entangled(self, one: Statement, name: str, *, makes: bool) -> None:
        """Refuse where a statement among those that make *name* matters for something else too."""
        where = label(one.execution)
        if not one.simple or one.bound - {name}:
            told = "does more than that" if makes else "reads it on the way"
            raise _Refused(f"more than one statement makes it, and one of them in {where} {told}")
        others = {other for other in one.reads - {name} if not self._is_steady(other)}
        if others and not makes:
            raise _Refused(f"more than one statement makes it, and {where} gives it to others on the way")

    def _is_steady(self, name: str) -> bool:
        return all(one.steady for one in self.binders.get(name, ()))

    def _hold_companions(self) -> None:
        """Give up the names that a statement binds together with one of which there is no snapshot."""
        for name, chain in self.chains.items():
            others = [one for one in chain[0].targets if one not in self.chains or len(self.chains[one]) > 1]
            if len(chain) == 1 and others:
                found = ", ".join(f"`{other}`" for other in others)
                self.refused[name] = f"its statement also binds {found}, of which there is no snapshot to read"
        for name in self.refused:
            self.chains.pop(name, None)

    def _is_covered(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Say whether *name* is made from pinned datasets alone."""
        read = {other for one in self.binders.get(name, ()) for other in one.reads if other != name}
        sources = {other for other in read if other in self.binders and not self._is_steady(other)}
        return bool(sources) and all(
            source in self.chains or (source not in seen and self._is_covered(source, seen | {name}))
            for source in sources
        )

    def _files_of(self, name: str) -> tuple[File, ...]:
        """Return what was read to make the object of *name*; everything, where nothing tells."""
        binders = self.binders.get(name.partition(".")[0])
        return self._files(binders) if binders else self._read(self.kept)

    def _files(self, chain: Iterable[Statement]) -> tuple[File, ...]:
        """Return what was read to make what *chain* makes, but for what the pipeline itself writes."""
        waiting, seen = list(chain), set()
        found: dict[str, File] = {}
        while waiting:
            one = waiting.pop()
            if id(one) in seen or one.steady:
                continue
            seen.add(id(one))
            read = self._read([one.execution])
            named = [file for file in read if PurePath(str(file["path"])).name in one.text]
            found |= {str(file["path"]): file for file in named or read}
            waiting += [other for name in one.reads for other in self.binders.get(name, ())]
        return tuple(found.values())

    def _read(self, executions: Iterable[Execution]) -> tuple[File, ...]:
        found: dict[str, File] = {}
        for one in executions:
            for item in one.opened:
                path = str(item["path"])
                if item.get("mode") == "r" and path not in found and path not in self.written:
                    found[path] = {key: value for key, value in item.items() if key != "mode"}
        return tuple(found.values())


def _is_opaque(one: Execution) -> bool:
    return parse_cell(without_magics(one.source)) is None
