"""What a cell's code comes from beyond its text: installed packages with their versions, modules of the project."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from nbops.capture.checkpoints.fingerprint_file import fingerprint_file
from nbops.capture.code.is_own_source import is_own_source
from nbops.capture.surroundings.packages import package_versions

_REQUIRED = re.compile(r"^\s*([A-Za-z0-9._-]+)")


def packages_by_module(modules: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return distribution → version of each of *modules* (top-level names) and of what it requires and has loaded."""
    loaded = _loaded()
    return {module: _with_requirements(package_versions({module}), loaded) for module in modules}


def versions_now(names: Iterable[str]) -> dict[str, str | None]:
    """Return distribution → version installed now; None where there is none."""
    return {name: _version(name) for name in names}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _with_requirements(first: dict[str, str], loaded: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    waiting = list(first.items())
    while waiting:
        name, version = waiting.pop()
        if name not in found:
            found[name] = version
            waiting += [(other, loaded[other]) for other in _requirements(name, version) if other in loaded]
    return found


def project_modules(modules: Iterable[str]) -> dict[str, str | None]:
    """Return path → hash of the loaded source files that belong to no installed package, if *modules* has one of them.

    One such module may use every other one.
    """
    own = own_modules()
    wanted = set(modules)
    if not any(name.partition(".")[0] in wanted for name in own):
        return {}
    return {path: fingerprint_file(Path(path)) for path in sorted(set(own.values()))}


def own_modules() -> dict[str, str]:
    """Return name → path of the loaded modules that belong to no installed package."""
    own: dict[str, str] = {}
    for name, module in list(sys.modules.items()):
        path: Any = getattr(module, "__file__", None)
        if is_own_source(name, path) and Path(path).is_file():
            own[name] = path
    return own


@lru_cache(maxsize=1024)
def _requirements(name: str, version: str) -> tuple[str, ...]:  # noqa: ARG001 # part of the cache's key
    try:
        told: Any = metadata.requires(name) or ()
    except metadata.PackageNotFoundError:
        return ()
    return tuple({_plain(match.group(1)) for line in told if (match := _REQUIRED.match(line))})


def _loaded() -> dict[str, str]:
    tops = {name.partition(".")[0] for name in list(sys.modules) if not name.startswith("_")}
    found = package_versions(tops - set(sys.stdlib_module_names))
    return found | {_plain(name): version for name, version in found.items()}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
