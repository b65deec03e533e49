"""Which pipeline a failed run executed, and with which parameters: written when it begins, read when it is resumed."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbops.capture.checkpoints.blobs import FOLDER, prepare
from nbops.capture.secrets.redaction import redact_value
from nbops.errors import ParameterError, RunNotUsable
from nbops.recording.get_run import get_run
from nbops.recording.run import Run
from nbops.workspace import Workspace, beside

_MOST = 200
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a run that is resumed was asked to do.

    Attributes:
        run: The run.
        pipeline: Path of its notebook.
        parameters: As they were given.
    """

    run: Run
    pipeline: Path
    parameters: dict[str, Any]


def note_run(run: str, pipeline: Path, parameters: Mapping[str, Any], workspace: Workspace) -> None:
    """Note what *run* is going to execute, so that it can be resumed whatever becomes of it."""
    said = {name: value for name, value in parameters.items() if _survives(value) and not redact_value(name, value)[1]}
    unsaid = sorted(set(parameters) - set(said))
    folder = workspace.root / FOLDER / "runs"
    with suppress(OSError):
        prepare(folder.parent)
        told = {"pipeline": str(pipeline), "parameters": said, "unsaid": unsaid, "time": time.time()}
        with beside(folder / f"{run}.json", mode=_PRIVATE) as file:
            file.write(json.dumps(told).encode())
        for old in sorted(folder.glob("*.json"), key=lambda path: -path.stat().st_mtime)[_MOST:]:
            old.unlink(missing_ok=True)


def resumable(ref: str | Run, pipeline: str | Path | None, parameters: Mapping[str, Any] | None,
              workspace: Workspace) -> Resumed:  # fmt: skip
    """Return what the run *ref* was asked to do.

    Args:
        ref: A run of a pipeline that did not finish.
        pipeline: Where its notebook lies now, if not where it lay.
        parameters: Instead of the run's, if given.
        workspace: The run's.

    Raises:
        RunNotFound: *ref* leads nowhere.
        RunNotUsable: It is no pipeline's run, finished, is still running, or what it executed is not known any more.
        ParameterError: Its parameters cannot be told from what was written down.
    """
    run = get_run(ref, workspace=workspace)
    if run.kind != "pipeline":
        raise RunNotUsable(f"{run.name or run.id[:8]} is not the run of a pipeline", hint="nbops runs")
    if run.status not in {"FAILED", "KILLED"}:
        raise RunNotUsable(
            f"{run.name or run.id[:8]} is {run.status}: only a run that failed or was killed can be resumed",
            hint=f"nbops run {run.notebook or 'PIPELINE'}",
        )
    told = _told(run, workspace)
    if parameters is None and told["unsaid"]:
        names = ", ".join(told["unsaid"])
        raise ParameterError(f"{names} of run {run.id[:8]} cannot be read back", hint="give all parameters again")
    given = dict(told["parameters"] if parameters is None else parameters)
    return Resumed(run, Path(pipeline or told["pipeline"]), given)


def _told(run: Run, workspace: Workspace) -> dict[str, Any]:
    path = workspace.root / FOLDER / "runs" / f"{run.id}.json"
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunNotUsable(
            f"what run {run.id[:8]} executed is not known any more", hint=f"nbops run {run.notebook or 'PIPELINE'}"
        ) from error
    return told


def _survives(value: Any) -> bool:
    """Say whether JSON gives the same value back, of the same type."""
    try:
        back = json.loads(json.dumps(value))
    except (TypeError, ValueError):
        return False
    return bool(type(back) is type(value) and back == value)
