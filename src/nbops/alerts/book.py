"""Where alerts lie: one file each, written beside and renamed, and a history that only grows."""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nbops.alerts.alert import Alert, awake
from nbops.errors import AlertNotFound
from nbops.workspace import append_line, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbops.workspace import Workspace

_LEAST = 4


@dataclass(frozen=True, slots=True)
class Book:
    """The alerts of one workspace. Making the value touches no disk.

    Attributes:
        workspace: Whose.
    """

    workspace: Workspace

    @property
    def folder(self) -> Path:
        """Where everything lies."""
        return self.workspace.root / "alerts"

    @property
    def history_path(self) -> Path:
        """One line of JSON for everything that happened to an alert, oldest first."""
        return self.folder / "history.jsonl"

    @property
    def unrecorded(self) -> Path:
        """What people did that the ledger does not hold yet, one file each."""
        return self.folder / "unrecorded"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other process from changing alerts meanwhile, where the file system knows locks."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            with suppress(ImportError, OSError):
                import fcntl

                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def all(self) -> list[Alert]:
        """Return every alert as it was written; files that are no alert, or a copy of one, are passed over."""
        found = []
        for path in sorted(self.folder.glob("open/*.json")):
            with suppress(OSError, ValueError, TypeError, RecursionError):
                alert = Alert.from_wire(json.loads(path.read_bytes()))
                found += [alert] if path.stem == alert.id else []
        return found

    def get(self, key: str) -> Alert | None:
        """Return the alert with that key, or None."""
        return next((alert for alert in self.all() if alert.key == key), None)

    def find(self, ref: str, now: float) -> Alert:
        """Return the alert that *ref*, its id, the beginning of it, or its key, names.

        Raises:
            AlertNotFound: None does, or several do.
        """
        alerts = self.all()
        found = [alert for alert in alerts if ref in {alert.key, alert.id}]
        if not found and len(ref) >= _LEAST:
            found = [alert for alert in alerts if alert.id.startswith(ref)]
        if len(found) != 1:
            known = ", ".join(alert.id for alert in alerts[:5])
            raise AlertNotFound(f"{'no alert' if not found else 'more than one alert'} is called {ref!r}", hint=known)
        return awake(found[0], now)

    def put(self, alert: Alert) -> None:
        """Write *alert*."""
        text = json.dumps(alert.to_wire(), ensure_ascii=False, indent=1)
        write_file(self.folder / "open" / f"{alert.id}.json", _bytes(text))

    def note(self, kind: str, alert: Alert, *, now: float, **facts: Any) -> dict[str, Any]:
        """Add a line to the history and return what it says."""
        event = {"id": uuid4().hex[:12], "time": round(now, 3), "kind": kind, "alert": alert.id, "key": alert.key}
        event |= {
            "severity": alert.severity,
            **{name: value for name, value in facts.items() if value not in {"", None}},
        }
        append_line(self.history_path, _bytes(json.dumps(event, ensure_ascii=False, separators=(",", ":"))))
        return event

    def note_person(self, kind: str, alert: Alert, *, now: float, **facts: Any) -> None:
        """Add what a person did to the history, and keep it for the ledger."""
        event = self.note(kind, alert, now=now, **facts)
        body = json.dumps({**event, "subject": alert.subject, "what": alert.what[:300]}, ensure_ascii=False)
        write_file(self.unrecorded / f"{int(now * 1000):015d}-{event['id']}.json", _bytes(body))

    def history(self, key: str | None = None) -> list[dict[str, Any]]:
        """Return what happened, oldest first; to the alert of that key only, where one is given."""
        try:
            lines = self.history_path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        events = []
        for line in lines:
            with suppress(ValueError):  # a line that a crash cut short
                event = json.loads(line)
                if isinstance(event, dict) and key in {None, event.get("key")}:
                    events.append(event)
        return events


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")  # half a character, as a terminal or a browser may send, is no reason to fail


def moment(now: float | None) -> float:
    """Return *now*, or the present time."""
    return time.time() if now is None else now
