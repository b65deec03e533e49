"""What a parent of warm kernels is asked for: one parent serves exactly those runs that give the same answer."""

from __future__ import annotations

import hashlib
import json
import os
import resource
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_PROTOCOL = 2
# Differ from run to run or from terminal to terminal, and nothing reads them while it is being imported. Every other
# variable may have been read at import (OMP_NUM_THREADS, MPLBACKEND, TZ …), so that its value makes another parent.
_OF_ONE_RUN = frozenset({
    "NBOPS_PIPELINE_SPEC", "JPY_SESSION_NAME", "JPY_PARENT_PID", "PYTEST_CURRENT_TEST", "PWD", "OLDPWD", "SHLVL", "_",
    "COLUMNS", "LINES", "TERM_SESSION_ID", "WINDOWID", "INVOCATION_ID", "JOURNAL_STREAM", "MLFLOW_RUN_ID",
})  # fmt: skip
_OF_ONE_RUN_PREFIXES = ("AIRFLOW_CTX_", "SSH_", "DBUS_", "XDG_SESSION_", "KERNEL_")
_LIMITS = ("RLIMIT_AS", "RLIMIT_DATA", "RLIMIT_NOFILE", "RLIMIT_CPU", "RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_STACK",
           "RLIMIT_MEMLOCK", "RLIMIT_NPROC")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """A parent, by everything that a kernel takes over from it.

    Attributes:
        python: The interpreter, and what stands before `-m` in the kernel's command.
        imports: (module, names imported from it) in the order of the notebook.
        environment: The variables that may matter while modules are being imported.
        process: What a process inherits from who started it: limits, processors, niceness, control group.
        watched: The parent ends when this folder is gone.
    """

    python: tuple[str, ...]
    imports: tuple[tuple[str, tuple[str, ...]], ...]
    environment: tuple[tuple[str, str], ...]
    process: tuple[str, ...]
    watched: str

    @property
    def key(self) -> str:
        """Name of the parent's socket."""
        text = json.dumps([_PROTOCOL, os.getuid(), asdict(self)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def order(
    python: Iterable[str],
    imports: Iterable[tuple[str, tuple[str, ...]]],
    environment: Mapping[str, str],
    watched: str,
    folder: str,
) -> Order:
    """Return what a kernel that this process starts now, with *environment* in *folder*, has to be forked from."""
    kept = {name: value for name, value in environment.items() if not is_of_one_run(name)}
    if searched := kept.get("PYTHONPATH"):  # Python takes what is relative in it from where it is started
        kept["PYTHONPATH"] = os.pathsep.join(str(Path(folder, part)) for part in searched.split(os.pathsep))
    return Order(tuple(python), tuple(imports), tuple(sorted(kept.items())), _inherited(), watched)


def is_of_one_run(variable: str) -> bool:
    """Say whether an environment variable may differ between two kernels of one parent."""
    return variable in _OF_ONE_RUN or variable.startswith(_OF_ONE_RUN_PREFIXES)


def _inherited() -> tuple[str, ...]:
    limits: list[Any] = [resource.getrlimit(getattr(resource, name)) for name in _LIMITS if hasattr(resource, name)]
    try:
        group = Path("/proc/self/cgroup").read_text()
    except OSError:
        group = ""
    processors = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return (repr(limits), repr(processors), repr(os.getpriority(os.PRIO_PROCESS, 0)), group)
