"""Call a verb of the command line in a process of its own, so that the server never imports MLflow."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.pipelines.running.origin import ORIGIN
from nbops.server.statuses import VerbFailed, status_named
from nbops.workspace import ENVIRONMENT, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SENTENCE = re.compile(r"^(?P<kind>[A-Z][A-Za-z]+): (?P<sentence>.+)$")
_HINT = re.compile(r"^\s*try: (?P<hint>.+)$")
_TAIL, _LONGEST = 4000, 100_000  # Linux takes 131,072 bytes an argument
_UNKNOWN = 500


@dataclass(frozen=True, slots=True)
class Verb:
    """A command of `nbops`, without the program's name.

    Attributes:
        words: Command, options and, after `--`, what the user named.
        answers: Exit codes with which it has answered; with any other it failed.
    """

    words: tuple[str, ...]
    answers: frozenset[int] = frozenset({0})

    @property
    def name(self) -> str:
        """The command itself."""
        return self.words[0]


def verb(name: str, *named: str, options: Mapping[str, str | None] | None = None) -> Verb:
    """Return the verb *name*; what the user *named* can never be read as an option.

    Args:
        name: The command.
        named: Its arguments.
        options: Long option, with its dashes → value; None leaves it out.
    """
    chosen = [f"{option}={value}" for option, value in (options or {}).items() if value is not None]
    return Verb((name, "--json", *chosen, "--", *named))


async def call_verb(verb: Verb, workspace: Workspace, heard: Callable[[str], None] | None = None) -> dict[str, Any]:
    """Run *verb* in *workspace* and return the JSON object that it prints.

    Args:
        verb: What to call.
        workspace: Where.
        heard: Is given each line that the verb writes to its error stream.

    Raises:
        VerbFailed: It ended with a code that is no answer, or no command line can carry what the user gave.
    """
    _check(verb.words)
    command = (sys.executable, "-m", "nbops.cli", *verb.words)
    environment = os.environ | {ENVIRONMENT: str(workspace.root), ORIGIN: "sidebar", "PYTHONUNBUFFERED": "1"}
    environment["NO_COLOR"] = "1"
    folder = workspace.project if workspace.project.is_dir() else None
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
    )
    try:
        output, complaint = await asyncio.gather(_read(process.stdout), _read(process.stderr, heard))
        code = await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
    if code not in verb.answers:
        raise failure(output, complaint)
    return _parsed(output) or {}


def _check(words: tuple[str, ...]) -> None:
    for word in words:
        if "\0" in word or len(word.encode(errors="replace")) > _LONGEST:
            raise VerbFailed("ConfigError", "a text is too long, or holds what no command line can", "a shorter text")
        try:
            word.encode()
        except UnicodeEncodeError as error:
            raise VerbFailed("ConfigError", "a text holds half a character", "") from error


def failure(output: str, complaint: str) -> VerbFailed:
    """Return the error that a verb told of: as JSON on its output, else as a sentence on its error stream."""
    told = _parsed(output) or {}
    if isinstance(told.get("error"), str) and told.get("message"):
        return VerbFailed(told["error"], str(told["message"]), str(told.get("hint") or ""))
    if isinstance(cell := told.get("error"), dict) and told.get("status"):
        return VerbFailed("PipelineFailed", f"{cell.get('ename')}: {cell.get('evalue')}")
    lines = [line.rstrip() for line in complaint.splitlines() if line.strip()]
    hint = next((match["hint"] for line in reversed(lines) if (match := _HINT.match(line))), "")
    said = [line.removeprefix("Error: ") for line in lines if not _HINT.match(line)]
    for index in reversed(range(len(said))):
        match = _SENTENCE.match(said[index])
        if match and status_named(match["kind"]) != _UNKNOWN:
            return VerbFailed(match["kind"], "\n".join([match["sentence"], *said[index + 1 :]]), hint)
    return VerbFailed("NbopsError", said[-1] if said else "the command ended without a word", hint or "nbops doctor")


async def _read(stream: asyncio.StreamReader | None, heard: Callable[[str], None] | None = None) -> str:
    assert stream is not None
    kept = b""
    while chunk := await stream.read(65536):
        kept = kept + chunk if heard is None else (kept + chunk)[-_TAIL:]
        if heard is not None and (said := re.split(r"[\r\n]+", kept.decode(errors="replace").strip())):
            heard(said[-1])
    return kept.decode(errors="replace")


def _parsed(output: str) -> dict[str, Any] | None:
    for text in (output, output.strip().rpartition("\n")[2]):
        with suppress(json.JSONDecodeError):
            value = json.loads(text)
            return value if isinstance(value, dict) else {"items": value}
    return None
