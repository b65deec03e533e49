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
from nbops.recording.folding.read_model import ReadModel
from nbops.workspace import Workspace

VERIFIED, STALE, UNVERIFIED = "verified", "stale", "unverified"
_KIND = "pipeline"
_MOST = 3


class State(NamedTuple):
    """Whether a pipeline is proven.

    Attributes:
        state: `verified`, `stale` or `unverified`.
        reason: The verdict's sentence, or what has changed since.
    """

    state: str
    reason: str


def state_of(path: Path, workspace: Workspace) -> State:
    """Say whether the pipeline at *path* is proven, and whether it, Python and the packages that it uses are as then.

    Other data do not make a pipeline stale: it is there to be run on them.

    Args:
        path: Of the notebook.
        workspace: That knows it.
    """
    try:
        known = ReadModel(workspace).list(_KIND)
    except StoreUnavailable:
        known = []
    shown = workspace.relative(path)
    return judge_state(path, next((item for item in known if item.get("path") == shown), {}))


def judge_state(path: Path, document: Mapping[str, Any]) -> State:
    """Return the state of the pipeline at *path*, of which the workspace knows *document*."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        told = notebook.get("metadata", {}).get("nbops", {}).get("verification")
        content = _content_hash(notebook)
    except (OSError, ValueError, AttributeError, TypeError, KeyError) as error:
        return State(UNVERIFIED, f"it cannot be read: {error}")
    if not isinstance(told, Mapping):
        return State(UNVERIFIED, "no verdict is kept in it")
    if not told.get("verified"):
        return State(UNVERIFIED, str(told.get("verdict") or "nothing was compared"))
    changes = ["it was edited since it was verified"] if told.get("content") != content else []
    changes += _moved(told.get("environment") or {}, str(document.get("interpreter") or ""))
    if changes:
        more = f" and {len(changes) - _MOST} more" if len(changes) > _MOST else ""
        return State(STALE, "; ".join(changes[:_MOST]) + more)
    return State(VERIFIED, str(told.get("verdict") or ""))


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
