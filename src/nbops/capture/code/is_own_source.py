"""Modules that the user writes beside the notebook, as distinct from installed libraries."""

from __future__ import annotations

from typing import Any

from nbops.capture.code.lies_in_library import lies_in_library

_NOT_OWN = {"nbops", "__main__", "__mp_main__"}


def is_own_source(module: str, file: Any) -> bool:
    """Say whether *module*, loaded from *file*, is Python source of the user's: not of Python, a package or nbops."""
    if not isinstance(file, str) or module.partition(".")[0] in _NOT_OWN:
        return False
    return file.endswith(".py") and not lies_in_library(file)
