"""What the journal holds. Every record is a frozen value that survives JSON; unknown fields are ignored on reading.

A session writes one `Session`, then for each executed cell one `Execution`, and for each run one `RunOpened`, any
number of `RunLogged` and one `RunClosed`. Times are seconds since the epoch (UTC).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, TypeAlias

from nbops.processes import Owner

Json: TypeAlias = dict[str, Any]

FINISHED, FAILED, KILLED, RUNNING = "FINISHED", "FAILED", "KILLED", "RUNNING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One kernel or process that writes a journal.

    Attributes:
        session: Id, also the name of the journal's folder.
        owner: The process that writes.
        time: When it started to write.
        frontend: `jupyter`, `vscode`, `ipython`, `papermill` or `python`.
        notebook: Path of the notebook relative to the project, where known.
        python: Interpreter that the recorder has to use.
        tracking_uri: MLflow store that the session's runs belong to.
        experiment: Default experiment; empty means the notebook's name.
        unseen: Executions that ran before nbops was loaded.
    """

    type: ClassVar[str] = "session"
    session: str
    owner: Owner
    time: float
    frontend: str = "python"
    notebook: str | None = None
    python: str = ""
    tracking_uri: str = ""
    experiment: str = ""
    unseen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution of a cell, tracked or not.

    Attributes:
        session: Session it belongs to.
        index: 1, 2, 3 … in the order in which the session's cells ran.
        count: `In [count]`.
        cell: Cell id, where the frontend tells it.
        source: The cell as typed, secrets masked.
        code: The cell as plain Python (magics translated by IPython), secrets masked.
        time: When it started.
        duration: Seconds.
        success: Whether it ended without an exception.
        error: `ename` and `evalue` of the exception.
        run: Id of the run it was tracked as.
        defined: Names bound (or rebound) in the namespace.
        deleted: Names removed from the namespace.
        changed: Names whose object was seen to change in place.
        assumed: Touched names that could not be compared (too large, opaque) and count as changed.
        opened: Files opened, as `{"path": …, "mode": "r" | "w"}`; of those read also `bytes`, `changed` (time of the
            last change, ns) and, of small ones, `sha256`, as they were when the cell had run.
        drew: Random generators whose state moved: `random`, `numpy`, `torch`.
        modules: Top-level modules imported by the cell for the first time.
        settings: Process-wide state that moved: `environ`, `cwd`, `rcParams`, `pandas.options`, `sys.path`.
        masked: Number of secrets masked in `source`.
        observed: False when it comes from IPython's history and only its text is known.
    """

    type: ClassVar[str] = "execution"
    session: str
    index: int
    count: int | None = None
    cell: str | None = None
    source: str = ""
    code: str = ""
    time: float = 0.0
    duration: float = 0.0
    success: bool = True
    error: Json | None = None
    run: str | None = None
    defined: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    opened: tuple[Json, ...] = ()
    drew: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    masked: int = 0
    observed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOpened:
    """A run begins.

    Attributes:
        run: Id, 32 hexadecimal digits.
        session: Session that writes it.
        kind: `cell`, `block` (`with nbops.track`), `pipeline` or `drift`.
        time: When it began.
        name: As the user named it; empty means that one is made from what changed.
        experiment: As the user named it; empty means the session's.
        parent: Run that this one is a child of.
        rerun_of: Latest earlier run of the same cell.
        attach: MLflow run id that was active; the run's facts go there instead of to a new MLflow run.
        execution: Index of the execution, for `cell`.
        cell, count, notebook: Identity of the cell.
        source: Code, secrets masked.
        tags: More tags.
    """

    type: ClassVar[str] = "opened"
    run: str
    session: str
    kind: str = "cell"
    time: float
    name: str = ""
    experiment: str = ""
    parent: str | None = None
    rerun_of: str | None = None
    attach: str | None = None
    execution: int | None = None
    cell: str | None = None
    count: int | None = None
    notebook: str | None = None
    source: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLogged:
    """Values that the user's code logged while the run was open (`nbops.log`)."""

    type: ClassVar[str] = "logged"
    run: str
    time: float
    step: int | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    parameters: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunClosed:
    """A run ends, with everything it turned out to be.

    Attributes:
        status: `FINISHED`, `FAILED` or `KILLED`.
        parameters: Name → JSON value.
        origins: Name → where a parameter came from, when not the cell itself: `from [3]`, `model`, `explicit`.
        metrics: Name → finite number.
        facts: Name → integer from `len` or `.shape`; shown, never compared.
        seeds: Name → random seed set in the cell.
        datasets: Frames read, as `{"name", "role", "snapshot" | None, "digest", "rows", "columns": {name: dtype},
            "by_reference": bool, "profile": blob | None}`; one by reference has a `"reason"`, and a `"kind"` where it
            is never read; one that the recorder is to store has `"pending": True` and `"copy"`, the name of its file.
        models: Fitted models, as `{"name", "class", "estimator" (class of a pipeline's last step), "blob", "bytes",
            "pickled": "pickle" | "cloudpickle", "signature": {"inputs": [[name, dtype]…] | None,
            "tensor": dtype | None, "shape": [columns], "output": dtype}, "packages": [..]}`.
        artifacts: Figures and files, as `{"path": "figures/roc.png", "blob": …}` (path inside the MLflow run); with
            `"rows": True` where they hold rows of data, which leave the workspace only on request.
        files: Files opened by the code, as `{"path", "mode", "bytes", "sha256" | None}`.
        environment: `{"python", "platform", "packages": {distribution: version}}`, only what the code uses.
        git: `{"commit", "branch", "dirty", "remote", "diff": blob | None}`.
        warnings: Sentences about what could not be recorded, or NaN metrics.
        error: `{"ename", "evalue", "traceback": blob | None}`.
        empty: Only imports or definitions.
        suggested_name: Run name made from the model and what changed.
        fingerprint: Hash of code, parameters, inputs and result; equal for identical executions.
        tags: More tags.
        attach: MLflow run id that the user's code began while the run was open; the run's facts belong there too.
        output: Tail of what the cell printed, as `{"blob", "lines", "written" (characters in all), "cut"}`.
        warned: Warnings that it showed, as `{"category", "message", "count"}`.
        resources: `{"cpu_seconds", "peak_bytes"}`; never compared.
        drew: Random generators that it drew from, as `{"generator", "seeded", "state"}`: hash of the state before it.
        masked: Secrets masked in everything that the run holds.
        source: Code, where secrets are masked in it that were not known as such when the run began.
    """

    type: ClassVar[str] = "closed"
    run: str
    status: str
    time: float
    duration: float = 0.0
    parameters: Json = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    facts: dict[str, int] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict)
    datasets: tuple[Json, ...] = ()
    models: tuple[Json, ...] = ()
    artifacts: tuple[Json, ...] = ()
    files: tuple[Json, ...] = ()
    environment: Json = field(default_factory=dict)
    git: Json = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: Json | None = None
    empty: bool = False
    suggested_name: str = ""
    fingerprint: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    attach: str | None = None
    output: Json = field(default_factory=dict)
    warned: tuple[Json, ...] = ()
    resources: Json = field(default_factory=dict)
    drew: tuple[Json, ...] = ()
    masked: int = 0
    source: str | None = None


Record: TypeAlias = Session | Execution | RunOpened | RunLogged | RunClosed

_KINDS: dict[str, type[Any]] = {kind.type: kind for kind in (Session, Execution, RunOpened, RunLogged, RunClosed)}
_NAMES = {name: tuple(item.name for item in fields(kind)) for name, kind in _KINDS.items()}


def to_json(record: Record) -> Json:
    """Return *record* as plain JSON values, with its `type`."""
    # Not `asdict`, which copies deeply: a loop may log ten thousand points.
    values: Json = {"type": record.type}
    for name in _NAMES[record.type]:
        value = getattr(record, name)
        values[name] = value.to_json() if type(value) is Owner else value
    return values


def from_json(values: Json) -> Record | None:
    """Return the record that *values* stand for, or None for a type that this version does not know."""
    kind = _KINDS.get(values.get("type", ""))
    if kind is None:
        return None
    known = {item.name for item in fields(kind)}
    given = {name: _frozen(value) for name, value in values.items() if name in known}
    if kind is Session:
        given["owner"] = Owner(**values["owner"])
    record: Record = kind(**given)
    return record


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
