"""Run a pipeline with other parameters, as a tracked run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.capture.boundary import unharmed
from nbops.capture.secrets.redaction import redact
from nbops.errors import PipelineError, PipelineFailed, PipelineNotFound
from nbops.pipelines.list_pipelines import KIND, find_pipeline
from nbops.pipelines.notebook.notebooks import inject, read_notebook
from nbops.pipelines.notebook.read_schema import read_schema
from nbops.pipelines.parameters.check_parameters import check_name, check_parameters
from nbops.pipelines.resuming.begin_reuse import begin_reuse, end_reuse
from nbops.pipelines.resuming.resumable import note_run, resumable
from nbops.pipelines.running.attempt import Attempt, check_retries, first_attempt
from nbops.pipelines.running.bar import bar, say
from nbops.pipelines.running.execute_notebook import execute_notebook, folder_of
from nbops.pipelines.running.hold_contracts import hold_contracts
from nbops.pipelines.running.limits import Limits
from nbops.pipelines.running.output_file import check_output, default_output
from nbops.pipelines.running.spec import title_of
from nbops.pipelines.running.supervision import Hearing
from nbops.pipelines.running.warm.note_kind import check_kernel, say_cold
from nbops.recording.flush import flush
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.get_run import get_run
from nbops.recording.process.start import wake
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

_DRAIN = 120.0
_MOST_RUNS = 20
_LONGEST = 300
_MORE = {"CellTimeout": " --cell-timeout MORE", "RunTimeout": " --timeout MORE", "MemoryExceeded": " --memory MORE"}


def run(
    pipeline: str | Path | None = None,
    parameters: Mapping[str, Any] | None = None,
    *,
    output: str | Path | None = None,
    workspace: Workspace | None = None,
    progress: bool | Hearing = False,
    cell_timeout: float | None = None,
    timeout: float | None = None,
    memory: float | None = None,
    retries: int = 0,
    resume: str | Run | None = None,
    fresh: bool = False,
    kernel: str = "warm",
    contract: str = "block",
    because: str = "",
    marks: Mapping[str, str] | None = None,
) -> Run:
    """Execute *pipeline* in a fresh kernel and return its run, which is in MLflow by then.

    A run that goes over a limit, whose kernel dies, or that is cancelled (`nbops.cancel`, Ctrl-C) is KILLED, with
    every process that its kernel has started. A cell over its time is interrupted first and has five seconds.

    A cell whose code, inputs, files and environment are those of an earlier run is not executed: what it left is put
    back. The run's tags `nbops.skipped` and `nbops.reuse` say which cells, and why.

    Args:
        pipeline: Path of the notebook, or its name; not needed with *resume*.
        parameters: Name → value; what is not given keeps its default.
        output: Where the executed notebook goes; default: the workspace's outputs. Only over an executed notebook.
        workspace: The current directory's by default.
        progress: Show a bar; or a function that is called with what runs (a `Running`) at each cell and every second.
        cell_timeout: Seconds for each cell.
        timeout: Seconds for the whole run, the start of its kernel included; each attempt has as many.
        memory: Megabytes that the kernel and its children may hold together.
        retries: How often a run that fails is tried again, after about 1, 2, 4 … s, at most a minute. Each attempt is a
            run with the tag `nbops.attempt`; later ones name the first in `nbops.retry_of`.
        resume: A run that failed or was killed, to go on with after its last good cell, with its parameters by default.
        fresh: Execute every cell.
        kernel: `warm` forks one with the imports in place, where that is safe (tag `nbops.kernel`); or `cold`.
        contract: `block` refuses data that break a contract of the pipeline; `warn` runs, tagged with what was found.
        because: Why they may pass, for the record.
        marks: More tags for the run.

    Raises:
        PipelineNotFound: There is no such notebook.
        RunNotUsable: The run to resume finished, is running, or is not a pipeline's.
        ParameterError: Unknown name or wrong type; no kernel was started, and none will be by trying again.
        ContractViolated: Data break their contract; no kernel was started.
        PipelineFailed: A cell raised in the last attempt; the run is FAILED and the executed notebook kept.
        PipelineKilled: The last attempt went over a limit, or its kernel died.
        PipelineCancelled: A person stopped it from elsewhere.
        PipelineError: A limit is no positive number, *kernel* is neither, or *output* may not be overwritten.
    """
    place = workspace or find_workspace()
    path, given, tags = _asked(pipeline, parameters, resume, place)
    notebook = read_notebook(path)
    for parameter in given:
        check_name(parameter)
    checked = check_parameters(given, read_schema(notebook))
    check_retries(retries)
    check_kernel(kernel)
    limits, kept, folder = Limits(cell_timeout, timeout, memory), _kept(output, path), folder_of(notebook, path, place)
    tags |= dict(marks or {}) | hold_contracts(notebook, checked, place, folder, contract=contract, because=because)
    hear, shown = (progress, False) if callable(progress) else (None, bool(progress))
    try:
        with bar(title_of(notebook, path), shown=shown) as step:
            once = partial(
                _once, notebook=notebook, parameters=checked, given=given, kept=kept, workspace=place, path=path,
                fresh=fresh, tags=tags, limits=limits, on_cell=step, hear=hear, kernel=kernel,
            )  # fmt: skip
            ended = _until_it_ends(once, retries, say if shown else None)
    except KeyboardInterrupt:  # who interrupts does not want to wait for MLflow
        wake(place)
        raise
    except PipelineError:
        flush(_DRAIN, workspace=place, uploads=True)
        raise
    flush(_DRAIN, workspace=place, uploads=True)
    return say_cold(get_run(ended, workspace=place), shown=shown)


def _kept(output: str | Path | None, pipeline: Path) -> Path | None:
    kept = Path(output).absolute() if output else None
    if kept is not None:
        check_output(kept, pipeline)
    return kept


def _once(
    attempt: Attempt, *, notebook: NotebookNode, parameters: dict[str, Any], given: dict[str, Any], kept: Path | None,
    workspace: Workspace, path: Path, fresh: bool, **options: Any,
) -> None:  # fmt: skip
    """Make one attempt; what it leaves behind may be re-used by the next."""
    name = title_of(notebook, path)
    target = kept or default_output(name, attempt.run, workspace)
    note_run(attempt.run, path, given, workspace)
    reuse = begin_reuse(inject(notebook, "# Parameters" if parameters else ""), attempt.run, workspace, fresh=fresh)
    try:
        execute_notebook(
            notebook, parameters, attempt.run, target, workspace, path, attempt=attempt, reuse=reuse, **options
        )
    finally:
        end_reuse(workspace)
        _note(workspace, name, attempt.run)


def _until_it_ends(execute: Callable[[Attempt], None], retries: int, tell: Callable[[str], None] | None) -> str:
    """Make attempts until one does not fail, *tell* what comes after one that did, and return the id of the last."""
    attempt = first_attempt(retries)
    while True:
        try:
            execute(attempt)
        except PipelineFailed as failure:
            failure.hint = f"nbops run --resume {attempt.run[:8]}{_MORE.get(failure.ename, '')}"
            if attempt.number == attempt.of:
                raise
            former, attempt = attempt, attempt.next()
            if tell is not None:
                tell(_between(former, failure, attempt))
        except KeyboardInterrupt as stop:
            stop.args = (attempt.run,)  # who is told of it can look up how that ended
            raise
        else:
            return attempt.run


def _between(former: Attempt, failure: PipelineFailed, coming: Attempt) -> str:
    """Say in one line what failed, and what comes when."""
    told = " ".join(redact(str(failure)).text.split())
    told = told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"
    return f"attempt {former.number} of {former.of} failed: {told}; the next begins in {coming.pause:.1f} s"


def _asked(
    pipeline: str | Path | None, parameters: Mapping[str, Any] | None, resume: str | Run | None, workspace: Workspace
) -> tuple[Path, dict[str, Any], dict[str, str]]:
    """Return which notebook to run with which parameters, and the tags that say what it goes on with."""
    tags = {}
    if resume is not None:
        former = resumable(resume, pipeline, parameters, workspace)
        pipeline, parameters = former.pipeline, former.parameters
        tags["nbops.resumes"] = former.run.id
    if pipeline is None:
        raise PipelineNotFound("no pipeline is named", hint="nbops.run(PIPELINE), or nbops.run(resume=RUN)")
    return find_pipeline(pipeline, workspace), dict(parameters or {}), tags


def _note(workspace: Workspace, name: str, run_id: str) -> None:
    with unharmed("the runs of a pipeline"):  # what ended the run must not be hidden
        model = ReadModel(workspace)
        known = model.get(KIND, name)
        if known is not None:
            model.put(KIND, name, known | {"runs": [run_id, *known.get("runs", [])][:_MOST_RUNS]})
