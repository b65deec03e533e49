"""Limits that a user chose: allowed, shown as such, and never part of the promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nbops.errors import ProfileError
from nbops.monitoring.judging.report import ColumnDrift
from nbops.monitoring.judging.sentences import tell
from nbops.monitoring.judging.statistics import PSI, statistics_of

if TYPE_CHECKING:
    from nbops.profiles.column import Column
    from nbops.profiles.profile import Profile

YOURS = "yours"


def check_limits(limits: Mapping[str, float | Mapping[str, float]], reference: Profile) -> dict[str, dict[str, float]]:
    """Return column → statistic → limit; a bare number limits the PSI.

    Raises:
        ProfileError: The reference has no such column, or a limit is no number of at least 0.
    """
    told: dict[str, dict[str, float]] = {}
    for name, given in limits.items():
        if name not in reference.columns:
            raise ProfileError(
                f"limits name a column {name!r} that the reference does not have",
                hint=", ".join(list(reference.columns)[:10]),
            )
        told[name] = dict(given) if isinstance(given, Mapping) else {PSI: given}
        for value in told[name].values():
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
                raise ProfileError(f"{value!r} is not a limit for {name!r}", hint=f"limits={{{name!r}: 0.2}}")
    return told


def hold_against(before: Column, now: Column, limits: Mapping[str, float]) -> ColumnDrift:
    """Hold one column against the user's own limits.

    Raises:
        ProfileError: The column has no such statistic.
    """
    values = statistics_of(before, now)
    for name in limits:
        if name not in values:
            raise ProfileError(f"column {before.name!r} has no statistic {name!r}", hint=", ".join(values))
    # Shifts have a sign; a limit is on their size.
    sizes = {name: abs(values[name]) for name in limits}
    worst = max(limits, key=lambda name: sizes[name] / limits[name] if limits[name] else float(sizes[name] > 0))
    return ColumnDrift(
        before.name, before.kind, before.role, sizes[worst] > limits[worst], worst, sizes[worst], float(limits[worst]),
        tell(before, now, worst), limit=YOURS, statistics=values,
    )  # fmt: skip
