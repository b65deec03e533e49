"""Everything nbops raises on purpose.

NbopsError
├── ConfigError            a setting or policy that cannot be used
│   └── NameRefused        a name that is reserved or holds the wrong characters
├── NotFound
│   ├── RunNotFound
│   ├── SnapshotNotFound
│   ├── PipelineNotFound
│   ├── VersionNotFound
│   ├── AliasNotFound
│   ├── AlertNotFound
│   └── WatchNotFound
├── RunNotUsable           the run exists, but failed, is empty or holds no model
├── SnapshotError          a dataset that cannot be stored or restored
│   ├── SnapshotQuota      storing it would take more disk or time than it may
│   └── SnapshotStoreAway  the shared snapshot store cannot be used now
├── ProfileError           a dataset or profile that cannot be summarised or compared
├── SliceError             a result that cannot be traced back to executions
├── PipelineError
│   ├── ParameterError     unknown name, wrong type, out of range
│   ├── PipelineEdited     the file has been edited by a person since
│   ├── PipelineFailed     a cell of the pipeline raised
│   │   └── PipelineKilled went over a limit, or its kernel died
│   └── PipelineCancelled  a person stopped it
├── ContractError          a contract that cannot be read, written or applied
│   └── ContractViolated   data that break their contract where it blocks
├── GateClosed             a version may not take an alias
├── AlertClosed            an alert that is over already
├── RouteFailed            a message that could not be delivered
├── WatchBusy              a watch that another process looks after now
├── SourceError            watched data that are not there, late or unreadable
├── LedgerBroken           the chain of recorded events does not hold
├── JournalError           the local journal cannot be written or read
└── StoreError
    ├── StoreUnavailable   MLflow cannot be reached now
    └── StoreRefused       MLflow answered no

Classes name the fact. Arguments are plain data, `str()` makes the sentence, `hint` says what to type.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def _from_here(path: str) -> str:
    """Return *path* as seen from the current directory: what a notebook shows is saved, and names no machine."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return path


class NbopsError(Exception):
    """Raised on purpose: a sentence about what is wrong, and a way forward."""

    hint: str = ""

    def __init__(self, *args: object, hint: str | None = None) -> None:
        super().__init__(*args)
        if hint is not None:
            self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.args, self.__dict__))

    def _render_traceback_(self) -> list[str]:
        """Show the sentence and the hint in a notebook, without a stack."""
        return [str(line) for line in (f"{type(self).__name__}: {self}", self.hint and f"  try: {self.hint}") if line]


def _rebuild(kind: type[NbopsError], args: tuple[object, ...], state: dict[str, object]) -> NbopsError:
    error = kind.__new__(kind)
    Exception.__init__(error, *args)
    error.__dict__.update(state)
    return error


class ConfigError(NbopsError):
    """A setting or policy that cannot be used."""


class NameRefused(ConfigError):
    """A name that is reserved, or holds characters that MLflow does not take."""


class NotFound(NbopsError):
    """Something was named that is not there."""


class RunNotFound(NotFound):
    """No run answers to the reference."""

    hint = "%runs, or nbops runs"


class SnapshotNotFound(NotFound):
    """No snapshot answers to the reference."""

    hint = "nbops snapshot list"


class PipelineNotFound(NotFound):
    """No pipeline notebook at that path or with that name."""

    hint = "%promote last"


class VersionNotFound(NotFound):
    """No such model, or no such version of it."""

    hint = "nbops live"


class AliasNotFound(NotFound):
    """The model has no such alias, or the alias no former version."""


class AlertNotFound(NotFound):
    """No alert answers to the reference."""

    hint = "nbops alerts list"


class WatchNotFound(NotFound):
    """No watch of that name."""

    hint = "nbops watch list"


class RunNotUsable(NbopsError):
    """The run exists but cannot serve: it failed, is still running, or holds no model."""


class SnapshotError(NbopsError):
    """A dataset that cannot be stored, or a stored one that cannot be restored."""


class SnapshotQuota(SnapshotError):
    """Storing the dataset would take more disk or time than it may; it can still be named by its digest."""

    hint = "[tool.nbops] snapshot_gb = 20 in pyproject.toml"


class SnapshotStoreAway(SnapshotError):
    """The shared snapshot store does not answer or refuses; what is in the workspace stays there and can be used."""

    hint = "nbops sync"


class ProfileError(NbopsError):
    """A dataset or profile that cannot be summarised or compared."""


class SliceError(NbopsError):
    """A result that cannot be traced back to executions."""


class PipelineError(NbopsError):
    """A pipeline that cannot be written or run."""


class ParameterError(PipelineError):
    """A parameter with an unknown name, a wrong type or a value out of range."""


class PipelineEdited(PipelineError):
    """The pipeline notebook was edited by a person after it was written."""


class PipelineFailed(PipelineError):
    """A cell of a pipeline raised.

    Attributes:
        cell: Zero-based index of the cell in the executed notebook, text cells included.
        ename: Class name of the exception raised in the kernel.
        evalue: Its message.
        output: Path of the executed notebook, which holds the full traceback.
        line: Number of the line in the cell that raised, from 1; 0 where unknown.
        code: That line.
        number: What people are told: `cell 3 of 6`, where the third cell of code has `In [3]` beside it.
    """

    def __init__(
        self, cell: int, ename: str, evalue: str, output: str, line: int = 0, code: str = "", number: str = ""
    ) -> None:
        super().__init__(cell, ename, evalue, output, line, code, number)
        self.cell, self.ename, self.evalue, self.output = cell, ename, evalue, output
        self.line, self.code, self.number = line, code, number or f"cell {cell + 1}"

    def __str__(self) -> str:
        where = f", line {self.line} (`{self.code}`)" if self.line else ""
        told = f": {self.evalue}" if self.evalue else ""
        return f"{self.number}{where} raised {self.ename}{told} (see {_from_here(self.output)})"


class PipelineKilled(PipelineFailed):
    """A pipeline went over a limit, or its kernel died.

    Attributes:
        ename: `CellTimeout`, `RunTimeout`, `MemoryExceeded` or `KernelDied`.
        evalue: The sentence about it, which names cell and limit.
    """

    def __str__(self) -> str:
        return f"{self.evalue} (see {_from_here(self.output)})"


class PipelineCancelled(PipelineError):
    """A running pipeline was cancelled by a person; it is neither a failure nor tried again.

    Attributes:
        sentence: Where it was.
        output: Path of the executed notebook, as far as it got.
    """

    def __init__(self, sentence: str, output: str) -> None:
        super().__init__(sentence, output)
        self.sentence, self.output = sentence, output

    def __str__(self) -> str:
        return f"{self.sentence} (see {_from_here(self.output)})"


class ContractError(NbopsError):
    """A contract that cannot be read, written or applied."""


class ContractViolated(ContractError):
    """Data that break their contract, by rules that block.

    Attributes:
        contract: Name and version.
        objections: A sentence for each violation.
    """

    hint = "nbops contract check DATA --contract NAME"

    def __init__(self, contract: str, objections: Sequence[str]) -> None:
        super().__init__(contract, tuple(objections))
        self.contract, self.objections = contract, tuple(objections)

    def __str__(self) -> str:
        return f"the data break contract {self.contract}: {'; '.join(self.objections)}"


class GateClosed(NbopsError):
    """A version may not take an alias because a gate objects."""

    hint = "nbops judge NAME VERSION"

    def __init__(self, version: str, alias: str, objections: Sequence[str]) -> None:
        super().__init__(version, alias, tuple(objections))
        self.version, self.alias, self.objections = version, alias, tuple(objections)

    def __str__(self) -> str:
        return f"{self.version} cannot become {self.alias!r}: {'; '.join(self.objections)}"


class AlertClosed(NbopsError):
    """The alert is resolved; there is nothing to acknowledge, snooze or resolve."""


class RouteFailed(NbopsError):
    """A message could not be delivered; it is tried again."""

    hint = "nbops doctor"


class WatchBusy(NbopsError):
    """Another process checks the watch, or serves the workspace, right now."""


class SourceError(NbopsError):
    """Watched data that are not there, late or unreadable."""


class LedgerBroken(NbopsError):
    """The chain of recorded events does not hold."""


class JournalError(NbopsError):
    """The local journal cannot be written or read."""


class StoreError(NbopsError):
    """MLflow could not do what was asked. Raised by adapters only, from MLflow's own error."""


class StoreUnavailable(StoreError):
    """MLflow cannot be reached now."""

    hint = "nbops doctor"


class StoreRefused(StoreError):
    """MLflow answered no."""
