"""Let a watch retrain its model, or no longer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nbops.alerts.lengths import read_length
from nbops.errors import ConfigError
from nbops.monitoring.retraining.find_parameter import find_parameter
from nbops.monitoring.retraining.retrain_book import folder, keep_retrain_plan
from nbops.monitoring.retraining.retrain_plan import ALL, DRIFT, MONTH, NEW, PERFORMANCE, TIME, TRIGGERS, RetrainPlan
from nbops.monitoring.watching.plans import read_plan
from nbops.pipelines.list_pipelines import find_pipeline
from nbops.pipelines.notebook.notebooks import read_notebook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.workspace import Workspace


def set_retraining(
    watch: str,
    pipeline: str,
    *,
    parameter: str = "",
    on: Sequence[str] = (PERFORMANCE, DRIFT),
    rows: str = NEW,
    cooldown: str = "7d",
    most: int = 3,
    span: str = "30d",
    stop_after: int = 3,
    assign: bool = False,
    by: str = "",
    workspace: Workspace,
) -> RetrainPlan:
    """Let *watch* run *pipeline* when a trigger fires; setting it again also lets one that was stopped go on.

    Args:
        watch: Name of a watch that looks at data by itself.
        pipeline: Name or path.
        parameter: Of the pipeline, for the path of the data; the only data parameter if omitted.
        on: Triggers: `drift`, `performance`, `new-data`, `time=30d`.
        rows: `new`: train on the last judged window; `all`: on everything up to its end.
        cooldown: Length of time after a retraining in which none follows.
        most: Retrainings within *span*.
        span: Length of time.
        stop_after: Refused or failed ones in a row after which a person must look.
        assign: Also point `champion` at a version whose gates are open, if the project declares gates for it.
        by: Who sets it.
        workspace: Whose.

    Raises:
        WatchNotFound: There is none, or it has no source.
        PipelineNotFound: There is no such notebook.
        ConfigError: A part of the plan means nothing.
    """
    read_plan(workspace, watch)
    path = find_pipeline(pipeline, workspace)
    triggers, each = _triggers(on)
    if rows not in {NEW, ALL}:
        raise ConfigError(f"rows is {rows!r}", hint=f"{NEW} or {ALL}")
    for name, number in (("most", most), ("stop_after", stop_after)):
        if number < 1:
            raise ConfigError(f"{name}={number} would never retrain", hint=f"{name}=3")
    plan = RetrainPlan(
        watch, workspace.relative(path) if path.name == pipeline or "/" in pipeline else pipeline,
        find_parameter(read_notebook(path), parameter), triggers, each, rows, read_length(cooldown), most,
        read_length(span), stop_after, assign, time.time(), by,
    )  # fmt: skip
    keep_retrain_plan(workspace, plan)
    return plan


def end_retraining(watch: str, *, workspace: Workspace) -> None:
    """Let *watch* retrain no longer; what came of it stays on record."""
    read_plan(workspace, watch)
    (folder(workspace) / f"{watch}.plan.json").unlink(missing_ok=True)


def _triggers(on: Sequence[str]) -> tuple[tuple[str, ...], float]:
    found: list[str] = []
    each = MONTH
    for one in on:
        name, mark, length = one.partition("=")
        if name not in TRIGGERS or (mark and name != TIME):
            raise ConfigError(f"{one!r} triggers nothing", hint="drift, performance, new-data, time=30d")
        each = read_length(length) if mark else each
        found.append(name)
    if not found:
        raise ConfigError("without a trigger nothing is retrained", hint="on=['drift']")
    return tuple(dict.fromkeys(found)), each
