"""Installed versions of what code uses."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import metadata
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from nbops.capture.untouchable import is_untouchable

_PROVIDERS = {"sklearn": "scikit-learn", "skimage": "scikit-image", "PIL": "pillow", "cv2": "opencv-python",
              "yaml": "PyYAML", "bs4": "beautifulsoup4", "dateutil": "python-dateutil", "mpl_toolkits": "matplotlib",
              "pylab": "matplotlib", "umap": "umap-learn", "imblearn": "imbalanced-learn"}  # fmt: skip


def package_versions(modules: Iterable[str]) -> dict[str, str]:
    """Return distribution → installed version for top-level *modules*; Python's own have none."""
    found: dict[str, str] = {}
    for module in sorted(set(modules)):
        provider = _provider(module)
        if provider is not None:
            found[provider[0]] = provider[1]
    return found


def modules_used(names: Iterable[str], namespace: Mapping[str, Any]) -> set[str]:
    """Return the top-level modules that the objects called *names* come from."""
    found = set()
    for name in names:
        value = namespace.get(name)
        if value is None:
            continue
        kind = type(value)
        if is_untouchable(value):
            continue
        told: str | None = kind.__module__
        if kind is ModuleType:
            told = value.__name__
        elif issubclass(kind, (type, FunctionType, BuiltinFunctionType)):  # others would run code of their own
            told = getattr(value, "__module__", None)
        for module in (told, kind.__module__):
            if isinstance(module, str):
                found.add(module.partition(".")[0])
    return found - {"builtins", "__main__"}


@lru_cache(maxsize=1024)
def _provider(module: str) -> tuple[str, str] | None:
    if module in sys.stdlib_module_names or module in {"__main__", "builtins", "nbops"}:
        return None
    for name in (_PROVIDERS.get(module), module, module.replace("_", "-")):
        if name:
            try:
                told = metadata.distribution(name)
            except metadata.PackageNotFoundError:
                continue
            return told.metadata["Name"], told.version
    # Slow: reads what every installed distribution contains, so only for modules named unlike their distribution.
    owners = _every_provider().get(module)
    return (owners[0], metadata.version(owners[0])) if owners else None


@lru_cache(maxsize=1)
def _every_provider() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()
