"""The processes of a run that its own supervisor does not see to any more."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from nbops.capture.surroundings.frontend import PIPELINE_SPEC
from nbops.pipelines.running.heartbeat import FOLDER_PREFIX, Running
from nbops.pipelines.running.is_own import is_own
from nbops.pipelines.running.process_tree import ProcessTree
from nbops.processes import Owner, this_process

_SPEC = "spec.json"


def tree_of(running: Running) -> tuple[ProcessTree, Path] | None:
    """Return the processes of *running* and its supervisor's folder; None where what it says of them is not proven.

    A workspace is a folder like any other: it may come with a clone or an archive, and what it says must not choose
    whom we kill. Only a folder that this user's supervisor made for this very run, in the system's place for temporary
    ones, shows that the mark is ours; and a kernel counts only where boot and start time are told, and are today's.
    """
    folder = _folder(running)
    if folder is None:
        return None
    return ProcessTree(_kernel(running), running.mark, min(running.beat, time.time())), folder


def _folder(running: Running) -> Path | None:
    name, _, value = running.mark.partition("=")
    spec = Path(value)
    folder = spec.parent
    if name != PIPELINE_SPEC or spec.name != _SPEC or not folder.name.startswith(FOLDER_PREFIX):
        return None
    if str(spec) != value or folder.parent != Path(tempfile.gettempdir()).absolute():
        return None
    if not (is_own(folder, folder=True) and is_own(spec)):
        return None
    try:
        told = json.loads(spec.read_bytes())
    except (OSError, ValueError):
        return None
    return folder if isinstance(told, dict) and told.get("run") == running.run else None


def _kernel(running: Running) -> Owner | None:
    kernel, here = running.kernel, this_process()
    if kernel is None or kernel.started <= 0 or (kernel.host, kernel.boot) != (here.host, here.boot):
        return None
    return kernel
