"""Prove that a slice reproduces its run; where it falls short, find out with what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.capture.journal.records import Execution
from nbops.errors import PipelineFailed
from nbops.pipelines.running.bar import bar
from nbops.pipelines.verifying.compare import compare, proves
from nbops.pipelines.verifying.comparison import Comparison
from nbops.pipelines.verifying.is_within_spread import is_within_spread
from nbops.pipelines.verifying.rerun import rerun
from nbops.recording.run import Run
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the proof.

    Attributes:
        verified: A fresh kernel gave what was captured.
        kept: Executions that the pipeline consists of now.
        comparisons: What was held against what.
        how: What there is to say beyond that, in words.
    """

    verified: bool
    kept: tuple[Execution, ...]
    comparisons: tuple[Comparison, ...] = ()
    how: str = ""


class Verification:
    """One proof under way.

    Args:
        run: What has to come out.
        path: Of the pipeline.
        workspace: The run's.
        write: Writes the notebook of some executions to *path* and returns it.
        progress: Show bars.
    """

    def __init__(
        self,
        run: Run,
        path: Path,
        workspace: Workspace,
        write: Callable[[Sequence[Execution]], NotebookNode],
        *,
        progress: bool,
    ) -> None:
        self.run, self.path, self.workspace, self.write, self.progress = run, path, workspace, write, progress

    def of(self, kept: Sequence[Execution], everything: Sequence[Execution]) -> Verdict:
        """Prove the slice *kept*; where it falls short, *everything* that was executed."""
        fresh = self._rerun(kept, f"verifying {self.path.stem}")
        comparisons, reason = self._compare(fresh)
        if proves(comparisons):
            return Verdict(verified=True, kept=tuple(kept), comparisons=comparisons)
        if not reason and all(one.equal for one in comparisons):
            told = (
                "only the data could be compared, the run holds no result"
                if comparisons
                else "the run holds nothing to compare"
            )
            return Verdict(verified=False, kept=tuple(kept), comparisons=comparisons, how=told)
        if len(everything) > len(kept):
            return self._widened(kept, everything, fresh, comparisons, reason)
        return self._spread(kept, kept, fresh, fresh, comparisons, reason)

    def _widened(
        self,
        kept: Sequence[Execution],
        everything: Sequence[Execution],
        sliced: Run | PipelineFailed,
        first: tuple[Comparison, ...],
        reason: str,
    ) -> Verdict:
        fresh = self._rerun(everything, f"verifying {self.path.stem} with every cell")
        comparisons, again = self._compare(fresh)
        if proves(comparisons):
            short = reason or differences(first)
            told = f"with every cell kept, because the slice alone fell short ({short})"
            return Verdict(verified=True, kept=tuple(everything), comparisons=comparisons, how=told)
        return self._spread(kept, everything, sliced, fresh, first or comparisons, reason or again)

    def _spread(
        self,
        kept: Sequence[Execution],
        everything: Sequence[Execution],
        sliced: Run | PipelineFailed,
        full: Run | PipelineFailed,
        comparisons: tuple[Comparison, ...],
        reason: str,
    ) -> Verdict:
        """Run everything a second time and hold the slice against what two such runs differ by."""
        if isinstance(sliced, Run) and isinstance(full, Run):
            second = self._rerun(everything, "")
            runs = (full, second) if isinstance(second, Run) else ()
            if runs and is_within_spread(self.run, *runs) and is_within_spread(sliced, *runs):
                self.write(kept)
                told = "within spread: what was captured lies between two runs of everything"
                return Verdict(verified=True, kept=tuple(kept), comparisons=comparisons, how=told)
            if runs and self.run.metrics and runs[0].metrics != runs[1].metrics:
                reason = f"two runs of everything differ from one another (set a seed): {differences(comparisons)}"
        # Neither reproduces it: the small one stays, which is at least readable.
        self.write(kept)
        return Verdict(
            verified=False, kept=tuple(kept), comparisons=comparisons, how=reason or differences(comparisons)
        )

    def _rerun(self, kept: Sequence[Execution], title: str) -> Run | PipelineFailed:
        with bar(title, shown=self.progress and bool(title)) as step:
            return rerun(self.write(kept), self.path, self.workspace, self.run, step)

    def _compare(self, fresh: Run | PipelineFailed) -> tuple[tuple[Comparison, ...], str]:
        if isinstance(fresh, PipelineFailed):
            return (), f"in a fresh kernel cell {fresh.cell} raised {fresh.ename}: {fresh.evalue}"
        return compare(self.run, fresh, self.workspace), ""


def differences(comparisons: tuple[Comparison, ...]) -> str:
    """Name the first few values that are not equal."""
    found = [
        f"{one.what} was {one.captured} and is {'missing' if one.fresh is None else one.fresh}"
        for one in comparisons
        if not one.equal
    ]
    return "; ".join(found[:3])
