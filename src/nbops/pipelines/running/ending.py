"""Why a run was stopped, in a sentence."""

from __future__ import annotations

import signal
from dataclasses import dataclass

CANCELLED = "Cancelled"
_LIKELY = {
    signal.SIGKILL: "; the system kills a process so when memory runs out",
    signal.SIGSEGV: "; native code of a library did it",
    signal.SIGABRT: "; native code of a library did it",
    signal.SIGBUS: "; native code of a library did it",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """What ended a run before its last cell did.

    Attributes:
        ename: `CellTimeout`, `RunTimeout`, `MemoryExceeded`, `KernelDied` or `Cancelled`.
        sentence: Which cell, which limit.
        patient: The cell may clean up before it is killed.
    """

    ename: str
    sentence: str
    patient: bool = True

    def to_error(self) -> dict[str, str]:
        """Return it as the error of a run."""
        return {"ename": self.ename, "evalue": self.sentence}


def cell_timeout(place: str, limit: float) -> Ending:
    """Say that one cell took too long."""
    return Ending("CellTimeout", f"{place} took longer than {_seconds(limit)}, the limit for one cell")


def run_timeout(place: str, limit: float) -> Ending:
    """Say that the run took too long."""
    return Ending("RunTimeout", f"the run took longer than {_seconds(limit)}, its limit; it was in {place}")


def memory_exceeded(place: str, limit: float, held: int) -> Ending:
    """Say that kernel and children held too much memory."""
    told = f"{place} made the kernel and its children hold {held / 1e6:,.0f} MB; the limit is {limit:,.0f} MB"
    return Ending("MemoryExceeded", told, patient=False)


def cancelled(place: str) -> Ending:
    """Say that a person stopped it."""
    return Ending(CANCELLED, f"cancelled in {place}")


def kernel_died(place: str, code: int | None, told: str = "") -> Ending:
    """Say how a kernel ended by itself.

    Args:
        place: Where the run was.
        code: Exit code; negative for a signal, None where unknown.
        told: What Jupyter says of a kernel that did not even start.
    """
    if told:
        return Ending("KernelDied", f"the kernel did not start: {told}", patient=False)
    how = "for an unknown reason" if code is None else f"with exit code {code}"
    if code is not None and code < 0:
        try:
            number = signal.Signals(-code)
            how = f"by signal {-code} ({number.name}){_LIKELY.get(number, '')}"
        except ValueError:
            how = f"by signal {-code}"
    return Ending("KernelDied", f"the kernel died in {place}, {how}", patient=False)


def _seconds(limit: float) -> str:
    return f"{limit:g} s"
