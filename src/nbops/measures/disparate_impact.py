"""The four-fifths rule, held against the interval and not against the point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.measures.intervals import of_ratio, z_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.measures.count_groups import Group


@dataclass(frozen=True, slots=True)
class Impact:
    """The smallest selection rate over the largest.

    Attributes:
        ratio: At the point.
        low, high: Interval of the ratio, simultaneous over all pairs of groups (Bonferroni), 95 %.
        least, most: Names of the two groups.
    """

    ratio: float
    low: float
    high: float
    least: str
    most: str

    def __str__(self) -> str:
        return (
            f"{self.least!r} is selected {self.ratio:.3f} times as often as {self.most!r} "
            f"(95 %: {self.low:.3f} … {self.high:.3f})"
        )


def disparate_impact(groups: Sequence[Group]) -> Impact | None:
    """Return the disparate impact over the groups that are large enough; None with fewer than two, or none selected."""
    judged = [one for one in groups if not one.small and one.selected is not None]
    rates = {one.name: (one.selected or 0) / one.n for one in judged}
    if len(judged) < 2 or not any(rates.values()):  # noqa: PLR2004 # a ratio has two sides
        return None
    least, most = (choose(judged, key=lambda one: rates[one.name]) for choose in (min, max))
    if least is most:
        most = next(one for one in judged if one is not least)
    pairs = len(judged) * (len(judged) - 1) / 2
    limits = of_ratio(least.selected or 0, least.n, most.selected or 0, most.n, z_of(0.025 / pairs))
    return Impact(rates[least.name] / rates[most.name], *limits, least.name, most.name)
