"""The project's own modules that code imports, and what they hold. Imports nothing heavy."""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

_MOST = 500


def own_files(sources: Iterable[str], project: Path, folder: Path) -> dict[str, str]:
    """Return path → SHA-256 of each file of the project that *sources* import, and of those that these import.

    Paths are relative to the project. What is found by other means than an import statement is not among them, nor what
    lies outside of the project.

    Args:
        sources: Python code.
        project: The project's folder.
        folder: Where the code runs.
    """
    places = list(dict.fromkeys(one.resolve() for base in (folder, project) for one in (base, base / "src")))
    waiting = [found for source in sources for found in _imported(source, places, None)]
    digests: dict[str, str] = {}
    seen: set[Path] = set()
    while waiting and len(seen) < _MOST:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        digest = digest_of(path)
        if digest and path.is_relative_to(project.resolve()):
            digests[path.relative_to(project.resolve()).as_posix()] = digest
            waiting += _imported(path.read_text(encoding="utf-8", errors="replace"), places, path)
    return dict(sorted(digests.items()))


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file; empty where it cannot be read. Read once for each state it is in."""
    try:
        state = path.stat()
        return _digest(str(path), state.st_mtime_ns, state.st_size)
    except OSError:
        return ""


@lru_cache(maxsize=4096)
def _digest(path: str, _changed: int, _bytes: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _imported(source: str, places: list[Path], within: Path | None) -> Iterator[Path]:
    """Yield the files that *source*, which itself lies in *within*, imports from *places*."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _files(alias.name, places)
        elif isinstance(node, ast.ImportFrom):
            bases = places
            if node.level:
                bases = [within.parents[node.level - 1]] if within and node.level <= len(within.parents) else []
            yield from _files(node.module or "", bases)
            for alias in node.names:
                yield from _files(f"{node.module}.{alias.name}" if node.module else alias.name, bases)


def _files(module: str, places: list[Path]) -> Iterator[Path]:
    """Yield the files that importing *module* runs: packages on the way, and the module itself."""
    parts = [part for part in module.split(".") if part]
    for place in places:
        found = []
        for count in range(1, len(parts) + 1):
            path = place.joinpath(*parts[:count])
            package, plain = path / "__init__.py", path.with_name(f"{path.name}.py")
            found += [file for file in (package, plain) if os.path.isfile(file)][:1]  # noqa: PTH113 # follows no odd file
        if found:
            yield from found
            return
