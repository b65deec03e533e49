"""Bring home what was recorded elsewhere while the project could not be written."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from nbops.capture.journal.journal import journal_folders, read_journal
from nbops.capture.journal.records import Session
from nbops.processes import is_alive
from nbops.recording import notes
from nbops.recording.process.interpreter import recorders
from nbops.workspace import PARTIAL, Workspace, beside, substitute


def adopt(workspace: Workspace) -> int:
    """Take over the sessions that lie in the user's state directory, and return how many that were.

    Sessions of living kernels stay until they end, and all of them while a recorder is at work on them. Runs that went
    to the state directory's own MLflow store are recorded anew, in this workspace's.
    """
    elsewhere = substitute(workspace)
    if workspace.replaced is not None or not elsewhere.journals.is_dir() or recorders(elsewhere):
        return 0
    adopted = 0
    for folder in list(journal_folders(elsewhere)):
        records = [record for record in read_journal(folder).records if isinstance(record, Session)]
        if not records or is_alive(records[-1].owner) is not False:
            continue
        _bring(folder, workspace, anew=any(record.tracking_uri == elsewhere.tracking_uri for record in records))
        adopted += 1
    if adopted:
        for name in ("snapshots", "documents"):
            _complete(elsewhere.root / name, workspace.root / name)
    return adopted


def _bring(folder: Path, workspace: Workspace, *, anew: bool) -> None:
    home = workspace.journals / folder.name
    if not home.exists():
        partial = workspace.root / f"{PARTIAL}{os.getpid()}-{folder.name}"
        try:
            workspace.root.mkdir(exist_ok=True)
            shutil.copytree(folder, partial)
            if anew:
                said = [note for note in notes.read_notes(folder).notes if note["kind"] in {notes.CHANGED, notes.MET}]
                (partial / notes.FILE).write_bytes(b"".join(notes.encode_note(note) for note in said))
            workspace.journals.mkdir(exist_ok=True)
            partial.rename(home)
        finally:  # another process may have been faster
            shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(folder)


def _complete(source: Path, target: Path) -> None:
    """Copy files that *target* lacks; in both places equal names mean equal content."""
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        there = target / path.relative_to(source)
        if path.is_file() and not there.exists() and not path.name.startswith(PARTIAL):
            with suppress(FileNotFoundError), path.open("rb") as file:
                state = os.fstat(file.fileno())
                with beside(there, mode=stat.S_IMODE(state.st_mode)) as copy:
                    shutil.copyfileobj(file, copy, 1 << 20)
                    copy.flush()
                    os.utime(copy.fileno(), ns=(state.st_atime_ns, state.st_mtime_ns))
