"""States of the process's random generators: to be saved and set."""

from __future__ import annotations

import pickle
import random
import sys
from collections.abc import Collection
from typing import Any


def save_generators() -> bytes:
    """Return the states of `random`, `numpy` and `torch`, as far as they are loaded, pickled."""
    states: dict[str, Any] = {"random": random.getstate()}
    numpy_random: Any = sys.modules.get("numpy.random")
    if numpy_random is not None:
        states["numpy"] = numpy_random.get_state(legacy=False)
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        states["torch"] = torch.get_rng_state().numpy().tobytes()
    return pickle.dumps(states, protocol=5)


def read_generators(file: Any) -> dict[str, Any]:
    """Read what `save_generators` wrote."""
    states: dict[str, Any] = pickle.load(file)  # noqa: S301 # our own file, its hash was compared
    return states


def set_generators(states: dict[str, Any], names: Collection[str]) -> None:
    """Set those *states* that *names* (of `random`, `numpy`, `torch`) says."""
    if "random" in states and "random" in names:
        random.setstate(states["random"])
    if "numpy" in states and "numpy" in names:
        import numpy as np

        np.random.set_state(states["numpy"])  # noqa: NPY002 # the global generator is what the code used
    if "torch" in states and "torch" in names:
        import numpy as np
        import torch  # type: ignore[import-not-found,unused-ignore]

        torch.set_rng_state(torch.from_numpy(np.frombuffer(states["torch"], dtype=np.uint8).copy()))
