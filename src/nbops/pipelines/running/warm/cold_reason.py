"""Why a kernel has to be started cold, in a sentence."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nbops.pipelines.running.warm.unsafe import unsafe_platform

_FLAG = re.compile(r"-X.+|-[bBdEIOqsSuW]+.*")
_MODULES = {"ipykernel_launcher", "ipykernel"}
_KNOWN = {"env", "cwd", "independent", "stdin", "stdout", "stderr", "kernel_id", "extra_arguments"}


class StayCold(Exception):
    """No kernel can be forked now; the message says why, in a sentence."""


def cold_reason(command: Sequence[str], options: Mapping[str, Any], platform: str = sys.platform) -> str:
    """Return why the kernel that *command* would start cannot be forked, or empty text where it can.

    Args:
        command: As `jupyter_client` has made it of the kernel's specification.
        options: What it is going to be launched with.
        platform: As in `sys.platform`.
    """
    return unsafe_platform(platform) or _of_command(command) or _of_options(options)


def _of_command(command: Sequence[str]) -> str:
    if split(command) is None:
        return f"{Path(command[0]).name if command else 'the kernel'} is not started as an IPython kernel"
    if not _is_this_python(command[0]):
        return "the kernel's interpreter is not the one that nbops runs in"
    return ""


def _of_options(options: Mapping[str, Any]) -> str:
    unknown = sorted(name for name in set(options) - _KNOWN if options[name] is not None)
    if unknown:
        return f"the kernel is started with {unknown[0]}, which only a new process can have"
    if any(isinstance(options.get(name), int) and options[name] in {-1, -2} for name in ("stdout", "stderr")):
        return "the kernel's output is read through a pipe"
    folder = options.get("cwd")
    return "its folder is not there" if folder is not None and not Path(folder).is_dir() else ""


def split(command: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """Return (interpreter and its flags, arguments of the kernel), or None where *command* starts something else."""
    for index, word in enumerate(command[1:], 1):
        if word == "-m":
            known = len(command) > index + 1 and command[index + 1] in _MODULES
            return (list(command[:index]), list(command[index + 2 :])) if known else None
        if not _FLAG.fullmatch(word):
            return None
    return None


def _is_this_python(python: str) -> bool:
    def plain(path: str) -> tuple[str, str]:
        found = Path(path).absolute()
        return os.path.normpath(found.parent), os.path.realpath(found)

    return plain(python) == plain(sys.executable)
