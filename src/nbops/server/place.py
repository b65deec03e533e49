"""Where a request looks: the workspace of the notebook it speaks of, and paths that stay inside Jupyter's root."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nbops.errors import ConfigError
from nbops.workspace import ENVIRONMENT, Workspace, find_workspace, usable


@dataclass(frozen=True, slots=True)
class Place:
    """The directory that Jupyter serves, and the workspace in it.

    Attributes:
        root: Directory that Jupyter serves, absolute, links resolved.
        workspace: The workspace; it need not exist yet.
    """

    root: Path
    workspace: Workspace

    @property
    def exists(self) -> bool:
        """Whether the workspace is on disk. Looking at it never creates it."""
        return self.workspace.root.is_dir()

    def served(self, path: str | None) -> str | None:
        """Return *path* (relative to the project, or absolute) as Jupyter's file browser names it, None if outside."""
        if not path:
            return None
        absolute = (self.workspace.project / path).resolve()
        return absolute.relative_to(self.root).as_posix() if absolute.is_relative_to(self.root) else None

    def recorded(self, path: str) -> str:
        """Return *path*, as Jupyter's file browser names it, as the workspace's records name it."""
        return self.workspace.relative(self.workspace.project.resolve() / inside(self.root, path))


def find_place(root: Path, notebook: str | None = None) -> Place:
    """Find the workspace that a kernel of *notebook* uses; without a notebook that of *root*.

    Raises:
        ConfigError: *notebook* does not lie inside *root*.
    """
    root = root.resolve()
    if named := os.environ.get(ENVIRONMENT):
        return Place(root, usable(Workspace(Path(named).expanduser().resolve())))
    folder = inside(root, notebook).parent if notebook else root
    return Place(root, find_workspace(folder))


def inside(root: Path, path: str) -> Path:
    """Return *path* (relative to *root*, with `/`) as an absolute one.

    Raises:
        ConfigError: It is absolute, a URL, or leads out of *root*, also through a link.
    """
    pure = PurePosixPath(path)
    strange = not path or "\0" in path or "://" in path or "\\" in path or pure.is_absolute() or ".." in pure.parts
    if strange or not (found := root.joinpath(*pure.parts).resolve()).is_relative_to(root.resolve()):
        raise ConfigError(f"{path!r} is not a path inside the directory that Jupyter serves")
    return found
