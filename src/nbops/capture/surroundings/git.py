"""The state of the project's repository, read in the background so that no cell waits for it."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbops.addresses import without_credentials
from nbops.capture.secrets.redact_long import redact_long
from nbops.capture.secrets.redaction import redact

_TIMEOUT = 3.0
_REDACTION = 2.0
_FRESH = 2.0
_LARGEST_DIFF = 5_000_000
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_PAGER": "cat"}


@dataclass(frozen=True, slots=True)
class GitState:
    """One reading.

    Attributes:
        facts: `commit`, `branch`, `dirty`, `remote`; empty outside a repository.
        diff: What differs from the commit, secrets masked; empty where nothing does.
        masked: Number of secrets masked.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    diff: bytes = b""
    masked: int = 0


class GitListener:
    """Reads the repository around a project in a thread; answers with the latest reading."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._state = GitState()
        self._read_at = float("-inf")
        self._thread: threading.Thread | None = None

    def refresh(self) -> None:
        """Begin to read again, unless the last reading is a moment old."""
        if (self._thread is None or not self._thread.is_alive()) and time.monotonic() - self._read_at > _FRESH:
            self._thread = threading.Thread(target=self._read, name="nbops-git", daemon=True)
            self._thread.start()

    def state(self, patience: float = 0.25) -> GitState:
        """Return the latest reading; the first of a session waits at most *patience* seconds."""
        if self._thread is not None:
            self._thread.join(patience if self._read_at == float("-inf") else 0.0)
        return self._state

    def fresh_facts(self, patience: float = 0.25) -> dict[str, Any]:
        """Return `commit`, `branch`, `dirty` and `remote` as they are now, or as last read where git takes longer."""
        self.refresh()
        if self._thread is not None:
            self._thread.join(patience)
        return self._state.facts

    def _read(self) -> None:
        try:
            self._state = read_git(self._project)
        except (OSError, subprocess.SubprocessError):  # no git, or a repository too slow to ask
            self._state = GitState(_from_files(self._project))
        self._read_at = time.monotonic()


def read_git(project: Path) -> GitState:
    """Read commit, branch, remote and difference of the repository around *project*.

    Raises:
        OSError: There is no git here.
        subprocess.SubprocessError: It takes too long.
    """
    if _git_folder(project) is None:
        return GitState()
    commit = _git(project, "rev-parse", "--verify", "-q", "HEAD").strip()
    branch = _git(project, "rev-parse", "--abbrev-ref", "HEAD").strip() if commit else ""
    status = _git(project, "status", "--porcelain", "--untracked-files=no")
    remote = redact_remote(_git(project, "config", "--get", "remote.origin.url").strip())
    facts = {
        "commit": commit or None,
        "branch": branch or None,
        "dirty": bool(status.strip()),
        "remote": remote or None,
    }
    if not status.strip() or not commit:
        return GitState(facts)
    text = _git(project, "diff", "HEAD", "--no-color", "--no-ext-diff", "--no-textconv")
    if len(text) > _LARGEST_DIFF:
        text = text[:_LARGEST_DIFF] + "\n# cut here: the difference is larger than 5 MB\n"
    clean = redact_long(text, _REDACTION)
    return GitState(facts, clean.text.encode(errors="replace"), clean.masked)


def redact_remote(url: str) -> str:
    """Return a remote's URL without user and password."""
    return redact(without_credentials(url)).text


def _git(project: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "core.fsmonitor=false", *words],
        cwd=project,
        capture_output=True,
        timeout=_TIMEOUT,
        check=False,
        stdin=subprocess.DEVNULL,
        env=os.environ | _ENVIRONMENT,
    )
    return done.stdout.decode(errors="replace")


def _git_folder(project: Path) -> Path | None:
    return next((folder / ".git" for folder in (project, *project.parents) if (folder / ".git").exists()), None)


def _from_files(project: Path) -> dict[str, Any]:
    """Return commit and branch as the repository's own files tell them, without starting git."""
    folder = _git_folder(project)
    if folder is None or not folder.is_dir():
        return {}
    try:
        head = (folder / "HEAD").read_text().strip()
        reference = head.removeprefix("ref: ")
        commit = (folder / reference).read_text().strip() if reference != head else head
    except OSError:
        return {}
    branch = reference.removeprefix("refs/heads/") if reference != head else None
    return {"commit": commit, "branch": branch, "dirty": None, "remote": None}
