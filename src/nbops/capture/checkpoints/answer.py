"""What the engine asks the kernel between cells; question and answer are JSON."""

from __future__ import annotations

import json
from typing import Any
from weakref import WeakKeyDictionary

from nbops.capture.checkpoints.keeper import Keeper

_keepers: WeakKeyDictionary[Any, Keeper] = WeakKeyDictionary()
QUESTIONS = ("begin", "observe", "after", "keep", "restore", "tell")


def answer(question: str, shell: Any = None) -> str:
    """Answer one question, as JSON.

    Args:
        question: JSON with `ask`, the name of a method of `Keeper` in `QUESTIONS`, and what that takes.
        shell: Default: this process's.
    """
    if shell is None:
        from IPython import get_ipython

        shell = get_ipython()
    asked = json.loads(question)
    keeper = keeper_of(shell)
    return json.dumps(getattr(keeper, asked["ask"])(asked) if asked["ask"] in QUESTIONS else {})


def keeper_of(shell: Any) -> Keeper:
    """Return who keeps the checkpoints of *shell*; the first call makes it follow the shell's cells."""
    keeper = _keepers.get(shell)
    if keeper is None:
        keeper = _keepers[shell] = Keeper(shell)
    return keeper
