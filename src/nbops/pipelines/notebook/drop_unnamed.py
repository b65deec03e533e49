"""Imports that nothing in a pipeline names."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from nbops.pipelines.notebook.hoist_imports import Imports

# Code that reads names which do not stand in it.
_HIDES = re.compile(r"\b(?:exec|eval|globals|locals|vars)\(|__main__|get_ipython|user_ns|%run|%store|%pylab")
_WORD = re.compile(r"\w+")


def drop_unnamed(found: Imports, texts: Collection[str], is_quiet: Callable[[str], bool]) -> None:
    """Take out of *found* what none of *texts* names, where importing it is known to do nothing else.

    A module inside a package stays where its name stands anywhere, too: `import a.b as c` makes `a.b` be there.

    Args:
        found: The imports that moved to the top.
        texts: Everything else of the notebook, comments and texts included.
        is_quiet: Whether importing a module of that name does nothing that other code could notice.
    """
    if any(map(_HIDES.search, texts)):
        return
    words = {word for text in texts for word in _WORD.findall(text)}
    for part in found.parts:
        for module, alias in [*part.plain]:
            root, *inner = module.split(".")
            if is_quiet(module) and not words & {alias or root, *inner}:
                del part.plain[module, alias]
        for module, names in [*part.named.items()]:
            for name, alias in [*names]:
                _, *inner = module.split(".")
                if is_quiet(f"{module}.{name}") and not words & {alias or name, name, *inner}:
                    del names[name, alias]
            if not names:
                del part.named[module]
