"""Where plans of retraining and what came of them lie: under `.nbops/watches/retraining/`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbops.errors import JournalError
from nbops.monitoring.retraining.retrain_plan import RetrainPlan
from nbops.monitoring.retraining.retraining import Retraining
from nbops.workspace import write_file

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.workspace import Workspace

_MOST = 500


def folder(workspace: Workspace) -> Path:
    """Return where it all lies."""
    return workspace.root / "watches" / "retraining"


def read_retrain_plan(workspace: Workspace, watch: str) -> RetrainPlan | None:
    """Return the plan of *watch*, or None.

    Raises:
        JournalError: Its file cannot be read.
    """
    body = _read(folder(workspace) / f"{watch}.plan.json")
    return None if body is None else RetrainPlan.from_wire(body)


def keep_retrain_plan(workspace: Workspace, plan: RetrainPlan) -> None:
    """Write *plan*."""
    _write(folder(workspace) / f"{plan.watch}.plan.json", plan.to_wire())


def read_retrainings(workspace: Workspace, watch: str) -> list[Retraining]:
    """Return what came of the plan of *watch*, oldest first; a damaged file is an error, since guards rely on it.

    Raises:
        JournalError: It cannot be read.
    """
    return [Retraining.from_wire(one) for one in _read(folder(workspace) / f"{watch}.past.json") or []]


def keep_retraining(workspace: Workspace, one: Retraining) -> None:
    """Write *one*, in the place of what began at the same time."""
    past = [former for former in read_retrainings(workspace, one.watch) if former.time != one.time]
    _write(folder(workspace) / f"{one.watch}.past.json", [each.to_wire() for each in [*past, one][-_MOST:]])


def _write(path: Path, body: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, json.dumps(body, ensure_ascii=False, indent=1).encode())


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise JournalError(f"{path} cannot be read: {error}", hint="nbops watch retrain, once more") from error
