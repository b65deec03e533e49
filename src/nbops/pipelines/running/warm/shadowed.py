"""Find in a notebook's folder what a cold kernel would have imported instead of an installed module."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib.machinery import all_suffixes
from pathlib import Path

# Read from the current folder while the module is imported.
_SETTINGS = {"matplotlibrc": "matplotlib"}


def shadowed(folder: Path, at_first: Iterable[str]) -> str:
    """Return in a few words which file in *folder* a loaded module would have come from or read, or empty text.

    Args:
        folder: Comes first on a notebook's search path.
        at_first: Modules that a kernel has loaded before that.
    """
    # IPython puts the notebook's folder behind the standard library and before the installed packages.
    loaded = _tops(sys.modules) - _tops(at_first) - sys.stdlib_module_names
    names = set(os.listdir(folder))  # noqa: PTH208 # names only, before each kernel
    for name in names:
        if name in _SETTINGS and _SETTINGS[name] in loaded:
            return f"{name} is read by {_SETTINGS[name]} while it is imported"
        stem, dot, rest = name.partition(".")
        if stem in loaded and (f"{dot}{rest}" in all_suffixes() if dot else (folder / name / "__init__.py").exists()):
            return f"{name} lies beside the notebook and hides an installed module"
    return ""


def _tops(names: Iterable[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}
