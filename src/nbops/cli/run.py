"""`nbops run`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from nbops.cli.answers import FAILED, complain, json_option, tell, tell_json
from nbops.cli.parameters import parameter_options, read_parameters
from nbops.cli.show import describe
from nbops.cli.tables import facts
from nbops.errors import NbopsError, ParameterError

_WRONG_USAGE, _INTERRUPTED, _TERMINATED = 2, 130, 143
"""Exit codes: click's, and as a shell has them, 128 and the number of the signal."""

_ABOVE_ZERO = click.FloatRange(min=0, min_open=True)


@click.command()
@click.argument("pipeline", required=False)
@parameter_options
@click.option(
    "-o", "--output", help="Where the executed notebook goes (only over one of a former run); default: the workspace."
)
@click.option("--timeout", type=_ABOVE_ZERO, metavar="SECONDS", help="For the whole run, the kernel's start included.")
@click.option("--cell-timeout", type=_ABOVE_ZERO, metavar="SECONDS", help="For each cell.")
@click.option("--memory", type=_ABOVE_ZERO, metavar="MB", help="That the kernel and its children hold together.")
@click.option(
    "--retries", type=click.IntRange(min=0), default=0, help="How often a run that fails is tried again; default 0."
)
@click.option(
    "--kernel",
    type=click.Choice(["warm", "cold"]),
    default="warm",
    help="warm (default): forked, with the pipeline's imports in place; cold: as Jupyter starts one.",
)
@click.option(
    "--progress-bar/--no-progress-bar",
    default=True,
    help="On stderr: one line that changes on a terminal, elsewhere a line for each cell.",
)
@click.option("--resume", metavar="RUN", help="Go on with a run that failed or was killed, after its last good cell.")
@click.option("--fresh", is_flag=True, help="Execute every cell, also those that earlier runs make unnecessary.")
@click.option("--dry-run", is_flag=True, help="Check the parameters and say what would run; starts no kernel.")
@click.option(
    "--ignore-contract", metavar="REASON", help="Run although the data break their contract; the reason is on record."
)
@json_option
@click.pass_context
def run(
    ctx: click.Context,
    /,
    pipeline: str | None,
    output: str | None,
    timeout: float | None,
    cell_timeout: float | None,
    memory: float | None,
    retries: int,
    kernel: str,
    progress_bar: bool,
    resume: str | None,
    fresh: bool,
    dry_run: bool,
    ignore_contract: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Run PIPELINE (a notebook, or the name of one) with parameters, as a tracked run.

    Ctrl-C cancels it, with every process that it has started; exit code 130. Data that break their contract are refused
    with exit code 3.
    """
    from nbops.pipelines.list_pipelines import find_pipeline
    from nbops.pipelines.notebook.notebooks import read_notebook
    from nbops.pipelines.notebook.read_schema import read_schema
    from nbops.pipelines.resuming.resumable import resumable
    from nbops.pipelines.running.output_file import default_output
    from nbops.pipelines.running.run import run as run_pipeline
    from nbops.pipelines.running.spec import title_of
    from nbops.recording.to_wire import to_wire
    from nbops.workspace import find_workspace

    place = find_workspace()
    if resume is not None:
        pipeline = pipeline or str(resumable(resume, None, {}, place).pipeline)
    if pipeline is None:
        raise click.UsageError("name a pipeline, or a run with --resume")
    path = find_pipeline(pipeline, place)
    notebook = read_notebook(path)
    schema = read_schema(notebook)
    parameters = _checked(ctx, schema, given)
    if resume is not None and not parameters:
        parameters = None  # the run's own
    if dry_run:
        asked = resumable(resume, pipeline, parameters, place).parameters if resume is not None else parameters
        _foresee(path, asked, place, fresh=fresh, as_json=as_json)
        return
    with _ended_by_signal(ctx):
        done = run_pipeline(
            pipeline,
            parameters,
            output=output,
            progress=progress_bar,
            timeout=timeout,
            cell_timeout=cell_timeout,
            memory=memory,
            retries=retries,
            resume=resume,
            fresh=fresh,
            kernel=kernel,
            contract="block" if ignore_contract is None else "warn",
            because=ignore_contract or "",
        )
    kept = Path(output).absolute() if output else default_output(title_of(notebook, path), done.id, place)
    if as_json:
        tell_json(to_wire(done) | {"output": place.relative(kept)})
    else:
        tell(describe(done))
        for line in done.tags.get("nbops.contract.found", "").splitlines():
            tell(f"contract: {line}")
        tell(f"executed notebook: {place.relative(kept)}")
    if done.status != "FINISHED":
        ctx.exit(FAILED)


def _foresee(path: Path, parameters: dict[str, Any] | None, workspace: Any, *, fresh: bool, as_json: bool) -> None:
    from nbops.pipelines.foresee import foresee

    told = foresee(path, parameters, fresh=fresh, workspace=workspace)
    if as_json:
        tell_json(told.to_wire())
        return
    given = " ".join(f"{name}={value}" for name, value in told.parameters.items())
    tell(facts([("pipeline", f"{told.pipeline} ({told.notebook})"), ("state", told.state), ("parameters", given)]))
    if told.state != "verified":
        tell(f"{told.state}: {told.reason}")
    for cell in told.cells:
        kept = f" · may be skipped: run {cell.kept_by[:8]} kept it ({cell.seconds:.1f} s)" if cell.kept_by else ""
        tell(f"cell {cell.number} of {len(told.cells)}  {cell.title}{kept}")
    tell("nothing was started")


def _checked(ctx: click.Context, schema: Any, given: dict[str, Any]) -> dict[str, Any] | None:
    """Return the parameters as given; one that does not fit is wrong usage, and nothing has been started."""
    from nbops.pipelines.parameters.check_parameters import check_name, check_parameters

    try:
        parameters = read_parameters(**given, schema=schema)
        for name in parameters:
            check_name(name)
        check_parameters(parameters, schema)
    except ParameterError as error:
        complain(error)
        ctx.exit(_WRONG_USAGE)
    return parameters


@contextmanager
def _ended_by_signal(ctx: click.Context) -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does, and give either its exit code."""
    if threading.current_thread() is not threading.main_thread():  # signals are not ours there
        yield
        return
    codes = [_INTERRUPTED]

    def terminated(*_: Any) -> None:
        codes.append(_TERMINATED)
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGTERM, terminated)
    try:
        yield
    except KeyboardInterrupt as stop:
        tell(f"cancelled; {_ended(stop)}, and nothing of it runs any more", err=True)
        ctx.exit(codes[-1])
    finally:
        signal.signal(signal.SIGTERM, former)


def _ended(stop: KeyboardInterrupt) -> str:
    """Say how the run that was interrupted ended: it may have finished in that very moment."""
    from nbops.recording.get_run import get_run

    try:
        status = get_run(str(stop.args[0])).status if stop.args else "KILLED"
    except NbopsError:  # it was not even begun
        status = "KILLED"
    return f"the run is {status if status != 'RUNNING' else 'KILLED'}"
