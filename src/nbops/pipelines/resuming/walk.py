"""What the slicer says of a run that is under way: what each execution depends on, what stands for its results."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.capture.cells.tracked_cell import imports_of
from nbops.capture.code.generators import GENERATORS
from nbops.capture.journal.records import Execution
from nbops.pipelines.resuming.lively_module import lively_module
from nbops.pipelines.resuming.objections import Objection, objections
from nbops.pipelines.resuming.parts import CODE, IMPORT, Parts, hash_of
from nbops.pipelines.resuming.seeded_first import seeded_first
from nbops.pipelines.resuming.traced import Traced, apart, only_imports
from nbops.slicing.trace import Tracer

if TYPE_CHECKING:
    from nbops.slicing.effects import Effects

Json = dict[str, Any]
_MODULES = "a module of the project, or a file read while it was imported,"


@dataclass(frozen=True, slots=True)
class Look:
    """What the slicer says of an execution after all that ran before.

    Attributes:
        parts: What its result depends on.
        objections: Why it may not be skipped.
        generators: Random generators that it moves.
    """

    parts: Parts
    objections: tuple[Objection, ...]
    generators: tuple[str, ...]


class Walk:
    """Follows a run from execution to execution.

    Attributes:
        traced: What ran so far, or was put back.
        environment: Python, platform, format of checkpoints.
        generators: Random generator → hash of its state now.
    """

    def __init__(self, effects: Effects, run: str, worth: float) -> None:
        """Begin.

        Args:
            effects: Table of effects.
            run: Id of the run.
            worth: Seconds from which on an execution whose result is not known counts as another one.
        """
        self.traced: list[Traced] = []
        self.environment: dict[str, str] = {}
        self.generators: dict[str, str] = {}
        self._effects, self._run, self._worth = effects, run, worth

    def apart(self, number: int, execution: Execution, answer: Json) -> list[Traced]:
        """Return the statements of cell *number*, which only defines, each with tokens of its own.

        Args:
            number: From 1.
            execution: Of the whole cell.
            answer: What the kernel tells of it.
        """
        found: list[Traced] = []
        for one in apart(execution):
            modules = {part: answer[part] for part in ("variables", "modules")}
            named = imports_of(ast.parse(one.code))
            packages = [versions for module, versions in answer["behind"].items() if module in named]
            everywhere = bool(answer["modules"]) and bool(named)
            told = modules | {
                "own": answer["own"],
                "used": named,
                "files": answer["files"] if everywhere else {},
                "packages": {name: version for each in packages for name, version in each.items()},
            }
            look = self.look(one, (), hash_of(one.code), told, (), before=found)
            tokens = self.tokens(look, number, one, answer["contents"], None)
            if everywhere:  # for those who do not use the module, its source and its files tell all
                tokens[""] = look.parts.key
            behind = {path: digest for path, digest in look.parts.behind.items() if path != CODE}
            found.append(Traced(one, tokens, everywhere, behind | ({IMPORT: None} if only_imports(one) else {})))
        return found

    def look(
        self,
        execution: Execution,
        deeds: Sequence[str],
        code: str,
        observed: Json,
        entered: Sequence[str],
        generators: dict[str, str] | None = None,
        before: Sequence[Traced] = (),
    ) -> Look:
        """Walk through everything that ran, and *execution* after it.

        Args:
            execution: As observed.
            deeds: What it was seen to do outside the namespace.
            code: Hash of its text.
            observed: `files`, `packages`, `modules`, `variables` as they are now, the `own` modules among those `used`.
            entered: Names that it changed and did not bind.
            generators: Their states before it; those of now by default.
            before: Statements of the same cell, already walked.
        """
        trace = [*self.traced, *before]
        executions = [one.execution for one in trace]
        if entered:
            reads = f"({', '.join(entered)},)"
            executions.append(Execution(session=execution.session, index=0, code=reads))
        tracer = Tracer([*executions, execution], self._effects)
        tracer.walk(len(executions))
        place = len(executions)
        inputs: dict[str, set[str]] = {}
        origins: dict[str, dict[str, str | None]] = {}
        for edge in (edge for at in range(len(trace), place + 1) for edge in tracer.links.edges[at].values()):
            if edge.needed < len(trace) and edge.how != "draws from":
                inputs.setdefault(edge.subject, set()).add(trace[edge.needed].token(edge.subject))
                origins.setdefault(edge.subject, {}).update(trace[edge.needed].behind)
        for one in trace:
            if one.everywhere:
                inputs.setdefault(_MODULES, set()).add(one.token(""))
                origins.setdefault(_MODULES, {}).update(one.behind)
        touched = {
            resource.removeprefix("random.") for resource, _ in tracer.outside(place) if resource.startswith("random.")
        }
        moved = tuple(sorted({*execution.drew, *touched} & GENERATORS.keys()))
        states = self.generators if generators is None else generators
        drawn = sorted(set(moved) - seeded_first(execution.code))
        parts = Parts(
            code=code,
            inputs={subject: sorted(tokens) for subject, tokens in inputs.items()},
            files=observed["files"],
            packages=observed["packages"],
            modules=observed["modules"],
            variables=observed["variables"],
            generators={name: states.get(name) for name in drawn},
            environment=self.environment,
            origins=origins,
        )
        behind = [one.execution.code for one in trace]
        found = objections(execution, deeds, tracer, place, self._effects, behind)
        lively = lively_module(observed.get("own", {}), observed.get("used", ()))
        return Look(parts, (*found, *([Objection(lively, fickle=True)] if lively else [])), moved)

    def tokens(
        self, look: Look, number: int, execution: Execution, contents: dict[str, str | None], blob: str | None
    ) -> dict[str, str]:
        """Return what stands for each value that an execution left behind: how it came about, and what it holds."""
        key = look.parts.key
        fickle = any(objection.fickle for objection in look.objections)
        once = hash_of([key, self._run, number])
        unknown = hash_of([key, blob]) if blob else once if fickle or execution.duration >= self._worth else key
        names = {*execution.defined, *execution.changed, *execution.assumed}
        tokens = {name: hash_of([key, contents[name]]) if contents.get(name) else unknown for name in names}
        known = all(contents.get(name) for name in names)
        tokens[""] = once if fickle else hash_of([key, {name: contents[name] for name in names}]) if known else unknown
        return tokens
