"""One run for a whole kernel: a pipeline's, which its target cells are captured into.

The engine sets `NBOPS_PIPELINE_SPEC` to a JSON file `{"run", "name", "targets", "parameters", "experiment"}`, where
targets are SHA-256 hashes of cell sources, and calls `finish` when the last cell has run.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.capture.boundary import unharmed
from nbops.capture.cells.adopt_orphans import adopt_orphans
from nbops.capture.cells.observe import observe
from nbops.capture.datasets.write_copy import wait_for_copies
from nbops.capture.findings.gather import Gathered
from nbops.capture.journal.records import FAILED, FINISHED, KILLED, RunLogged
from nbops.capture.runs.close_run import close_run, error_facts
from nbops.capture.runs.open_run import open_run
from nbops.capture.secrets.redact_json import redact_names
from nbops.capture.secrets.redaction import redact_value, secrets_met
from nbops.capture.surroundings.frontend import PIPELINE_SPEC
from nbops.capture.track_request import TrackRequest

if TYPE_CHECKING:
    from nbops.capture.cells.observer import CellObserver
    from nbops.capture.cells.tracked_cell import TrackedCell

_COPYING = 120.0
ENDING = "ending.json"  # beside the spec


class PipelineRun:
    """The run of the pipeline that this kernel executes.

    Attributes:
        run: The open run.
        gathered: What its target cells turned out to be so far.
    """

    def __init__(self, observer: CellObserver, spec: dict[str, Any]) -> None:
        self.targets = frozenset(spec.get("targets") or ())
        self.gathered = Gathered()
        self.facts: dict[str, Any] = {"datasets": [], "artifact_blobs": [], "files": [], "environment": {}, "git": {}}
        given = dict(spec.get("parameters") or {})
        self.run = open_run(
            "pipeline",
            str(spec.get("name") or ""),
            experiment=str(spec.get("experiment") or ""),
            run=spec.get("run"),
            parameters=given,
            workspace=observer.session.workspace,
            notebook=spec.get("notebook") or observer.session.notebook,
            tags=spec.get("tags") or {},
        )
        self._log(parameters=_clean(given))

    def cell_begins(self, observer: CellObserver, source: str) -> None:
        """Track the cell that begins if it is a target."""
        if not self.run.closed and source_hash(source) in self.targets:
            observer.track(TrackRequest())

    def cell_ends(self, gathered: Gathered, tracked: TrackedCell, around: dict[str, Any]) -> None:
        """Take in what a target cell turned out to be."""
        self.gathered.merge(gathered)
        found = {name: value for name, value in gathered.parameters.items() if name not in self.run.parameters}
        self._log(metrics=redact_names(gathered.metrics), parameters=_clean(found))
        self.gathered.warnings += tracked.warnings
        self.facts["datasets"] += tracked.datasets
        self.facts["artifact_blobs"] += around.get("artifact_blobs", ())
        self.facts["files"] += around.get("files", ())
        self.facts["git"] = around.get("git", {})
        packages = self.facts["environment"].get("packages", {}) | around["environment"].get("packages", {})
        self.facts["environment"] = around["environment"] | {"packages": packages}

    def _log(self, **values: Any) -> None:
        """Write down what is known already: a kernel that is killed must not take it along."""
        if any(values.values()):
            record = RunLogged(run=self.run.id, time=time.time(), **values)
            self.run.session.append(record, durable=False)

    def cell_failed(self, error: BaseException | None) -> None:
        """End the run: papermill stops at the first failing cell."""
        with unharmed("how a pipeline ended"):
            if isinstance(error, SystemExit) and error.code in {None, 0, "", "0"}:
                return  # papermill stops there too, and calls it well
            interrupted = error is None or isinstance(error, KeyboardInterrupt)
            self.close(KILLED if interrupted or _told() else FAILED, error)

    def close(self, status: str, error: BaseException | None = None) -> bool:
        """End the run with everything gathered; later calls change nothing. Return whether this one has ended it.

        Raises:
            JournalError: The disk refuses.
        """
        if self.run.closed:
            return False
        given = self.run.parameters
        around: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in self.facts.items()
        }
        names = {name for name in self.gathered.parameters if name not in given}
        told = _told() if status == KILLED else {}
        masked = 0
        ended: BaseException | dict[str, Any] | None = error
        if told:  # why it was interrupted says more than that it was
            facts, masked = error_facts(error, self.run) if error is not None else ({"traceback": None}, 0)
            ended = facts | told
        wait_for_copies(_COPYING)  # the kernel ends next, and nobody waits for it at a prompt
        close_run(
            self.run,
            status,
            parameters={name: self.gathered.parameters[name] for name in names},
            origins={name: origin for name, origin in self.gathered.origins.items() if name in names},
            metrics=self.gathered.metrics,
            error=ended,
            masked=masked,
            seeds=self.gathered.seeds,
            models=tuple(self.gathered.models),
            warnings=self.gathered.warnings,
            tags=self.gathered.tags,
            suggested_name=self.run.opened.name,
            facts=self.gathered.facts,
            **around,
        )
        return True


_current: PipelineRun | None = None
_given: set[str] = set()


def begin(shell: Any) -> PipelineRun | None:
    """Open the pipeline's run in this kernel, if the engine asked for one; asking twice changes nothing."""
    global _current  # noqa: PLW0603 # a kernel executes one pipeline
    path = os.environ.get(PIPELINE_SPEC)
    if not path or _current is not None:
        return _current
    with unharmed("the run of a pipeline"):
        observer = observe(shell)
        _current = PipelineRun(observer, json.loads(Path(path).read_text(encoding="utf-8")))
        observer.pipeline = _current
        adopt_orphans()
        atexit.register(finish, KILLED)
    return _current


def finish(status: str = FINISHED) -> bool:
    """End the pipeline's run; its last record is on disk when this returns. Without one nothing happens.

    Returns:
        Whether this call has put it there; False also where the disk refused.
    """
    done = False
    if _current is not None and not _current.run.session.is_forked:
        with unharmed("how a pipeline ended"):
            done = _current.close(status)
    return done


def met() -> str:
    """Return the secrets that this kernel has met since it was last asked, as JSON: whoever keeps its output asks."""
    new = sorted(secrets_met() - _given)
    _given.update(new)
    return json.dumps(new) if new else ""


def _clean(parameters: dict[str, Any]) -> dict[str, Any]:
    return redact_names({name: redact_value(name, value)[0] for name, value in parameters.items()})


def _told() -> dict[str, Any]:
    """Return `{"ename", "evalue"}` where whoever supervises this kernel has stopped it; empty otherwise."""
    try:
        content = Path(os.environ[PIPELINE_SPEC]).with_name(ENDING).read_text(encoding="utf-8")
        return dict(json.loads(content))
    except (OSError, KeyError, ValueError):
        return {}


def source_hash(source: str) -> str:
    """Return the hash by which the engine names a target cell."""
    return hashlib.sha256(source.encode()).hexdigest()
