"""Files that a cell opens, told by Python's audit events and by the paths that it names."""

from __future__ import annotations

import ast
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Any, ClassVar

from nbops.capture.code.lies_in_library import lies_in_library
from nbops.capture.surroundings.audit import listen, opens_to_write, stop_listening

_CODE = (".py", ".pyc", ".pyi", ".so", ".pth", ".dist-info", ".ipynb", ".sqlite-journal", ".afm", ".ttf", ".mplstyle")
_SKIPPED_FOLDERS = ("/proc/", "/sys/", "/dev/", "/etc/", "/.nbops/", "/__pycache__/", "/.ipython/", "/.jupyter/",
                    "/.cache/", "/.git/", "/mlruns/",
                    "/.config/", "/ipykernel_", "/share/zoneinfo/", "/.local/share/jupyter/")  # fmt: skip
_PATHS = (PosixPath, WindowsPath, PurePosixPath, PureWindowsPath)
_MOST = 200
_LONGEST = 1000
_HASHED, _HASHED_IN_ALL = 4_000_000, 8_000_000


class FileListener:
    """Collects the files opened while a cell runs. At most one listener is active in a process."""

    events: ClassVar[frozenset[str]] = frozenset(
        {"open", "sqlite3.connect", "os.rename", "os.remove", "os.truncate", "shutil.move", "shutil.copyfile"}
    )

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}

    def begin(self) -> None:
        """Collect from now on."""
        listen(self)

    def end(self) -> None:
        """Collect no more."""
        stop_listening(self)

    def note(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take in one audit event; called for every one that Python raises, from any thread."""
        if event == "open":
            path, mode, flags = arguments
            self._take(path, writes=opens_to_write(mode, flags))
        elif event == "sqlite3.connect":
            self._take(arguments[0], writes=True)
        elif event in {"os.rename", "shutil.move", "shutil.copyfile"}:
            self._take(arguments[0], writes=event != "shutil.copyfile")
            self._take(arguments[1], writes=True)
        elif event in {"os.remove", "os.truncate"}:
            self._take(arguments[0], writes=True)

    def _take(self, path: Any, *, writes: bool) -> None:
        if isinstance(path, (str, os.PathLike, bytes)) and len(self.seen) < _MOST:
            text = os.fsdecode(path)
            if not text.endswith(_CODE):
                full = os.path.abspath(text)  # noqa: PTH100 # called for every open, must be cheap
                if writes or full not in self.seen:
                    self.seen[full] = "w" if writes else "r"

    def files(
        self, tree: ast.Module, namespace: Mapping[str, Any], names: frozenset[str], since: float
    ) -> dict[str, str]:
        """Return path → `r` or `w` of the data files opened, also by libraries that Python's events do not tell of.

        Args:
            tree: Of the cell; strings in it that name existing files count as opened.
            namespace: After the cell.
            names: That the cell reads; paths among their values count too.
            since: When the cell began, in seconds since the epoch; a file changed later was written.
        """
        found = {path: mode for path, mode in self.seen.items() if not _is_skipped(path)}
        found = {path: mode for path, mode in found.items() if mode == "w" or Path(path).is_file()}
        named = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        named += [namespace[name] for name in names if name in namespace]
        for value in named[:_MOST]:
            text = value if type(value) is str else str(value) if _is_path(value) else ""
            if 2 < len(text) < _LONGEST and ("." in text or "/" in text) and "\n" not in text:  # noqa: PLR2004
                full = os.path.abspath(text)  # noqa: PTH100
                if full not in found and not _is_skipped(full) and Path(full).is_file() and not full.endswith(_CODE):
                    found[full] = "w" if Path(full).stat().st_mtime >= since else "r"
        return found


def identify_files(opened: Mapping[str, str], project: Path) -> tuple[dict[str, Any], ...]:
    """Return path and mode of the files that a cell opened, and what tells later whether those it read are the same.

    That is size and time of the last change, and the SHA-256 while the small ones among them stay below what a cell
    may take: opening thousands of files must not become slower.
    """
    left = _HASHED_IN_ALL
    found = []
    for path, mode in sorted(opened.items()):
        told: dict[str, Any] = {"path": path, "mode": mode}
        if mode == "r":
            with suppress(OSError):  # gone, or not ours to read
                state = (project / path).stat()
                told |= {"bytes": state.st_size, "changed": state.st_mtime_ns}
                if state.st_size <= min(left, _HASHED):
                    left -= state.st_size
                    told["sha256"] = hashlib.sha256((project / path).read_bytes()).hexdigest()
        found.append(told)
    return tuple(found)


def describe_files(identified: Iterable[Mapping[str, Any]], project: Path) -> tuple[dict[str, Any], ...]:
    """Return path, mode, size in bytes and, of small ones, SHA-256: of files read as identified, of others now."""
    return tuple(
        {"path": item["path"], "mode": item["mode"]}
        | (
            {"bytes": item.get("bytes"), "sha256": item.get("sha256")}
            if item["mode"] == "r"
            else _contents(project / item["path"])
        )
        for item in identified
    )


def _contents(path: Path) -> dict[str, Any]:
    try:
        size = path.stat().st_size
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if size <= _HASHED else None
    except OSError:  # gone, or not ours to read
        return {"bytes": None, "sha256": None}
    return {"bytes": size, "sha256": digest}


def _is_path(value: Any) -> bool:
    return any(type(value) is kind for kind in _PATHS)


def _is_skipped(path: str) -> bool:
    if any(folder in path for folder in _SKIPPED_FOLDERS) or lies_in_library(path) or path in sys.path:
        return True
    name = path.rpartition("/")[2]
    return name.startswith("tmp") and path.startswith(tempfile.gettempdir()) and not Path(path).exists()
