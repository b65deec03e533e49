"""Whether what was said of a pipeline's proof still holds. Reads one file and versions, imports nothing heavy."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from nbops.errors import StoreUnavailable
from nbops.pipelines.notebook.own_files import digest_of
from nbops.recording.folding.read_model import ReadModel
from nbops.workspace import Workspace

VERIFIED, STALE, UNVERIFIED = "verified", "stale", "unverified"
_KIND = "pipeline"
_MOST, _SMALL = 3, 1_000_000


class State(NamedTuple):
    """Whether a pipeline is proven.

    Attributes:
        state: `verified`, `stale` or `unverified`.
        reason: The verdict's sentence, or what has changed since.
        note: Which of the data that the run read have changed since; that does not make it stale.
    """

    state: str
    reason: str
    note: str = ""


def state_of(path: Path, workspace: Workspace) -> State:
    """Say whether the pipeline at *path* is proven, and whether it and what it uses are as then.

    That is Python, packages, and the project's own modules. Other data do not make a pipeline stale: it is there to be
    run on them; the note names them, as far as a look at a file's size and time tells.

    Args:
        path: Of the notebook.
        workspace: That knows it.
    """
    try:
        known = ReadModel(workspace).list(_KIND)
    except StoreUnavailable:
        known = []
    shown = workspace.relative(path)
    return judge_state(path, next((item for item in known if item.get("path") == shown), {}), workspace.project)


def judge_state(path: Path, document: Mapping[str, Any], project: Path) -> State:
    """Return the state of the pipeline at *path*, of which the workspace of *project* knows *document*."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        ours = notebook.get("metadata", {}).get("nbops", {})
        told = ours.get("verification")
        if not isinstance(told, Mapping):
            return State(UNVERIFIED, "no verdict is kept in it")
        if not told.get("verified"):
            return State(UNVERIFIED, str(told.get("verdict") or "nothing was compared"))
        changes = ["it was edited since it was verified"] if told.get("content") != _content_hash(notebook) else []
        changes += _set_otherwise(told.get("surroundings") or {}, surroundings_of(notebook["metadata"]))
        changes += _moved(told.get("environment") or {}, str(document.get("interpreter") or ""))
        changes += _rewritten((told.get("environment") or {}).get("modules") or {}, project)
        note = _listed([*_other_data((ours.get("loads") or {}).get("files") or (), project)])
    except (OSError, ValueError, AttributeError, TypeError, KeyError, RecursionError) as error:
        return State(UNVERIFIED, f"it cannot be read: {error}")
    return State(STALE, _listed(changes), note) if changes else State(VERIFIED, str(told.get("verdict") or ""), note)


def surroundings_of(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Return what a notebook's *metadata* say of where and with which kernel it runs."""
    return {
        "folder": str((metadata.get("nbops") or {}).get("directory") or "."),
        "kernel": str((metadata.get("kernelspec") or {}).get("name") or ""),
    }


def _listed(changes: list[str]) -> str:
    more = f" and {len(changes) - _MOST} more" if len(changes) > _MOST else ""
    return "; ".join(changes[:_MOST]) + more


def _set_otherwise(was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name, value in was.items():
        if now.get(name, "") != value:
            yield f"its {name} was {value} and is {now.get(name) or 'not set'}"


def _rewritten(modules: Mapping[str, str], project: Path) -> Iterator[str]:
    """Yield which of the project's *modules* (path → SHA-256) are not what they were."""
    for name, digest in modules.items():
        now = digest_of(project / name)
        if now != digest:
            yield f"{name} {'has changed since' if now else 'is gone'}"


def _other_data(files: Any, project: Path) -> Iterator[str]:
    """Yield which of the *files* that the run read are not what they were; only small ones are read to tell."""
    for file in files:
        path = project / str(file["path"])
        try:
            state = path.stat()
        except OSError:
            yield f"{path.name} is gone"
            continue
        if file.get("bytes") is None or state.st_mtime_ns == file.get("changed"):
            continue
        small = file.get("sha256") and state.st_size <= _SMALL
        if state.st_size != file["bytes"] or (small and digest_of(path) != file["sha256"]):
            yield f"{path.name} has changed since the run"


def _moved(environment: Mapping[str, Any], interpreter: str) -> Iterator[str]:
    """Yield what has another version now than when the pipeline was verified.

    Args:
        environment: `{"python", "packages"}` as it was.
        interpreter: That verified it; ours where it is empty. Of another one's Python only the packages are looked at.
    """
    elsewhere = _packages_of(interpreter)
    was = str(environment.get("python") or "")
    if elsewhere is None and was and was != platform.python_version():
        yield f"Python was {was} and is {platform.python_version()}"
    for name, version in sorted((environment.get("packages") or {}).items()):
        now = _version(str(name), elsewhere)
        if now != version:
            yield f"{name} was {version} and is {now or 'not installed'}"


def _version(name: str, places: list[str] | None) -> str:
    if places is None:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            return ""
    found = metadata.distributions(name=name, path=places)
    return next((str(one.version) for one in found), "")


def _packages_of(interpreter: str) -> list[str] | None:
    """Return where the packages of another interpreter lie; None where it is ours, or nothing is known of it."""
    if not interpreter:
        return None
    prefix = Path(interpreter).parent.parent
    if os.path.realpath(prefix) == os.path.realpath(sys.prefix):
        return None
    places = [*prefix.glob("lib/python*/site-packages"), *prefix.glob("Lib/site-packages")]
    return [str(place) for place in places] or None


def _content_hash(notebook: Mapping[str, Any]) -> str:
    """Return what `content_hash` gives, from plain JSON."""
    parts = [
        (cell["cell_type"], _joined(cell["source"]), list(cell.get("metadata", {}).get("tags", [])))
        for cell in notebook["cells"]
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _joined(source: Any) -> str:
    return "".join(source) if isinstance(source, list) else str(source)
