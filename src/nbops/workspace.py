"""The `.nbops/` directory of a project: where things lie, and how files get there whole."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRONMENT = "NBOPS_WORKSPACE"
PARTIAL = ".partial-"
"""What the names of files begin with that are not whole yet, and of what a crash left of them."""
_NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "lustre", "gpfs", "fuse.sshfs", "ceph", "9p"}
_OURS, _LINK = "nbops", "replaced"
_PROJECT_MARKS = ("pyproject.toml", ".git", "nbops.toml")


@dataclass(frozen=True, slots=True)
class Workspace:
    """Paths of one workspace. Creating the value touches no disk.

    Attributes:
        root: The `.nbops` directory itself, absolute.
        stands_for: The `.nbops` directory that cannot be written, where this one replaces it.
    """

    root: Path
    stands_for: Path | None = field(default=None, compare=False, repr=False)

    @property
    def project(self) -> Path:
        """The directory that the workspace belongs to; paths shown to people are relative to it."""
        return (self.replaced or self.root).parent

    @property
    def replaced(self) -> Path | None:
        """The `.nbops` directory that this one stands for because it cannot be written; None in general."""
        beyond = self.root.parent.parent
        if self.stands_for is None and beyond.name == _OURS and beyond == state_folder():
            try:
                return Path((self.root.parent / _LINK).readlink())
            except OSError:
                return None
        return self.stands_for

    @property
    def journals(self) -> Path:
        """One folder per session: `journal` and `blobs/`."""
        return self.root / "journals"

    @property
    def snapshots(self) -> Path:
        """Chunks and manifests of datasets."""
        return self.root / "snapshots"

    @property
    def read_model(self) -> Path:
        """SQLite file that screens read; can be rebuilt from journals and MLflow."""
        return self.root / "runs.db"

    @property
    def outputs(self) -> Path:
        """Executed pipeline notebooks."""
        return self.root / "outputs"

    @property
    def tracking_uri(self) -> str:
        """MLflow's store when no server is configured."""
        return f"sqlite:///{self.root / 'mlflow.db'}"

    @property
    def artifacts(self) -> Path:
        """MLflow's artifacts when no server is configured."""
        return self.root / "artifacts"

    def relative(self, path: str | Path) -> str:
        """Return *path* as seen from the project, or unchanged where it lies outside."""
        absolute = Path(path).absolute()
        return absolute.relative_to(self.project).as_posix() if absolute.is_relative_to(self.project) else str(path)


def find_workspace(start: str | Path | None = None) -> Workspace:
    """Find the workspace that *start* (default: the current directory) belongs to, without creating it.

    In this order: the `NBOPS_WORKSPACE` environment variable (path of a `.nbops` directory), the nearest
    ancestor that has a `.nbops` directory, the nearest one that looks like a project, *start* itself.
    Where that cannot be written, the workspace that stands for it in the user's state directory.
    """
    return usable(_nearest(start))


def usable(workspace: Workspace) -> Workspace:
    """Return *workspace*, or the one that stands for it where it cannot be written."""
    return workspace if can_be_written(workspace.root) else substitute(workspace)


def substitute(workspace: Workspace) -> Workspace:
    """Return the workspace in the user's state directory that stands for *workspace*, created or not."""
    name = hashlib.sha256(str(workspace.root).encode()).hexdigest()[:12]
    return Workspace(state_folder() / name / ".nbops", workspace.root)


def can_be_written(root: Path) -> bool:
    """Say whether files can be made in *root*, or *root* itself where it is not there yet."""
    for folder in (root, *root.parents):
        if folder.exists():
            return os.access(folder, os.W_OK | os.X_OK)
    return False


def _nearest(start: str | Path | None) -> Workspace:
    if start is None and (named := os.environ.get(ENVIRONMENT)):
        return Workspace(Path(named).expanduser().absolute())
    here = Path(start or Path.cwd()).expanduser().absolute()
    lineage = [here, *here.parents]
    home = Path.home()
    for folder in lineage:
        if (folder / ".nbops").is_dir():
            return Workspace(folder / ".nbops")
    for folder in lineage:
        if folder != home and any((folder / mark).exists() for mark in _PROJECT_MARKS):
            return Workspace(folder / ".nbops")
    return Workspace(here / ".nbops")


def open_workspace(start: str | Path | None = None) -> Workspace:
    """Find the workspace and make sure that its directories exist and stay out of git."""
    return prepare_workspace(find_workspace(start))


def prepare_workspace(workspace: Workspace) -> Workspace:
    """Make sure that the directories of *workspace* exist and stay out of git.

    Raises:
        OSError: It cannot be written.
    """
    for folder in (workspace.journals, workspace.snapshots, workspace.outputs):
        folder.mkdir(parents=True, exist_ok=True)
    ignore = workspace.root / ".gitignore"
    if not ignore.exists():
        write_file(ignore, b"*\n")
    link = workspace.root.parent / _LINK
    if workspace.stands_for is not None and not link.is_symlink():
        with suppress(FileExistsError):
            link.symlink_to(workspace.stands_for)
    return workspace


def write_file(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write *content* beside *path* and rename it there, so that nobody ever reads half a file.

    Args:
        path: Where the file belongs; its folder is created.
        content: The whole file.
        durable: Also survive a power cut (fsync of file and folder).
    """
    with beside(path, durable=durable) as file:
        file.write(content)


@contextmanager
def beside(path: Path, *, durable: bool = False, mode: int | None = None) -> Iterator[BinaryIO]:
    """Give a file to write, beside *path*; it is renamed there when the block ends well, and is gone otherwise.

    Args:
        path: Where the file belongs; its folder is created.
        durable: Also survive a power cut (fsync of file and folder).
        mode: Who may do what with it. Default: what the user's umask leaves of reading and writing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=PARTIAL)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask() if mode is None else mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut, where the system lets folders be opened."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def is_on_network(path: Path) -> bool:
    """Say whether *path* lies on a network file system, where SQLite's WAL and file locks cannot be trusted."""
    try:
        lines = Path("/proc/self/mounts").read_text().splitlines()
    except OSError:
        return False
    target = str(path.absolute())
    best, kind = "", ""
    for line in lines:
        mount, system = line.split()[1:3]
        mount = mount.replace("\\040", " ")
        inside = target == mount or target.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, system
    return kind in _NETWORK_FILE_SYSTEMS


def state_folder() -> Path:
    """Return where nbops keeps what belongs to the user and to no project."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / _OURS


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def append_line(path: Path, line: bytes) -> None:
    """Append *line* to a log that several processes write, durably; a line that was torn before it stays by itself.

    Raises:
        OSError: The disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, b"\n" * torn + line + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
