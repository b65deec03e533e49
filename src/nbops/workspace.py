"""The `.nbops/` directory of a project: where things lie, and how files get there whole."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = "NBOPS_WORKSPACE"
_NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "lustre", "gpfs", "fuse.sshfs", "ceph", "9p"}
_PROJECT_MARKS = ("pyproject.toml", ".git", "nbops.toml")


@dataclass(frozen=True, slots=True)
class Workspace:
    """Paths of one workspace. Creating the value touches no disk.

    Attributes:
        root: The `.nbops` directory itself, absolute.
    """

    root: Path

    @property
    def project(self) -> Path:
        """The directory that the workspace belongs to; paths shown to people are relative to it."""
        return self.root.parent

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
    """
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
    workspace = find_workspace(start)
    for folder in (workspace.journals, workspace.snapshots, workspace.outputs):
        folder.mkdir(parents=True, exist_ok=True)
    ignore = workspace.root / ".gitignore"
    if not ignore.exists():
        write_file(ignore, b"*\n")
    return workspace


def write_file(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write *content* beside *path* and rename it there, so that nobody ever reads half a file.

    Args:
        path: Where the file belongs; its folder is created.
        content: The whole file.
        durable: Also survive a power cut (fsync of file and folder).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".partial-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


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


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
