"""Random generators of the process: those whose state is known, and how code calls their libraries."""

from __future__ import annotations

# Generator, as records call it → whose it is. Their states are noted, kept in checkpoints and put back.
GENERATORS = {"numpy": "NumPy's", "random": "Python's", "torch": "PyTorch's"}
# The same, as the table of effects calls them.
GENERATOR_RESOURCES = tuple(f"random.{name}" for name in GENERATORS)

_SPELLED = {"np": "numpy", "tf": "tensorflow"}


def library_called(name: str) -> str:
    """Return the library that code means by *name*: `numpy` for `np`; any other name is its own."""
    return _SPELLED.get(name, name)
