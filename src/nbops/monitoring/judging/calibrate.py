"""Limits from the reference's own windows.

A score says how many spreads of healthy windows a window lies from the rest of the reference; the spread and centre
that it is held against never include the window itself (jackknife). The largest score over all columns and measures
is one number a window, so a limit on it covers every column at once, correlated or not (max-T, Westfall & Young 1993),
and its rank among the reference's own scores is a conformal p-value (Vovk et al. 2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, comb
from typing import TYPE_CHECKING

from nbops.monitoring.judging.measures import measure, measures_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from nbops.profiles.column import Column

FEWEST_WINDOWS = 20
FEATURES, OUTCOMES = "features", "outcomes"
_DRAWS, _ENUMERATED, _ENOUGH = 999, 2_000, 480
_POSITIONS, _APART = 500, 15


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Counts of one column per window on both sides.

    Attributes:
        column: The reference's, which says what the cells are.
        reference: Shape (reference windows, cells), with what follows them of vectors and texts, see `extras`.
        current: Shape (current windows, cells), with the same.
    """

    column: Column
    reference: np.ndarray
    current: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of all windows for one column.

    Attributes:
        reference: Each reference window against the others, shape (reference windows, measures).
        current: Each current window against the whole reference, shape (current windows, measures).
        raw: The measures of the current windows themselves, same shape.
        centre, spread: Of the measures over healthy windows, the spread over the measure's weight, shape (measures,).
    """

    reference: np.ndarray
    current: np.ndarray
    raw: np.ndarray
    centre: np.ndarray
    spread: np.ndarray


def family_of(role: str) -> str:
    """Features are judged apart from outcomes (predictions, labels, performance), which would drown among them."""
    return FEATURES if role == "feature" else OUTCOMES


def score_windows(counts: Counts) -> Scores:
    """Score every window of one column."""
    import numpy as np

    whole = counts.reference.sum(axis=0)
    own = measure(counts.column, counts.reference, whole - counts.reference)
    floor, weight = (np.array([getattr(one, of) for one in measures_of(counts.column)]) for of in ("floor", "weight"))
    windows = len(own)
    centres = (own.sum(axis=0) - own) / (windows - 1)
    squares = np.square(own)
    variances = ((squares.sum(axis=0) - squares) / (windows - 1) - np.square(centres)) * (windows - 1) / (windows - 2)
    spreads = np.maximum(np.sqrt(np.maximum(variances, 0)), floor) / weight
    raw = measure(counts.column, counts.current, whole)
    centre, spread = own.mean(axis=0), np.maximum(own.std(axis=0, ddof=1), floor) / weight
    return Scores((own - centres) / spreads, (raw - centre) / spread, raw, centre, spread)


def conformal_limit(scores: np.ndarray, alpha: float) -> float:
    """Return the ⌈(1 - alpha)(W + 1)⌉-th of W scores, which *alpha* of healthy windows exceed; inf if W is small."""
    import numpy as np

    rank = ceil((1 - alpha) * (len(scores) + 1))
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else float("inf")


def limit_between(scores: np.ndarray, alpha: float) -> float:
    """Return a limit between two ranks, where the share *alpha* of W + 1 scores is no whole number; inf if W is small.

    Interpolating linearly in a tail that thins out stays on the safe side.
    """
    import numpy as np

    beyond = alpha * (len(scores) + 1)
    whole = int(beyond + 1e-9)
    if not whole:
        return float("inf")
    ordered = np.sort(scores)
    upper, lower = ordered[len(scores) - whole], ordered[max(len(scores) - whole - 1, 0)]
    return float(upper - (beyond - whole) * (upper - lower))


def largest(scores: Sequence[np.ndarray]) -> np.ndarray:
    """Return the largest score of every window over all columns and measures; scores of shape (windows, measures)."""
    import numpy as np

    return np.asarray(np.concatenate(scores, axis=1).max(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Shuffles:
    """Ways to say which stretches of the pooled windows are the current ones; the first is the truth.

    Attributes:
        reference: Block of every reference window, -1 for the oldest ones that fill none.
        current: Block of every current window, counted on from the reference's; the same.
        chosen: Whether a block is current, shape (shuffles, blocks).
        length: Windows per block.
        rotated: The current stretch is moved through the whole as it is, instead of blocks being dealt.
    """

    reference: np.ndarray
    current: np.ndarray
    chosen: np.ndarray
    length: int
    rotated: bool = False


def shuffle(reference: int, current: int, longest: int, level: float = 0.05) -> Shuffles:
    """Deal blocks of consecutive windows anew to the two sides.

    Blocks keep neighbouring windows together, so that weekly cycles and stretches of bad weather, which make
    neighbours alike, do not make a healthy dataset look unusual. They are as long as *longest*. Where there would be
    too few ways to deal them, the current stretch is moved as one through the whole (`rotate`); where even that has too
    few places for a chance of *level*, shorter blocks are dealt.

    Args:
        reference: Number of reference windows.
        current: Number of current windows.
        longest: Length of a block wanted, in windows.
        level: Chance that has to be told.
    """
    import numpy as np

    length = longest
    few = comb(reference // length + current // length, current // length) < _ENOUGH
    if few and (reference + current) * level >= 1 and reference - current + 1 >= _APART:
        return rotate(reference, current, longest)
    while length > 1 and comb(reference // length + current // length, max(current // length, 0)) < _ENOUGH:
        length //= 2
    ours, theirs = _blocks(reference, length), _blocks(current, length)
    taken = int(theirs[-1]) + 1
    blocks = int(ours[-1]) + 1 + taken
    truth = np.zeros((1, blocks), dtype=bool)
    truth[0, blocks - taken :] = True
    return Shuffles(
        ours, np.where(theirs < 0, -1, theirs + ours[-1] + 1), np.vstack([truth, _deals(blocks, taken)]), length
    )


def rotate(reference: int, current: int, cycle: int = 1) -> Shuffles:
    """Move a stretch as long as the current one through all places of the windows of both sides, laid in a ring.

    Where windows are exchangeable, or only alike at any time (stationary), every place is as likely to look unusual.
    Neighbours stay neighbours, which dealing single windows would not keep: it called most healthy weeks unusual. More
    than 500 places are thinned out evenly. So many of the oldest windows stay out that the ring is whole cycles: across
    its seam a week would have two Sundays or none.
    """
    import numpy as np

    rest = (reference + current) % cycle
    reference -= rest
    windows = reference + current
    places = np.unique(np.linspace(0, windows - 1, min(windows, _POSITIONS)).round().astype(int))
    starts = (reference + places) % windows
    run = (starts[:, None] + np.arange(current)) % windows
    chosen = np.zeros((len(starts), windows), dtype=bool)
    np.put_along_axis(chosen, run, values=True, axis=1)
    return Shuffles(
        np.concatenate([np.full(rest, -1), np.arange(reference)]),
        reference + np.arange(current),
        chosen,
        1,
        rotated=True,
    )


def _blocks(windows: int, length: int) -> np.ndarray:
    """Number the block of each window, all of one length, as only equals may be dealt; the oldest rest is in none."""
    import numpy as np

    rest = windows % length
    return np.concatenate([np.full(rest, -1), np.arange(windows - rest) // length])


def _deals(blocks: int, taken: int) -> np.ndarray:
    from itertools import combinations

    import numpy as np

    if comb(blocks, taken) <= _ENUMERATED:
        ways = np.array(list(combinations(range(blocks), taken))[:-1], dtype=np.int64).reshape(-1, taken)
    else:
        ways = np.argsort(np.random.default_rng(0).random((_DRAWS, blocks)), axis=1)[:, :taken]
    chosen = np.zeros((len(ways), blocks), dtype=bool)
    np.put_along_axis(chosen, ways, values=True, axis=1)
    return chosen


def score_shuffles(counts: Counts, shuffles: Shuffles) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Hold the sum of the chosen blocks against the sum of the others, for every shuffle.

    Each shuffle is treated as the truth is, which keeps the chances exact: centre and spread are those of all shuffles,
    or, where a stretch is moved, those of all places that it does not touch, lest a few moved windows hide themselves.

    Returns:
        Scores and the measures themselves, shape (shuffles, measures); centre and spread of the truth, shape
        (measures,).
    """
    import numpy as np

    blocks = shuffles.chosen.shape[1]
    table = np.zeros((blocks, counts.reference.shape[1]))
    for block, windows in ((shuffles.reference, counts.reference), (shuffles.current, counts.current)):
        np.add.at(table, block[block >= 0], windows[block >= 0])
    whole = table.sum(axis=0)
    sums = shuffles.chosen @ table
    raw = measure(counts.column, sums, whole - sums)
    floor, weight = (np.array([getattr(one, of) for one in measures_of(counts.column)]) for of in ("floor", "weight"))
    floor = floor / 2
    if shuffles.rotated:
        apart = (shuffles.chosen.astype(np.float32) @ shuffles.chosen.T.astype(np.float32)) == 0
        others = np.maximum(apart.sum(axis=1, keepdims=True), 1)
        centres = apart @ raw / others
        spreads = (
            np.maximum(np.sqrt(np.maximum(apart @ np.square(raw) / others - np.square(centres), 0)), floor) / weight
        )
        return (raw - centres) / spreads, raw, centres[0], spreads[0]
    centre, spread = raw.mean(axis=0), np.maximum(raw.std(axis=0), floor) / weight
    return (raw - centre) / spread, raw, centre, spread


def count_beyond(reference: np.ndarray, current: np.ndarray, shuffles: Shuffles, alpha: float) -> np.ndarray:
    """Count the current windows beyond the limit that the reference windows set, for each shuffle."""
    import numpy as np

    scores = np.concatenate([reference, current])
    block = np.concatenate([shuffles.reference, shuffles.current])
    scores, block = scores[block >= 0], block[block >= 0]
    taken = shuffles.chosen[:, block]
    windows = (~taken).sum(axis=1)
    rank = np.minimum(np.ceil((1 - alpha) * (windows + 1)).astype(int), windows)
    ordered = np.sort(np.where(taken, np.inf, scores), axis=1)
    limit = np.take_along_axis(ordered, rank[:, None] - 1, axis=1)
    return np.asarray(((scores > limit) & taken).sum(axis=1))


def chance(values: np.ndarray) -> float:
    """Return how often shuffles give at least the first value, which is the truth's."""
    return float((values >= values[0] - 1e-12).mean())


def step_down(scores: Mapping[str, np.ndarray], alpha: float) -> tuple[dict[str, float], dict[str, float]]:
    """Find which columns lie beyond what shuffles do, farthest first, each against those not yet found.

    Args:
        scores: Column → largest score over its measures for every shuffle, shape (shuffles,), the truth first.
        alpha: Chance that any healthy column is found.

    Returns:
        Adjusted chance of each column, and the score that it would have to exceed (Westfall & Young's step-down max-T).
    """
    import numpy as np

    order = sorted(scores, key=lambda name: -scores[name][0])
    chances: dict[str, float] = {}
    limits: dict[str, float] = {}
    reached, limit = 0.0, float("inf")
    for name, rest in zip(order, _running_largest([scores[name] for name in order]), strict=True):
        if reached <= alpha:
            limit = float(np.sort(rest)[::-1][int(alpha * len(rest))])
        reached = max(reached, chance(np.append(scores[name][:1], rest[1:])))
        chances[name], limits[name] = reached, limit
    return chances, limits


def _running_largest(values: Sequence[np.ndarray]) -> list[np.ndarray]:
    import numpy as np

    return list(np.maximum.accumulate(np.array(values)[::-1], axis=0)[::-1])
