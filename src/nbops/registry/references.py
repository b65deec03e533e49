"""Find out why each snapshot has to stay: which runs, versions, events, documents and names refer to it."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from typing import TYPE_CHECKING

from nbops.errors import StoreError, StoreUnavailable, VersionNotFound
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.list_runs import list_runs
from nbops.recording.writing.with_credentials import with_credentials
from nbops.snapshots.names import FRESH, Taken, read_taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbops.recording.run import Run
    from nbops.workspace import Workspace

_ID = re.compile(rb"(?<![0-9a-f])[0-9a-f]{36,64}(?![0-9a-f])")
_DIGEST = 36  # what MLflow keeps of an id
_SQLITE = "sqlite:///"


def references(workspace: Workspace, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return, for every one of the snapshots *ids* that something refers to, what does, in words.

    Asked are the names of snapshots (each stands for its latest), the runs of the read model, also hidden and deleted
    ones, which can be restored; journals and notes as they lie on the disk, folded or not; documents and watches; and
    in MLflow all runs, versions and the ledger. What is taken while a run is open belongs to the run, which may not say
    so before its cell ends.

    Raises:
        StoreUnavailable: MLflow cannot be asked, so that nobody knows what its versions and ledger refer to.
        StoreRefused: MLflow answered no.
    """
    present = set(ids)
    if not present:
        return {}
    # Runs that are open now are asked for first: one that closes meanwhile says by itself what it read.
    opened = [run for run in list_runs(workspace, hidden=True, status="RUNNING") if run.origin == "nbops"]
    by_digest = {identity[:_DIGEST]: identity for identity in present}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for why, text in _texts(workspace):
        for token in set(_ID.findall(text)):
            identity = by_digest.get(token[:_DIGEST].decode())
            if identity is not None and identity.startswith(token.decode()):
                found[identity][why] = None
    taken = [entry for entry in read_taken(workspace.snapshots) if entry.id in present]
    for identity, why in _of_names(taken, opened):
        found[identity][why] = None
    return {identity: tuple(reasons) for identity, reasons in found.items()}


def _texts(workspace: Workspace) -> Iterator[tuple[str, bytes]]:
    """Yield whatever may hold an id, with what to call it; the clearest first."""
    try:
        yield from _in_mlflow(workspace)
    except StoreError as error:
        raise type(error)(
            f"what MLflow's versions and ledger refer to is unknown, so every snapshot stays: {error}", hint=error.hint
        ) from error
    for deleted in (False, True):
        for run in list_runs(workspace, hidden=True, deleted=deleted):
            text = json.dumps([run.snapshots, run.parameters, run.tags], default=str)
            yield f"{'deleted ' if deleted else ''}run {_called(run)}", text.encode()
    with ReadModel(workspace).open() as connection:
        for row in connection.execute("SELECT kind, key, body FROM documents"):
            yield f"{row['kind']} {row['key']}", row["body"].encode()
    for path in sorted((workspace.root / "watches").glob("*.json")):
        yield f"watch {path.stem}", path.read_bytes()
    yield from _journals(workspace)


def _journals(workspace: Workspace) -> Iterator[tuple[str, bytes]]:
    """Yield journals and notes line by line: also records that nobody folded, and damaged ones."""
    places = {workspace.root: "a note"} | {
        path: f"session {path.name}" for path in sorted(workspace.journals.glob("*"))
    }
    for folder, why in places.items():
        for path in (folder / "journal", folder / "notes"):
            if path.is_file():
                with path.open("rb") as file:
                    yield from ((why, line) for line in file)


def _in_mlflow(workspace: Workspace) -> Iterator[tuple[str, bytes]]:
    from nbops.recording.pull import pull
    from nbops.registry.open_registry import open_registry
    from nbops.registry.record import read_ledger

    stores = _stores(workspace)
    pull(workspace, most=10**9)
    for uri in stores:
        try:
            registry = open_registry(workspace, uri)
        except VersionNotFound:
            continue  # the workspace's own store, before the first run
        for name in registry.names():
            for version in registry.versions(name):
                yield f"version {name} v{version.version}", json.dumps(dict(version.tags)).encode()
        for position, event in enumerate(read_ledger(registry).events):
            yield f"ledger event {position + 1} ({event.kind} {event.subject})", event.to_text().encode()


def _stores(workspace: Workspace) -> list[str]:
    """Return every MLflow store that the workspace has ever used.

    Raises:
        StoreUnavailable: A file among them is not there now, such as on a disk that is not mounted.
    """
    from nbops.registry.open_registry import store_exists, store_uri

    model = ReadModel(workspace)
    model.fold()
    with model.open() as connection:
        rows = connection.execute("SELECT DISTINCT uri FROM runs WHERE uri != ''").fetchall()
    used = [with_credentials(row["uri"], workspace) for row in rows]
    stores = []
    for uri in dict.fromkeys([workspace.tracking_uri, store_uri(workspace), *used]):
        if store_exists(uri) or uri == workspace.tracking_uri:
            stores.append(uri)
        elif not uri.endswith(f"/{workspace.root.name}/mlflow.db"):  # such a one moved here with its workspace
            raise StoreUnavailable(f"{uri.removeprefix(_SQLITE)} is not there")
    return stores


def _of_names(taken: list[Taken], opened: list[Run]) -> Iterator[tuple[str, str]]:
    """Yield ids that names stand for, and those that were taken while a run that is still open could read them."""
    for entry in {entry.name: entry for entry in taken if entry.name}.values():
        yield entry.id, f"name {entry.name}"
    if opened:
        first = min(opened, key=lambda run: run.started)
        for entry in taken:
            if entry.time >= first.started - 2 * FRESH:
                yield entry.id, f"run {_called(first)} is open since {_moment(first.started)}"


def _called(run: Run) -> str:
    return f"{run.name} ({run.id[:8]})" if run.name else run.id[:8]


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
