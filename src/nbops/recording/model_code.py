"""The project's own modules that a model needs, and how they go along with it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

_INSTALLED = {"site-packages", "dist-packages"}


def forget_project_modules(project: Path) -> None:
    """Forget the modules of *project*, so that the next model finds them as they are on disk now.

    A recorder lives longer than a user's patience with a module: without this it would read a model with the class of an
    hour ago. What is loaded afterwards is also just what that model needs.
    """
    for name, _ in list(_project_modules(project)):
        del sys.modules[name]
    from importlib import invalidate_caches

    invalidate_caches()


def project_code(project: Path) -> tuple[Path, ...]:
    """Return the files, and folders of packages, of *project* that are loaded into this process."""
    found = set()
    for name, place in _project_modules(project):
        if "." not in name:
            found.add(place)
    return tuple(sorted(found))


def project_roots(project: Path) -> set[str]:
    """Return the top-level names of the modules of *project* that are loaded."""
    return {name.partition(".")[0] for name, _ in _project_modules(project)}


def imported_by_project(project: Path) -> set[str]:
    """Return the top-level names of everything that the loaded modules of *project* import, wherever they do it."""
    found: set[str] = set()
    for name, _ in _project_modules(project):
        file = getattr(sys.modules.get(name), "__file__", None) or ""
        if file.endswith(".py"):
            found |= _imports(Path(file).read_bytes())
    return found - project_roots(project)


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


def _project_modules(project: Path) -> Iterator[tuple[str, Path]]:
    inside, interpreter = project.resolve(), Path(sys.prefix).resolve()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in {"nbops", "__main__"}:
            continue
        place = _place(module)
        if place is None or not place.is_relative_to(inside) or place.is_relative_to(interpreter):
            continue
        if not _INSTALLED.intersection(place.parts):
            yield name, place


def _place(module: ModuleType | None) -> Path | None:
    """Return a module's file, or the folder of a package, also of one without `__init__.py`."""
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        path = Path(file).resolve()
        return path.parent if path.name == "__init__.py" else path
    for folder in getattr(module, "__path__", ()):  # a namespace package
        return Path(str(folder)).resolve()
    return None
