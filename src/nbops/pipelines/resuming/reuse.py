"""Decides cell by cell what a running pipeline need not execute, and keeps what may be re-used later."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbops.capture.checkpoints.module_states import MODULE_CHANGED
from nbops.capture.code.names import names_of
from nbops.capture.journal.records import Execution, from_json
from nbops.capture.secrets.redact_json import redact_json
from nbops.pipelines.notebook.notebooks import TARGET, as_outputs
from nbops.pipelines.resuming.decision import Decision, summary
from nbops.pipelines.resuming.entries import Entries, Entry
from nbops.pipelines.resuming.parts import IMPORT, difference, hash_of
from nbops.pipelines.resuming.traced import Traced, only_defines, only_imports
from nbops.pipelines.resuming.walk import Walk

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from nbops.slicing.effects import Effects

Json = dict[str, Any]
Ask = Callable[[Json], Json]
FORMAT = "2"
WORTH = 0.5
"""Seconds from which on a cell is worth a checkpoint."""
_SHARE, _AT_LEAST = 0.1, 0.1
_HISTORY = re.compile(r"_{1,3}|_\d+|_i\d*|_ii|_iii|_oh|_ih|Out|In")


class Reuse:
    """Follows one run of a pipeline.

    Attributes:
        decisions: What was decided of each code cell so far.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        entries: Entries,
        run: str,
        effects: Effects,
        *,
        limit: int,
        fresh: bool = False,
        worth: float = WORTH,
    ) -> None:
        """Begin.

        Args:
            notebook: The pipeline, with its parameters injected.
            entries: The workspace's checkpoints.
            run: Id of the run.
            effects: Table of effects.
            limit: Most bytes of one checkpoint; none are written where it is 0.
            fresh: Read no checkpoint.
            worth: Seconds from which on a cell is worth a checkpoint.
        """
        self.decisions: list[Decision] = []
        self._entries, self._run = entries, run
        self._limit, self._fresh, self._worth = limit, fresh, worth
        self._walk = Walk(effects, run, worth)
        self._reason = ""
        self._failed = ""
        codes = [cell.source for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
        self._cells = len(codes)
        self._history = any(map(_uses_history, codes))

    def skips(self, cell: NotebookNode, ask: Ask) -> bool:
        """Put back what *cell* left behind in an earlier run, and say so; false where it has to be executed.

        Args:
            cell: A cell of the notebook that runs; gets the outputs that it had.
            ask: Asks the kernel.
        """
        if cell.cell_type != "code" or not cell.source.strip() or self._failed:
            return False
        try:
            return self._skips(cell, ask)
        except Exception as error:  # noqa: BLE001 # re-use is a comfort: without it the cell is executed
            self._give_up(error)
            return False

    def ran(self, cell: NotebookNode, ask: Ask) -> None:
        """Take in that *cell* was executed, and keep what it left behind where that is sound and worth it."""
        if cell.cell_type != "code" or not cell.source.strip() or self._failed:
            return
        try:
            self._ran(cell, ask)
        except Exception as error:  # noqa: BLE001 # as above
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self._failed = f"nothing more is re-used: {type(error).__name__}: {error}"
        self.decisions.append(Decision(self._number, skipped=False, reason=self._failed, telling=True))

    @property
    def _number(self) -> int:
        return len(self.decisions) + 1

    def _skips(self, cell: NotebookNode, ask: Ask) -> bool:
        if not self._walk.environment:
            begun = ask({"ask": "begin"})
            self._walk.environment = begun["environment"] | {"checkpoint format": FORMAT}
            self._walk.generators = begun["generators"]
        self._reason = ""
        if self._fresh or TARGET in cell.metadata.get("tags", ()) or self._history:
            return False
        for entry in self._entries.of_code(code_of(cell)):
            different = self._differs(entry, ask)
            if not different:
                different = self._restore(cell, entry, ask)
            if not different:
                return True
            self._reason = self._reason or different
        return False

    def _differs(self, entry: Entry, ask: Ask) -> str:
        """Say what is different from when *entry* was written; empty where nothing is."""
        then = entry.parts
        names = {part: sorted(getattr(then, part)) for part in ("files", "packages", "modules", "variables")}
        now = ask({"ask": "observe", **names})
        look = self._walk.look(entry.execution, entry.deeds, then.code, now, entry.entered)
        if look.objections:
            return f"it {look.objections[0].reason}"
        return difference(then, look.parts)

    def _restore(self, cell: NotebookNode, entry: Entry, ask: Ask) -> str:
        """Put back what *entry* holds; say why it could not be, or nothing."""
        execution = entry.execution
        answer = ask(
            {
                "ask": "restore",
                "folder": str(self._entries.folder),
                "blob": entry.blob,
                "names": entry.names,
                "entered": entry.entered,
                "generators": entry.generators,
                "defined": execution.defined,
                "deleted": execution.deleted,
                "source": cell.source,
                "cell": cell.get("id"),
                "duration": execution.duration,
            }
        )
        if "refused" in answer:
            return str(answer["refused"])
        self._walk.generators = answer["generators"]
        self._entries.touch(entry)
        self._walk.traced.append(Traced(execution, entry.tokens, behind=entry.parts.behind))
        decision = Decision(
            self._number,
            skipped=True,
            reason=_unchanged(entry),
            seconds=execution.duration,
            run=entry.run,
            telling=True,
        )
        self._decide(decision, ask)
        cell.outputs = as_outputs(entry.outputs)
        cell.execution_count = decision.number
        _mark(cell, "skipped", {"reason": decision.reason, "run": entry.run, "seconds": round(execution.duration, 3)})
        return ""

    def _ran(self, cell: NotebookNode, ask: Ask) -> None:
        answer = ask({"ask": "after"})
        execution = from_json(answer["execution"]) if answer else None
        if not isinstance(execution, Execution):
            raise TypeError("the kernel does not say what the cell did")  # not about an argument
        entered = self._walk.generators
        self._walk.generators = answer["generators"]
        code = code_of(cell)
        look = self._walk.look(execution, answer["deeds"], code, answer, (), entered)
        target = TARGET in cell.metadata.get("tags", ())
        worth = execution.duration >= self._worth and not target
        simple = only_imports(execution) or (only_defines(execution) and not look.objections)
        kept: Json = {}
        if simple:
            reason = "imports and definitions are always executed"
        elif target:
            reason = "the target is always executed"
        elif not worth:
            reason = f"takes {_duration(execution.duration)}"
        elif look.objections:
            reason = f"it {look.objections[0].reason}, so it is never skipped"
        elif self._history:
            reason = "the notebook uses earlier outputs by their numbers, so nothing is skipped"
        else:
            kept = self._keep(execution, ask)
            reason = str(
                kept.get("refused") or self._reason or ("fresh" if self._fresh else "no earlier run of it is known")
            )
        tokens = self._walk.tokens(look, self._number, execution, answer["contents"], kept.get("blob"))
        if "blob" in kept:
            self._write(cell, execution, answer, kept, tokens, entered)
        if simple:
            self._walk.traced += self._walk.apart(self._number, execution, answer)
        else:
            # What a module holds has no name that others could read.
            everywhere = any(deed.startswith(MODULE_CHANGED) for deed in answer["deeds"])
            self._walk.traced.append(Traced(execution, tokens, everywhere, look.parts.behind))
        telling = worth and not simple and bool(self._reason or "blob" not in kept)
        decision = Decision(self._number, skipped=False, reason=reason, seconds=execution.duration, telling=telling)
        self._decide(decision, ask)
        _mark(cell, "executed", {"reason": reason})

    def _decide(self, decision: Decision, ask: Ask) -> None:
        self.decisions.append(decision)
        if decision.telling:
            skipped = ",".join(str(one.number) for one in self.decisions if one.skipped)
            tags = {"nbops.reuse": summary(self.decisions, self._cells)} | (
                {"nbops.skipped": skipped} if skipped else {}
            )
            ask({"ask": "tell", "tags": tags})

    def _keep(self, execution: Execution, ask: Ask) -> Json:
        if self._limit <= 0:
            return {"refused": "checkpoints are switched off"}
        obstacle = self._entries.obstacle
        if obstacle:
            return {"refused": f"checkpoints cannot be kept: {obstacle}"}
        seconds = max(_AT_LEAST, _SHARE * execution.duration)
        return ask({"ask": "keep", "folder": str(self._entries.folder), "limit": self._limit, "seconds": seconds})

    def _write(self, cell: NotebookNode, execution: Execution, answer: Json, kept: Json, tokens: dict[str, str],
               entered: dict[str, str]) -> None:  # fmt: skip
        shown, _ = redact_json([dict(output) for output in cell.get("outputs", ())])
        look = self._walk.look(execution, answer["deeds"], code_of(cell), answer, kept["entered"], entered)
        self._entries.write(
            Entry(
                run=self._run,
                parts=look.parts,
                execution=replace(execution, source=""),
                deeds=tuple(answer["deeds"]),
                tokens=tokens,
                blob=kept["blob"],
                bytes=int(kept["bytes"]),
                names=tuple(kept["names"]),
                entered=tuple(kept["entered"]),
                generators=look.generators,
                outputs=shown,
            )
        )


def _uses_history(source: str) -> bool:
    """Say whether a cell reads the outputs of others by their numbers, which skipped cells do not have."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        names = names_of(ast.parse(TransformerManager().transform_cell(source))).inputs  # type: ignore[no-untyped-call]
    except (SyntaxError, ValueError, RecursionError):
        return True
    return any(_HISTORY.fullmatch(name) for name in names)


def code_of(cell: NotebookNode) -> str:
    """Return the hash by which checkpoints of a cell are found."""
    return hash_of("\n".join(line.rstrip() for line in cell.source.strip().splitlines()))


def _unchanged(entry: Entry) -> str:
    parts = entry.parts
    values = [name for name in parts.inputs if name.startswith("`") and IMPORT not in parts.origins.get(name, {})]
    reads = [*(name.strip("`") for name in values), *parts.files]
    told = f" (read {', '.join(sorted(reads)[:4])}{' …' if len(reads) > 4 else ''})" if reads else ""  # noqa: PLR2004
    return f"unchanged since run {entry.run[:8]}{told}"


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _mark(cell: NotebookNode, state: str, told: Json) -> None:
    cell.metadata["nbops"] = dict(cell.metadata.get("nbops", {})) | {state: told}
