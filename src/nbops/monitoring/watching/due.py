"""When a watch looks next. cronsim's adapter."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from nbops.alerts.lengths import read_length
from nbops.errors import ConfigError

if TYPE_CHECKING:
    from nbops.monitoring.watching.plan import Plan

_FIELDS = 5


def next_due(plan: Plan, checked: float | None) -> float | None:
    """Return when *plan* is due, in seconds since the epoch; None where it never is by itself.

    A length of time counts from the last look, and the first look is due at once. A cron expression holds in local
    time; what was missed while nobody looked is due once.

    Args:
        plan: Of the watch.
        checked: When it last looked.

    Raises:
        ConfigError: `every` is neither a length of time nor a cron expression.
    """
    if not plan.every or plan.paused:
        return None
    if not _is_cron(plan.every):
        return plan.created if checked is None else checked + read_length(plan.every)
    from cronsim import CronSim, CronSimError

    try:
        return float(next(CronSim(plan.every, datetime.fromtimestamp(checked or plan.created))).timestamp())  # noqa: DTZ006 # cron means the wall clock
    except (CronSimError, StopIteration) as error:
        raise ConfigError(f"{plan.every!r} is no cron expression: {error}", hint="0 6 * * 1-5, or 1d") from error


def check_every(every: str, plan: Plan) -> None:
    """Refuse an `every` that means nothing.

    Raises:
        ConfigError: It is neither a length of time nor a cron expression.
    """
    if every and not _is_cron(every):
        try:
            read_length(every)
        except ConfigError as error:
            raise ConfigError(f"{every!r} is no schedule", hint="1d, 6h, or five cron fields: 0 6 * * 1-5") from error
    next_due(plan, None)


def _is_cron(every: str) -> bool:
    return len(every.split()) == _FIELDS or every.startswith("@")
