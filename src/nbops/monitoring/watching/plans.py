"""Where plans and memories of watches lie: one file each under `.nbops/watches/`."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from nbops.errors import JournalError, WatchBusy, WatchNotFound
from nbops.monitoring.watching.plan import Plan
from nbops.monitoring.watching.seen import Seen
from nbops.workspace import write_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbops.workspace import Workspace

_PLANS, _SEEN, _LOCKS = "plans", "seen", "locks"


def read_plan(workspace: Workspace, name: str) -> Plan:
    """Return the plan of the watch *name*.

    Raises:
        WatchNotFound: There is none.
        JournalError: Its file cannot be read, or holds no plan.
    """
    body = _read(_path(workspace, _PLANS, name))
    if body is None:
        known = ", ".join(plan.name for plan in read_plans(workspace)[:5])
        raise WatchNotFound(f"no watch is called {name!r}", hint=known or "nbops watch add")
    try:
        return Plan.from_wire(body)
    except TypeError as error:
        raise JournalError(
            f"the plan of {name!r} cannot be read: {error}", hint="nbops watch add, once more"
        ) from error


def read_plans(workspace: Workspace) -> list[Plan]:
    """Return all plans, by name; files that are none, or a copy of one, are passed over."""
    found = []
    for path in sorted(_folder(workspace, _PLANS).glob("*.json")):
        with suppress(JournalError, TypeError):
            plan = Plan.from_wire(_read(path) or {})
            found += [plan] if path == _path(workspace, _PLANS, plan.name) else []
    return found


def keep_plan(workspace: Workspace, plan: Plan) -> None:
    """Write *plan*."""
    write_file(_path(workspace, _PLANS, plan.name), json.dumps(plan.to_wire(), ensure_ascii=False, indent=1).encode())


def drop_plan(workspace: Workspace, name: str) -> None:
    """Forget plan and memory of *name*, where there are any."""
    for kind in (_PLANS, _SEEN):
        _path(workspace, kind, name).unlink(missing_ok=True)


def read_seen(workspace: Workspace, name: str) -> Seen:
    """Return what the watch *name* has seen; nothing where its file is gone or damaged."""
    with suppress(JournalError, TypeError):
        return Seen.from_wire(_read(_path(workspace, _SEEN, name)) or {})
    return Seen()


def keep_seen(workspace: Workspace, name: str, seen: Seen) -> None:
    """Write what the watch *name* has seen."""
    write_file(_path(workspace, _SEEN, name), json.dumps(seen.to_wire(), ensure_ascii=False).encode())


@contextmanager
def alone(workspace: Workspace, name: str, busy: str) -> Iterator[None]:
    """Keep other processes from doing the same meanwhile, where the file system knows locks.

    Args:
        workspace: Whose.
        name: Of what is done: of a watch, or `.serve`.
        busy: What to say when another process does it.

    Raises:
        WatchBusy: Another process does.
    """
    path = _folder(workspace, _LOCKS) / f"{name.replace('/', '_')}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        with suppress(ImportError):
            import fcntl

            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise WatchBusy(busy) from None
            except OSError:
                pass  # a file system without locks
        yield
    finally:
        os.close(descriptor)


def _folder(workspace: Workspace, kind: str) -> Path:
    return workspace.root / "watches" / kind


def _path(workspace: Workspace, kind: str, name: str) -> Path:
    return _folder(workspace, kind) / f"{name.replace('/', '_')}.json"


def _read(path: Path) -> dict[str, Any] | None:
    try:
        body = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise JournalError(f"{path} cannot be read: {error}", hint="nbops watch add, once more") from error
    return body if isinstance(body, dict) else None
