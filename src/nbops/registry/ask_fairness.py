"""The gate of fairness: groups of people, on predictions for the same rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nbops.errors import ConfigError
from nbops.measures.count_groups import count_groups, measure_groups
from nbops.measures.cut import cut
from nbops.measures.disparate_impact import disparate_impact
from nbops.measures.equalized_odds import compare_odds
from nbops.measures.holm import holm
from nbops.measures.intervals import chance
from nbops.registry.gates import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import pandas as pd

    from nbops.measures.count_groups import Group
    from nbops.registry.policy import Fairness

_EVEN, _LEVEL, _SIDES = 0.5, 0.05, 2


def ask_fairness(
    frame: pd.DataFrame,
    truth: np.ndarray,
    mine: np.ndarray,
    theirs: np.ndarray | None,
    rules: Fairness,
    features: tuple[str, ...] = (),
) -> tuple[Answer, ...]:
    """Hold predictions against *rules*, group by group. Groups too small to judge never close the gate.

    Args:
        frame: Rows with the sensitive columns.
        truth: Label of each row, shape (n,).
        mine: Candidate's predictions, shape (n,): probabilities of the second class, classes, or values.
        theirs: Those of the holder of the alias; None without one.
        rules: What groups are owed.
        features: Further columns to slice by when the two are compared.

    Raises:
        ConfigError: A sensitive column is not among the rows.
    """
    for column in rules.sensitive:
        if column not in frame:
            raise ConfigError(f"the rows have no column {column!r}, which fairness asks for")
    known = _known(truth)
    frame, truth, mine = frame[known], truth[known], mine[known]
    theirs = None if theirs is None else theirs[known]
    read = _binary(truth, mine, theirs)
    answers: list[Answer] = []
    if read is not None:
        positive, chosen, others = read
        for column in rules.sensitive:
            answers += _groups(frame[column], column, positive, chosen, others, rules)
        loss = (chosen != positive).astype(float)
        rival = None if others is None else (others != positive).astype(float)
        return (*answers, *_slices(frame, (*rules.sensitive, *features), loss, rival, positive, rules.max_slice_loss))
    if truth.dtype.kind not in "iuf" or mine.dtype.kind not in "iuf":
        return (Answer(None, "fairness is judged for two classes or for numbers only"),)
    for column in rules.sensitive:
        places, names = cut(frame[column])
        answers += [Answer(None, _told(column, one)) for one in measure_groups(places, names, mine - truth)]
    size, rival = abs(mine - truth), None if theirs is None else abs(theirs - truth)
    allowed = rules.max_slice_loss * (float(rival.mean()) if rival is not None else 0.0)
    return (*answers, *_slices(frame, (*rules.sensitive, *features), size, rival, None, allowed))


def _known(truth: np.ndarray) -> np.ndarray:
    import pandas as pd

    known: np.ndarray = ~pd.isna(truth)
    return known


def _binary(
    truth: np.ndarray, mine: np.ndarray, theirs: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None] | None:
    """Return what was so, and what each model said, as truth values; None where there are not two classes."""
    import numpy as np

    classes = np.unique(truth)
    if len(classes) != _SIDES:
        return None

    def said(guess: np.ndarray) -> np.ndarray | None:
        if np.isin(guess, classes).all():
            return np.asarray(guess == classes[1])
        inside = guess.dtype.kind == "f" and bool(((guess >= 0) & (guess <= 1)).all())
        return np.asarray(guess >= _EVEN) if inside else None

    own, other = said(mine), None if theirs is None else said(theirs)
    if own is None or (theirs is not None and other is None):
        return None
    return truth == classes[1], own, other


def _groups(
    values: pd.Series, column: str, positive: np.ndarray, mine: np.ndarray, theirs: np.ndarray | None, rules: Fairness
) -> Iterator[Answer]:
    import numpy as np

    places, names = cut(values)
    groups = count_groups(places, names, positive, mine)
    large = [place for place, one in enumerate(groups) if not one.small]
    small = [f"{one.name!r} ({one.small})" for one in groups if one.small]
    if small:
        yield Answer(None, f"groups of {column} too small to judge: {', '.join(small[:5])}")
    if len(large) < _SIDES:
        yield Answer(None, f"fairness over {column}: fewer than two groups are large enough to judge")
        return
    impact = disparate_impact(groups)
    if impact is None:
        yield Answer(None, f"fairness over {column}: nobody is selected")
    else:
        below = impact.ratio < rules.min_ratio
        state = False if impact.high < rules.min_ratio else None if below else True
        word = f", below {rules.min_ratio:g}" if below else ""
        unsure = "; the interval leaves it open" if state is None else ""
        yield Answer(state, f"fairness over {column}: {impact}{word}{unsure}")
    kept = np.where(np.isin(places, large), places, -1)
    gap = compare_odds(kept, len(names), positive, mine, mine if theirs is None else theirs)
    if theirs is None:
        yield Answer(None, f"fairness over {column}: equalised-odds difference {gap.mine:.3f}")
        return
    worse = gap.low > rules.max_odds_gap
    word = f"worse than the holder by more than {rules.max_odds_gap:g}" if worse else "not worse than the holder"
    yield Answer(not worse, f"fairness over {column}: {gap}: {word}")


def _slices(
    frame: pd.DataFrame,
    columns: tuple[str, ...],
    mine: np.ndarray,
    theirs: np.ndarray | None,
    positive: np.ndarray | None,
    allowed: float,
) -> Iterator[Answer]:
    """Ask whether any slice is worse than with the holder by more than *allowed*, Holm over slices."""
    from nbops.measures.count_groups import too_small

    if theirs is None:
        return
    tested: list[tuple[str, float, float]] = []
    for column in dict.fromkeys(columns):
        places, names = cut(frame[column])
        for place, name in enumerate(names):
            inside = places == place
            if too_small(int(inside.sum()), None if positive is None else int(positive[inside].sum())):
                continue
            gap = mine[inside] - theirs[inside]
            error = math.sqrt(gap.var(ddof=1) / len(gap))
            far = float(gap.mean()) - allowed
            p = chance(-far / error) if error else float(far <= 0)
            tested.append((f"{column} = {name}", float(gap.mean()), p))
    if not tested:
        return
    adjusted = holm([p for *_, p in tested])
    worse = [(name, gap) for (name, gap, _), p in zip(tested, adjusted, strict=True) if p < _LEVEL]
    for name, gap in sorted(worse, key=lambda one: -one[1]):
        yield Answer(
            open=False, sentence=f"where {name}, the error is {gap:+.3g} above the holder's, beyond {allowed:.3g}"
        )
    if not worse:
        name, gap, _ = max(tested, key=lambda one: one[1])
        told = f"none of {len(tested)} slices is worse than with the holder beyond {allowed:.3g}"
        yield Answer(open=True, sentence=f"{told} (farthest: {name}, {gap:+.3g})")


def _told(column: str, group: Group) -> str:
    values = ", ".join(f"{one.name} {one.value:.4g}" for one in group.measures if one.value is not None)
    return f"{column} = {group.name}: {values} (n = {group.n:,})"
