"""One of several attempts at a run."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass

from nbops.errors import PipelineError

_FIRST, _LONGEST, _JITTER = 1.0, 60.0, 0.5
_draw = random.SystemRandom()  # the user's own generators stay as they are


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, which is a run of its own.

    Attributes:
        run: Id of its run.
        number: 1 for the first.
        of: How many there may be.
        first: Id of the first one's run.
        pause: Seconds to wait before it: about 1, 2, 4 … up to a minute, each time half more or less by chance.
    """

    run: str
    number: int = 1
    of: int = 1
    first: str = ""
    pause: float = 0.0

    @property
    def retry_of(self) -> str:
        """Run of the first attempt; empty for that itself."""
        return self.first if self.number > 1 else ""

    @property
    def tags(self) -> dict[str, str]:
        """What its run is tagged with; a run that is never tried again needs nothing."""
        if self.of == 1:
            return {}
        return {"nbops.attempt": str(self.number)} | ({"nbops.retry_of": self.first} if self.retry_of else {})

    def next(self) -> Attempt:
        """Return the attempt after this one."""
        length: float = min(_FIRST * 2.0 ** (self.number - 1), _LONGEST)
        pause = length * _draw.uniform(1 - _JITTER, 1 + _JITTER)
        return Attempt(uuid.uuid4().hex, self.number + 1, self.of, self.first or self.run, pause)


def first_attempt(retries: int = 0, run: str = "") -> Attempt:
    """Return the first of `retries + 1` attempts."""
    return Attempt(run or uuid.uuid4().hex, of=retries + 1)


def check_retries(retries: int) -> None:
    """Refuse what is no number of retries.

    Raises:
        PipelineError: It is no whole number from 0.
    """
    if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
        raise PipelineError(f"retries is {retries!r}, but has to be a whole number from 0")
