"""The pipelines of a workspace, and where one of them lies."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from nbops.errors import PipelineNotFound
from nbops.pipelines.notebook.state_of import judge_state
from nbops.recording.folding.read_model import ReadModel
from nbops.workspace import Workspace

KIND = "pipeline"


def list_pipelines(workspace: Workspace) -> list[dict[str, Any]]:
    """Return what is known of each promoted pipeline whose notebook still exists, the latest first.

    Each has `state` (`verified`, `stale` or `unverified`), `reason` and `note`, as they are now; see `State`.
    """
    found = []
    for item in ReadModel(workspace).list(KIND):
        path = workspace.project / item["path"]
        if path.is_file():
            now = judge_state(path, item, workspace.project)
            found.append(item | {"state": now.state, "reason": now.reason, "note": now.note})
    return found


def find_pipeline(ref: str | Path, workspace: Workspace) -> Path:
    """Return the notebook that *ref* means: a path (from here or from the project), or a pipeline's name.

    Raises:
        PipelineNotFound: There is none.
    """
    for path in (Path(ref).expanduser(), workspace.project / ref):
        if path.is_file():
            return path.absolute()
    known: dict[str, Path] = {
        item["name"]: workspace.project / item["path"] for item in ReadModel(workspace).list(KIND)
    }
    known = {name: path for name, path in known.items() if path.is_file()}
    if str(ref) in known:
        return known[str(ref)]
    near = difflib.get_close_matches(str(ref), [*known, *(str(path.name) for path in known.values())], n=3)
    raise PipelineNotFound(
        f"there is no pipeline {str(ref)!r}", hint=f"one of {', '.join(near)}" if near else "%promote last"
    )
