"""scikit-learn's adapter: can a classifier tell current rows from reference rows (Lopez-Paz & Oquab 2017)?

What moves only jointly, each column staying as it is, no column's own statistic can see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.profiles.column import ID, OPAQUE, TEXT
from nbops.profiles.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    import numpy as np
    import pandas as pd

MOST_ROWS, FEWEST_ROWS = 3_000, 100
_NULLS, _FOLDS, _SMALLEST = 19, 3, 0.55
_NAMED, _MATTERS = 5, 0.01


@dataclass(frozen=True, slots=True)
class Separation:
    """How well a classifier tells the two sides apart.

    Attributes:
        auc: Cross-validated area under the curve; 0.5 is not at all.
        usual: Mean of the same for sides dealt at random.
        chance: How often healthy data give at least this (t distribution over the dealt ones).
        level: Chance at or under which they count as separated, if the area is at least 0.55.
        dealt: What was dealt: `windows` or `rows`.
        rows: Of each side, at most 3,000.
        columns: Columns that it needs most, with the area that is lost without them.
    """

    auc: float
    usual: float
    chance: float
    level: float
    dealt: str
    rows: tuple[int, int]
    columns: tuple[tuple[str, float], ...] = ()

    @property
    def separated(self) -> bool:
        """Whether the sides differ jointly."""
        return self.chance <= self.level and self.auc >= _SMALLEST

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "auc": round(self.auc, 4), "usual": round(self.usual, 4), "chance": round(self.chance, 6),
            "level": self.level, "separated": self.separated, "dealt": self.dealt, "rows": list(self.rows),
            "columns": {name: round(lost, 4) for name, lost in self.columns},
        }  # fmt: skip

    def __str__(self) -> str:
        verdict = "tells the two sides apart" if self.separated else "cannot tell the two sides apart"
        needs = f", by {', '.join(name for name, _ in self.columns)}" if self.separated and self.columns else ""
        return f"a classifier {verdict}{needs} [AUC {self.auc:.3f}, {self.usual:.3f} for {self.dealt} dealt at random]"


def separate(
    current: pd.DataFrame, reference: pd.DataFrame, like: Profile, names: Sequence[str], level: float
) -> Separation | None:
    """Train gradient boosting to tell *current* from *reference*, and the same for sides dealt at random.

    Where the reference has 20 or more windows, stretches of windows are dealt, so that ordinary differences between
    days count as none; otherwise rows. Returns None where a side has fewer than 100 rows or no column is left.

    Args:
        current: Rows.
        reference: Rows.
        like: Profile of *reference*, which says kinds, time and window.
        names: Columns to tell by.
        level: Chance at or under which they count as separated.
    """
    import numpy as np
    import pandas as pd

    names = [name for name in names if like.columns[name].kind not in {ID, OPAQUE}]
    if min(len(current), len(reference)) < FEWEST_ROWS or not names:
        return None
    both = pd.concat([_first(reference), _first(current)], ignore_index=True)
    truth = np.arange(len(both)) >= len(reference)
    with _one_thread():
        return _compare(both, truth, like, names, level)


def _one_thread() -> AbstractContextManager[object]:
    """Keep the many small fits to one thread: with others at work on the machine more of them wait for each other."""
    from threadpoolctl import threadpool_limits

    limited: AbstractContextManager[object] = threadpool_limits(1)
    return limited


def _compare(both: pd.DataFrame, truth: np.ndarray, like: Profile, names: list[str], level: float) -> Separation:
    import numpy as np

    random = np.random.default_rng(0)
    blocks = _windows(both, truth, like)
    deal = _deal_rows if blocks is None else _deal_windows(blocks, truth)
    rows = _sample(truth, random)
    table = _encode(both.iloc[rows], names, like)
    auc = _area(table, truth[rows])
    nulls = []
    for _ in range(_NULLS):
        if blocks is None:
            nulls.append(_area(table, deal(truth[rows], random)))
            continue
        sides = deal(truth, random)
        some = _sample(sides, random)
        nulls.append(_area(_encode(both.iloc[some], names, like), sides[some]))
    usual, chance = _unlikely(auc, nulls)
    counts = int((~truth[rows]).sum()), int(truth[rows].sum())
    found = Separation(auc, usual, chance, level, "rows" if blocks is None else "windows", counts)
    if not found.separated:
        return found
    return Separation(auc, usual, chance, level, found.dealt, counts, _needed(table, truth[rows], names))


def rows_of(side: Any, workspace: Any) -> pd.DataFrame:
    """Return *side* as rows.

    Raises:
        ProfileError: It is a profile, which keeps none.
    """
    from nbops.profiles.frames import open_table

    if isinstance(side, Profile):
        raise ProfileError(
            "a classifier needs rows on both sides, and a profile keeps none",
            hint="drift(current_df, reference_df, multivariate=True)",
        )
    return open_table(side, workspace=workspace).frame


def _first(frame: pd.DataFrame) -> pd.DataFrame:
    """Return *frame* with text labels, each once."""
    named = frame.loc[:, ~frame.columns.astype(str).duplicated()]
    return named.set_axis(named.columns.astype(str), axis=1)


def _windows(both: pd.DataFrame, truth: np.ndarray, like: Profile) -> np.ndarray | None:
    """Number the window of each row, the reference's first; None where there are too few to deal."""
    import numpy as np

    from nbops.monitoring.judging.calibrate import FEWEST_WINDOWS
    from nbops.profiles.frames import open_table
    from nbops.profiles.windows import counts_rows, number_rows, number_windows

    if like.window is None or len(like.starts) < FEWEST_WINDOWS:
        return None
    index = np.empty(len(truth), dtype=np.int64)
    count = 0
    for side in (False, True):
        part = both[truth == side]
        if counts_rows(like.window):
            found, starts = number_rows(len(part), like.window)
        elif like.time in both.columns:
            found, starts = number_windows(*open_table(part).times(str(like.time)), like.window)
        else:
            return None
        index[truth == side] = np.where(found < 0, -1, found + count)
        count += len(starts)
    return index


def _deal_rows(truth: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return random.permutation(truth)


def _deal_windows(blocks: np.ndarray, truth: np.ndarray) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """Return how a stretch as long as the current one is placed anew among all windows, laid in a ring."""
    import numpy as np

    windows = int(blocks.max()) + 1
    length = len(np.unique(blocks[truth & (blocks >= 0)])) or 1

    def deal(_: np.ndarray, random: np.random.Generator) -> np.ndarray:
        start = int(random.integers(0, windows - length))
        return np.asarray((blocks - start) % windows < length) & (blocks >= 0)

    return deal


def _sample(truth: np.ndarray, random: np.random.Generator) -> np.ndarray:
    import numpy as np

    parts = []
    for side in (False, True):
        rows = np.flatnonzero(truth == side)
        parts.append(random.choice(rows, min(MOST_ROWS, len(rows)), replace=False))
    return np.concatenate(parts)


def _encode(frame: pd.DataFrame, names: Sequence[str], like: Profile) -> np.ndarray:
    import numpy as np
    import pandas as pd

    table = np.full((len(frame), len(names)), np.nan)
    for at, name in enumerate(names):
        column = frame[name]
        if like.columns[name].kind == TEXT:
            table[:, at] = column.astype("string").str.len().to_numpy(dtype=float, na_value=np.nan)
        elif like.columns[name].edges and getattr(column.dtype, "kind", "O") in "iufb":
            values = column.to_numpy(dtype=float, na_value=np.nan)
            table[:, at] = np.where(np.isinf(values), np.nan, values)
        else:
            codes, _ = pd.factorize(column.astype("string"), sort=True)
            table[:, at] = np.where(codes < 0, np.nan, codes)
    return table


def _model() -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=15, early_stopping=False, random_state=0)


def _area(table: np.ndarray, sides: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    if min(sides.sum(), (~sides).sum()) < _FOLDS:
        return 0.5
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    scores = cross_val_predict(_model(), table, sides, cv=folds, method="predict_proba")[:, 1]
    return float(roc_auc_score(sides, scores))


def _unlikely(auc: float, nulls: Sequence[float]) -> tuple[float, float]:
    import numpy as np
    from scipy.stats import t

    mean, spread = float(np.mean(nulls)), max(float(np.std(nulls, ddof=1)), 1e-4)
    return mean, float(t.sf((auc - mean) / (spread * (1 + 1 / len(nulls)) ** 0.5), len(nulls) - 1))


def _needed(table: np.ndarray, sides: np.ndarray, names: Sequence[str]) -> tuple[tuple[str, float], ...]:
    from sklearn.inspection import permutation_importance
    from sklearn.model_selection import train_test_split

    learn, test, known, asked = train_test_split(table, sides, stratify=sides, random_state=0)
    model = _model().fit(learn, known)
    lost = permutation_importance(model, test, asked, scoring="roc_auc", n_repeats=3, random_state=0).importances_mean
    found = sorted(((name, float(one)) for name, one in zip(names, lost, strict=True)), key=lambda item: -item[1])
    return tuple((name, one) for name, one in found[:_NAMED] if one >= _MATTERS)
