"""The project's own modules that a model needs, and how they go along with it."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib import invalidate_caches
from pathlib import Path
from types import ModuleType

from nbops.capture.code.lies_in_library import lies_in_library


def forget_project_modules(project: Path) -> None:
    """Forget the modules of *project*, so that the next model finds them as they are on disk now.

    A recorder outlives many an edit of a module: without this it would read a model with the class of an hour ago. What
    is loaded afterwards is also just what that model needs.
    """
    for name in project_modules(project):
        del sys.modules[name]
    invalidate_caches()


def project_modules(project: Path) -> dict[str, Path]:
    """Return the loaded modules of *project*: name → file, or folder of a package."""
    inside, interpreter = Path(os.path.realpath(project)), Path(os.path.realpath(sys.prefix))
    found = {}
    for name, module in list(sys.modules.items()):
        place = _place(module)
        if place is None or name.partition(".")[0] in {"nbops", "__main__", "__mp_main__"}:
            continue
        if place.is_relative_to(inside) and place != inside and not place.is_relative_to(interpreter):
            found[name] = place
    return found


def code_of(modules: Mapping[str, Path]) -> tuple[Path, ...]:
    """Return the files, and folders of packages, that have to go along for *modules* to be imported elsewhere."""
    return tuple(sorted({place for name, place in modules.items() if "." not in name}))


def imports_of(modules: Mapping[str, Path]) -> set[str]:
    """Return the top-level names of everything that *modules* import, wherever in them they do it."""
    found: set[str] = set()
    for place in modules.values():
        file = place / "__init__.py" if place.is_dir() else place
        if file.suffix == ".py" and file.exists():
            found |= _imports(file.read_bytes())
    return found - {name.partition(".")[0] for name in modules}


def _imports(source: bytes) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def copy_code(code: tuple[Path, ...], target: Path) -> list[str]:
    """Copy Python sources, and nothing else that lies beside them, below *target*; return the copies.

    Rows of data often lie in a package's folder; they leave the project only when somebody asks for it.
    """
    copies = []
    for path in code:
        own = target / path.name
        sources = [path] if path.is_file() else sorted(path.rglob("*.py"))
        for source in sources:
            inner = source.relative_to(path) if path.is_dir() else Path()
            if any(part.startswith(".") for part in inner.parts):
                continue
            copied = own / inner if path.is_dir() else own
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_bytes(source.read_bytes())
        if own.exists():
            copies.append(str(own))
    return copies


def _place(module: ModuleType | None) -> Path | None:
    """Return a module's file, or the folder of a package, also without `__init__.py`; None if it is installed."""
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        folders = getattr(module, "__path__", None)  # a namespace package
        file = os.path.join(next(iter(folders), ""), "__init__.py") if folders else ""  # noqa: PTH118 # for each module
    folder, name = os.path.split(file)
    if not folder or lies_in_library(folder + os.sep):  # for each module
        return None
    return _real(folder) if name == "__init__.py" else _real(folder) / name


@lru_cache(maxsize=4096)
def _real(folder: str) -> Path:
    return Path(os.path.realpath(folder))
