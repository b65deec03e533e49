"""How every verb answers: text or JSON on stdout, errors on stderr, an exit code that CI can read."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping
from typing import Any

import click

from nbops.errors import ContractViolated, GateClosed, NbopsError
from nbops.widgets.visible import visible

FAILED, NO = 1, 3
"""Exit codes: something is broken; everything works and the answer is no. 0 is done, 2 is wrong usage (click's)."""

_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
}

# What JSON lets stand and a terminal obeys, or an encoding refuses.
_STEERING = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_MAGIC = re.compile(r"(?<!%)%(promote|runs|register|assign|drift|snapshot)\b")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


class Verbs(click.Group):
    """A group whose commands answer our own errors with a sentence, a hint and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        try:
            return super().invoke(ctx)
        except NbopsError as error:
            complain(error)
            ctx.exit(NO if isinstance(error, GateClosed | ContractViolated) else FAILED)


def complain(error: NbopsError) -> None:
    """Write the error's sentence and what to type to stderr."""
    error.hint = _for_shell(error.hint)
    for line in error._render_traceback_():
        tell(line, err=True)


def _for_shell(hint: str) -> str:
    """Return *hint* with what to type here instead of in a notebook."""
    ways = hint.split(", or ")
    here = [way for way in ways if not _MAGIC.search(way)] or ways
    return _MAGIC.sub(r"nbops \1", ", or ".join(here).replace("%runs show ", "nbops show "))


def tell(text: str = "", *, err: bool = False) -> None:
    """Print *text* to stdout, or stderr, with control characters spelled out: a terminal obeys no name in it."""
    click.echo(visible(text), err=err)


def tell_json(value: Any) -> None:
    """Print *value* as one JSON document; numbers that JSON has no word for become null."""
    text = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, default=str)
    click.echo(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def tell_notes(notes: Any) -> None:
    """Write remarks about what was just done to stderr, so that stdout stays the answer."""
    for note in notes:
        tell(f"  · {note}", err=True)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value
