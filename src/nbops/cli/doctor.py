"""`nbops doctor`: what is well, what is degraded and why, in words."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import click

from nbops.cli.answers import FAILED, json_option, tell_json
from nbops.cli.tables import size
from nbops.errors import NbopsError, StoreUnavailable, VersionNotFound
from nbops.workspace import Workspace, find_workspace, is_on_network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MARKS = {"well": "✓", "look": "!", "broken": "✗"}
_LEAST_FREE = 0.1
_SAFE_SERVER = (3, 16, 1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        topic: What.
        state: `well`, `look` (works, but somebody should know) or `broken`.
        sentence: How it is.
    """

    topic: str
    state: str
    sentence: str


@click.command()
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Look at workspace, journals, recorder, MLflow, ledger and disk; exit code 1 when something is broken."""
    findings = list(examine(find_workspace()))
    if as_json:
        tell_json([asdict(finding) for finding in findings])
    else:
        width = max(len(finding.topic) for finding in findings)
        for finding in findings:
            click.echo(f"{_MARKS[finding.state]} {finding.topic:<{width}}  {finding.sentence}")
    if any(finding.state == "broken" for finding in findings):
        ctx.exit(FAILED)


def examine(workspace: Workspace) -> Iterator[Finding]:
    """Yield what each examination found; one that fails itself is a finding, not the end."""
    yield Finding("nbops", "well", f"version {version('nbops')}")
    if not workspace.root.is_dir():
        yield Finding("workspace", "look", f"none yet at {workspace.root}; the first tracked cell creates it")
        return
    if workspace.replaced is None:
        yield Finding("workspace", "well", str(workspace.root))
    else:
        told = f"{workspace.replaced} cannot be written; what is recorded lies in {workspace.root} until it can be"
        yield Finding("workspace", "look", told)
    for topic, look in _EXAMINATIONS:
        try:
            yield from look(workspace)
        except NbopsError as error:
            yield Finding(topic, "broken", f"{error}{f' (try: {error.hint})' if error.hint else ''}")


def _file_system(workspace: Workspace) -> Iterator[Finding]:
    if is_on_network(workspace.root):
        yield Finding(
            "file system", "look", "a network one: SQLite goes without WAL, other hosts' kernels count as alive"
        )
    usage = shutil.disk_usage(workspace.root)
    share = usage.free / usage.total
    state = "well" if share > _LEAST_FREE else "look"
    tail = "" if share > _LEAST_FREE else "; snapshots stop at 10 %"
    yield Finding("disk", state, f"{size(usage.free)} free of {size(usage.total)}{tail}")


def _journals(workspace: Workspace) -> Iterator[Finding]:
    from nbops.capture.journal.damage import aside, damage_in_words
    from nbops.capture.journal.journal import journal_folders, read_journal
    from nbops.recording.read_model import ReadModel

    with suppress(StoreUnavailable):  # it sets aside what is damaged; where it cannot, we look all the same
        ReadModel(workspace).fold()
    sessions, records, damaged = 0, 0, []
    for folder in journal_folders(workspace):
        reading = read_journal(folder)
        sessions, records = sessions + 1, records + len(reading.records)
        blocks = aside(folder) | {f"journal-{at}": content for at, content in reading.lost}
        if blocks:
            where = workspace.relative(folder)
            damaged.append(f"{damage_in_words(b''.join(blocks.values()))} in {where} (a copy lies in damaged/ there)")
    if damaged:
        yield Finding("journals", "broken", f"damaged records were passed over: {'; '.join(damaged)}")
    else:
        yield Finding("journals", "well", f"{records} records of {sessions} sessions, none damaged")


def _recorder(workspace: Workspace) -> Iterator[Finding]:
    from nbops.recording.pending import pending, recorder_state

    waiting, state = pending(workspace), recorder_state(workspace)
    tail = "" if not waiting else "; nbops sync brings them to MLflow now"
    yield Finding("recorder", "look" if waiting else "well", f"{state}; {waiting} runs wait for MLflow{tail}")


def _store(workspace: Workspace) -> Iterator[Finding]:
    from nbops.registry.mlflow_registry import without_credentials
    from nbops.registry.open_registry import open_registry, store_uri

    uri = store_uri(workspace)
    shown = without_credentials(uri)
    try:
        store = open_registry(workspace)
    except VersionNotFound:
        yield Finding("MLflow", "well", f"{shown} does not exist yet; the first recorded run creates it")
        return
    release = store.server_version()
    yield Finding("MLflow", "well", f"{shown} answers, version {release}")
    if uri.startswith("http") and _parts(release) < _SAFE_SERVER:
        yield Finding("MLflow", "look", "the server is older than 3.16.1 and has known holes: upgrade it")


def _ledger(workspace: Workspace) -> Iterator[Finding]:
    from nbops.ledger import verify
    from nbops.registry.open_registry import open_registry
    from nbops.registry.record import read_ledger

    try:
        ledger = read_ledger(open_registry(workspace))
    except VersionNotFound:
        return
    found = verify(ledger.events)
    if not found:
        yield Finding("ledger", "broken", found.reason)
    else:
        yield Finding("ledger", "well", f"{found.length} events, the chain holds, head {found.head[:12]}")
    if ledger.deleted:
        yield Finding(
            "ledger", "look", f"{len(ledger.deleted)} of its runs were deleted in MLflow, though still readable"
        )


def _loss(workspace: Workspace) -> Iterator[Finding]:
    from nbops.registry.open_registry import store_uri

    inside = str(workspace.root) in store_uri(workspace)
    what = "runs, models, versions and the ledger" if inside else "snapshots and runs not yet in MLflow"
    yield Finding("if .nbops is lost", "look" if inside else "well", f"{what} are lost with it")


def _parts(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split(".")[:3] if part.isdigit())


_EXAMINATIONS: tuple[tuple[str, Callable[[Workspace], Iterator[Finding]]], ...] = (
    ("file system", _file_system),
    ("journals", _journals),
    ("recorder", _recorder),
    ("MLflow", _store),
    ("ledger", _ledger),
    ("loss", _loss),
)
