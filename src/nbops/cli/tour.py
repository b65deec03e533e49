"""Where the tour lies, and the folder of its own in which it runs."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from nbops.errors import PipelineNotFound
from nbops.workspace import ENVIRONMENT, Workspace, find_workspace, open_workspace

_PLACE = Path("notebooks", "tour.ipynb")
_FOLDER = "demo"
_USERS_OWN = ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID")


def find_tour() -> Path:
    """Return the tour notebook of the checkout around the current directory or around this installation.

    Raises:
        PipelineNotFound: This is an installation without a checkout.
    """
    here = Path.cwd()
    checkout = Path(__file__).parents[3]
    for folder in (here, *here.parents, checkout):
        path = folder / _PLACE
        if path.is_file():
            return path
    raise PipelineNotFound("the tour notebook is part of a checkout of nbops, and this is not one", hint="make demo")


def tour_workspace(notebook: Path) -> Workspace:
    """Return the workspace that a notebook's kernel, the sidebar and `nbops` in its folder all find."""
    named = os.environ.get(ENVIRONMENT)
    return open_workspace(None if named else find_workspace(notebook.parent).project)


def demo_folder(tour: Path) -> Path:
    """Return the folder beside `notebooks/` in which the tour runs; git ignores it."""
    return tour.parents[1] / _FOLDER


def enter_demo(tour: Path) -> Workspace:
    """Make the demo's folder; let this process and its children see its workspace and none of the user's servers."""
    folder = demo_folder(tour)
    (folder / ".nbops").mkdir(parents=True, exist_ok=True)
    for name in _USERS_OWN:
        os.environ.pop(name, None)
    os.environ[ENVIRONMENT] = str(folder / ".nbops")
    return open_workspace()


def clear_demo(tour: Path, written: str) -> None:
    """Make room for a new demo; a notebook that a person changed since it was *written* (its hash) is kept aside."""
    folder = demo_folder(tour)
    notebook = folder / tour.name
    if notebook.is_file() and file_hash(notebook) != written:
        place = next(number for number in range(1, 1000) if not folder.with_name(f"{_FOLDER}-{number}").exists())
        folder.rename(folder.with_name(f"{_FOLDER}-{place}"))
    shutil.rmtree(folder, ignore_errors=True)


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, empty where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
