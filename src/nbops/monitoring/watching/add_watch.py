"""Let a version be watched by itself."""

from __future__ import annotations

import time as clock
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.alerts.lengths import read_length
from nbops.errors import ConfigError
from nbops.monitoring.watching.due import check_every
from nbops.monitoring.watching.plan import Plan
from nbops.monitoring.watching.plans import drop_plan, keep_plan, read_plans
from nbops.monitoring.watching.sql import check_address, is_database
from nbops.monitoring.watching.watch import watch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbops.workspace import Workspace


def add_watch(
    name: str,
    *,
    model: str,
    source: str,
    reference: Any = None,
    query: str = "",
    every: str = "",
    owner: str = "",
    runbook: str = "",
    late_after: str = "",
    after: int | None = None,
    alpha: float = 0.05,
    time: str | None = None,
    window: str | None = None,
    roles: Mapping[str, str] | None = None,
    by: str = "",
    workspace: Workspace,
) -> Plan:
    """Add the watch *name*, or give it another plan; a new source begins from nothing, as a new watch does.

    Args:
        name: Of the watch.
        model: `NAME@alias`, `NAME/3`, or `NAME`.
        source: Path, pattern, `snapshot:NAME`, or address of a database.
        reference: As in `watch`; also the path of a profile (JSON). None keeps the one that the watch has.
        query: File of the SQL statement, for a database.
        every: `1d`, `6h`, or five cron fields; empty: only when asked.
        owner: Who should act.
        runbook: Where it is written what to do.
        late_after: Length of time after which data are late, such as `36h`; empty: never.
        after: Observations in a row before a message goes out.
        alpha: Share of healthy datasets that may reach `warn`.
        time: Column of the reference that says when a row happened.
        window: Length of the windows to cut it by.
        roles: Column → role.
        by: Who adds it.
        workspace: Where.

    Raises:
        ConfigError: A part of the plan means nothing, or would write a password down.
        VersionNotFound: No such model or version.
        ProfileError: The reference is no dataset.
    """
    made = clock.time()
    plan = Plan(
        name, model, source, query, every, owner, runbook, read_length(late_after) if late_after else None, after,
        alpha, created=made, by=by,
    )  # fmt: skip
    _check(plan)
    watch(model, read_reference(reference, time, window, roles, workspace), name=name, workspace=workspace)
    former = next((one for one in read_plans(workspace) if one.name == name), None)
    if former is not None and (former.source, former.query) == (plan.source, plan.query) and reference is None:
        plan = replace(plan, created=former.created, paused=former.paused)
    else:
        drop_plan(workspace, name)
    keep_plan(workspace, plan)
    return plan


def read_reference(
    reference: Any, time: str | None, window: str | None, roles: Mapping[str, str] | None, workspace: Workspace
) -> Any:
    """Return *reference* as `watch` takes it: profiled by its windows, where they are named.

    Raises:
        ProfileError: It is no dataset, or has no such column.
        ConfigError: There is none to be cut.
    """
    from nbops.profiles.profile import Profile, profile

    if isinstance(reference, str):
        path = workspace.project / Path(reference).expanduser()
        if path.suffix == ".json" and path.is_file():
            reference = Profile.from_json(path.read_bytes())
        elif path.is_file():
            reference = path
        else:
            reference = reference.removeprefix("snapshot:")
    if not (time or window or roles):
        return reference
    if reference is None or isinstance(reference, Profile):
        raise ConfigError("time, window and roles belong to a reference that is read now", hint="--reference FILE")
    return profile(reference, time=time, window=window, roles=roles, workspace=workspace)


def _check(plan: Plan) -> None:
    check_every(plan.every, plan)
    if not plan.source:
        raise ConfigError("a watch needs data to look at", hint="--data 'inbox/*.parquet'")
    if is_database(plan.source):
        check_address(plan.source)
        if not plan.query:
            raise ConfigError("a database needs a query", hint="--query rows.sql")
    elif plan.query:
        raise ConfigError("a query needs the address of a database", hint="--data '${WAREHOUSE_URL}'")
    if plan.after is not None and plan.after < 1:
        raise ConfigError(f"after={plan.after} observations is none", hint="after=2")
    if not 0 < plan.alpha < 1:
        raise ConfigError(f"alpha={plan.alpha} is not a share between 0 and 1", hint="alpha=0.05")
