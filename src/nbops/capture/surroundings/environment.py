"""Interpreter, machine and package versions behind a run."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from nbops.capture.surroundings.packages import modules_used, package_versions


def environment_of(names: Iterable[str], namespace: Mapping[str, Any], extra: Iterable[str] = ()) -> dict[str, Any]:
    """Describe what the code that uses *names* ran on.

    Args:
        names: That the cell reads, binds and calls.
        namespace: After the cell.
        extra: Top-level modules known to be used besides.
    """
    modules = modules_used(names, namespace) | set(extra)
    return {"python": platform.python_version(), "platform": _platform(), "packages": package_versions(modules)}


@lru_cache(maxsize=1)
def _platform() -> str:
    return platform.platform()
