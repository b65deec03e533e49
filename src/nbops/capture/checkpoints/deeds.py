"""What a cell does beyond the namespace and the files that it opens, told by Python's audit events."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from nbops.capture.code.lies_in_library import lies_in_library
from nbops.capture.surroundings.audit import listen, opens_to_write, stop_listening

_NETWORK = {"socket.connect", "socket.sendto", "socket.bind", "urllib.Request", "http.client.connect",
            "ftplib.connect", "smtplib.connect", "imaplib.open", "poplib.connect"}  # fmt: skip
_PROGRAMS = {"subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "os.spawn", "os.fork", "os.forkpty",
             "pty.spawn", "os.startfile", "webbrowser.open"}  # fmt: skip
_DISK = {"os.mkdir", "os.rmdir", "os.remove", "os.rename", "os.link", "os.symlink", "os.truncate", "os.chmod",
         "os.chown", "os.utime", "shutil.copyfile", "shutil.copytree", "shutil.move", "shutil.rmtree",
         "shutil.make_archive", "shutil.unpack_archive"}  # fmt: skip
_FOLDERS = {"os.listdir", "os.scandir", "os.walk", "os.fwalk", "glob.glob", "pathlib.Path.glob", "pathlib.Path.rglob"}
_COMPILED = (".pyc", ".so", ".pyd")
_DEVICES, _SHARED = "/dev/", "/dev/shm/"  # noqa: S108 # nothing is written there
_HARMLESS_DEVICES = {"/dev/null", "/dev/tty", "/dev/zero"}
_NOT_DATA = ("/.nbops/", "/__pycache__/", "/.ipython/", "/proc/", "/sys/")
_CODE = (".py", ".pyc", ".pyi", ".so", ".pth")
# Libraries that start processes and threads of their own to compute, and ask the machine what it is.
_WORKERS = ("/joblib/", "/loky/", "/threadpoolctl.py", "/platform.py", "/ctypes/util.py", "/uuid.py",
            "/multiprocessing/", "/matplotlib/", "importlib", "/linecache.py", "/inspect.py")  # fmt: skip
_THREADS = ("tqdm", "joblib", "loky", "sklearn", "concurrent.futures", "multiprocessing", "ipykernel", "zmq", "tornado",
            "asyncio", "nbops", "IPython")  # fmt: skip
_PASSING = (
    "/.nbops/",
    "/.cache/",
    "/.config/",
    "/__pycache__/",
    "/.ipython/",
    "/shm/",
    "/proc/",
    "/sys/",
)
_TEMPORARY = ("tmp", "joblib_", "loky", "pymp-")
_MOST, _MOST_OPENED = 20, 1000


class DeedListener:
    """Collects what the cell that runs does outside. At most one listener is active in a process."""

    events: ClassVar[frozenset[str]] = frozenset(_NETWORK | _PROGRAMS | _DISK | _FOLDERS | {"sqlite3.connect", "open"})

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}
        self._opened: dict[str, bool] = {}
        self._threads: set[int] = set()

    @property
    def missing(self) -> tuple[str, ...]:
        """Paths that were to be opened and are not there: whether they are may decide what the cell does."""
        return tuple(
            sorted(
                path
                for path in self._opened
                if not path.endswith(_CODE) and not _is_passing(path) and not Path(path).exists()
            )
        )

    @property
    def read(self) -> tuple[str, ...]:
        """Paths of the files that were read and are there, whatever they are called and wherever they lie.

        All but what belongs to the interpreter, to installed packages and to nbops.
        """
        read = (path for path, reads in self._opened.items() if reads)
        return tuple(sorted(path for path in read if not _is_installed(path) and Path(path).is_file()))

    def begin(self) -> None:
        """Collect from now on."""
        self._seen = {}
        self._opened = {}
        self._threads = {id(thread) for thread in threading.enumerate()}
        listen(self)

    def end(self) -> tuple[str, ...]:
        """Collect no more; return what was done, each as the end of the sentence "the cell …"."""
        stop_listening(self)
        left = [thread for thread in threading.enumerate() if id(thread) not in self._threads and _counts(thread)]
        if left:
            self._seen["leaves a thread running"] = None
        return tuple(self._seen)

    def note(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take in one audit event."""
        if event == "open":
            self._take(*arguments)
            return
        if len(self._seen) >= _MOST:
            return
        said = _say(event, arguments)
        if said and said not in self._seen and not _is_worker():
            self._seen[said] = None

    def _take(self, path: Any, mode: Any, flags: Any) -> None:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return
        text = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 # called for every open, must be cheap
        if text.endswith(_COMPILED) or text in self._opened:
            return
        if text.startswith(_DEVICES) and not text.startswith(_SHARED) and text not in _HARMLESS_DEVICES:
            self._seen["reads a device"] = None
        elif len(self._opened) >= _MOST_OPENED:
            self._seen["opens more files than are followed"] = None
        else:
            self._opened[text] = not opens_to_write(mode, flags)


def _say(event: str, arguments: tuple[Any, ...]) -> str:
    if event in _NETWORK:
        local = event.startswith("socket.") and len(arguments) > 1 and isinstance(arguments[1], (str, bytes))
        return "" if local else "uses the network"
    if event in _PROGRAMS:
        return "starts another program"
    if event == "sqlite3.connect":
        return "uses a database"
    path = os.fsdecode(arguments[0]) if arguments and isinstance(arguments[0], (str, bytes, os.PathLike)) else ""
    if _is_passing(path):
        return ""
    return "looks into folders" if event in _FOLDERS else "changes files or folders"


def _is_passing(path: str) -> bool:
    """Say whether *path* belongs to what libraries keep for themselves."""
    full = os.path.abspath(path) + os.sep  # noqa: PTH100 # called from an audit hook, must be cheap
    name = Path(path).name
    return any(part in full for part in _PASSING) or lies_in_library(full) or name.startswith(_TEMPORARY)


def _is_installed(path: str) -> bool:
    return any(part in path for part in _NOT_DATA) or lies_in_library(path)


def _is_worker() -> bool:
    """Say whether one of the libraries that compute with processes of their own is calling."""
    return any(any(part in name for part in _WORKERS) for name in _callers())


def _callers() -> Iterator[str]:
    frame = sys._getframe(3)  # noqa: SLF001 # the public way costs milliseconds
    while frame is not None:
        yield frame.f_code.co_filename.replace(os.sep, "/")
        frame = frame.f_back  # type: ignore[assignment]


def _counts(thread: threading.Thread) -> bool:
    target = getattr(thread, "_target", None)
    origin = getattr(target, "__module__", None) or type(thread).__module__
    return not str(origin).startswith(_THREADS) and not type(thread).__module__.startswith(_THREADS)
