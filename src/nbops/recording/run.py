"""One recorded execution of a tracked cell, block or pipeline, as people and rooms see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
LINEAGE_TAG = "nbops.lineage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run.

    Attributes:
        id: nbops' id, 32 hexadecimal digits (MLflow's own for runs that nbops did not make).
        mlflow_run_id: MLflow's id; None until the recorder has written the run.
        status: `RUNNING`, `FINISHED`, `FAILED` or `KILLED`.
        kind: `cell`, `block`, `pipeline`, `drift` or `mlflow`.
        started, ended: Seconds since the epoch, UTC.
        duration: Seconds.
        snapshots: `{"name", "id", "role", "rows", "digest", "by_reference", "pending"}` of each frame read; one by
            reference has a `"reason"`, one that is `pending` is being stored.
        models: `{"name", "class", "uri" | None, …}` of each fitted model.
        artifacts: Paths of figures and files inside the MLflow run.
        files: Files opened by the code, as `{"path", "mode", "bytes", "sha256"}`.
        masked: Secrets masked in everything that the run holds.
        output: Tail of what was printed, as `{"lines", "written" (characters in all), "cut"}`; `read_output` has it.
        warned: Warnings that the code showed, as `{"category", "message", "count"}`.
        resources: `{"cpu_seconds", "peak_bytes"}`; never compared.
        drew: Random generators that the code drew from, as `{"generator", "seeded", "state"}`.
        pending: Not, or not wholly, in MLflow yet.
        failure: Why MLflow will not take it; empty in general.
        chosen: How `best:METRIC` found it, in a sentence.
        attached: Its facts stand in an MLflow run that the user's own code made.
        origin: `nbops`, or `mlflow` for runs made by other means.
    """

    id: str
    name: str = ""
    status: str = "RUNNING"
    experiment: str = ""
    kind: str = "cell"
    mlflow_run_id: str | None = None
    parameters: Json = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    facts: dict[str, int] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    snapshots: tuple[Json, ...] = ()
    models: tuple[Json, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    environment: Json = field(default_factory=dict)
    git: Json = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: Json | None = None
    started: float = 0.0
    ended: float | None = None
    duration: float = 0.0
    notebook: str | None = None
    cell: str | None = None
    count: int | None = None
    session: str | None = None
    execution: int | None = None
    source: str = ""
    parent: str | None = None
    rerun_of: str | None = None
    repeat_of: str | None = None
    note: str = ""
    starred: bool = False
    hidden: bool = False
    deleted: bool = False
    empty: bool = False
    artifacts: tuple[str, ...] = ()
    files: tuple[Json, ...] = ()
    masked: int = 0
    output: Json = field(default_factory=dict)
    warned: tuple[Json, ...] = ()
    resources: Json = field(default_factory=dict)
    drew: tuple[Json, ...] = ()
    pending: bool = False
    failure: str = ""
    chosen: str = ""
    attached: bool = False
    origin: str = "nbops"

    @property
    def lineage(self) -> str:
        """The run that it comes down from: what was promoted, for that itself, its pipeline's runs and their proofs."""
        return self.tags.get(LINEAGE_TAG, "")
