"""How a model treats the groups of sensitive columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.errors import ProfileError
from nbops.measures.count_groups import confusions, count_groups, measure_groups
from nbops.measures.cut import cut
from nbops.measures.disparate_impact import disparate_impact
from nbops.measures.equalized_odds import odds_difference
from nbops.monitoring.performance.report import REGRESSION, GroupTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from nbops.monitoring.performance.meaning import Meaning
    from nbops.monitoring.performance.outcomes import Outcomes

_SIDES = 2


def tabulate_groups(
    frame: pd.DataFrame,
    outcomes: Outcomes,
    meaning: Meaning,
    columns: Sequence[str],
    like: pd.DataFrame | None = None,
) -> tuple[GroupTable, ...]:
    """Return a table of groups for each sensitive column; groups too small to judge stand in it, but decide nothing.

    Raises:
        ProfileError: There are more than two classes, or a ranking: selection has no meaning then.
    """
    if columns and meaning.task != REGRESSION and not meaning.binary:
        raise ProfileError("groups are held against each other for two classes or for numbers", hint="sensitive=()")
    judged = outcomes.judged
    tables = []
    for column in columns:
        other = like[column] if like is not None and column in like else None
        places, names = cut(frame[column][judged], other)
        truth, guess = outcomes.truth[judged], outcomes.guess[judged]
        if meaning.task == REGRESSION:
            tables.append(GroupTable(column, measure_groups(places, names, guess - truth)))
            continue
        groups = count_groups(places, names, truth == 1, guess == 1)
        large = [place for place, one in enumerate(groups) if not one.small]
        counts = confusions(places, len(names), truth == 1, guess == 1)[large]
        odds = float(odds_difference(counts)) if len(large) >= _SIDES else None
        tables.append(GroupTable(column, groups, disparate_impact(groups), odds))
    return tuple(tables)
