"""The gate of importances: what a model leans on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.measures.permute import agreement, shares
from nbops.registry.gates import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbops.registry.policy import Importances

TOP = 5


def ask_importances(
    mine: Mapping[str, float],
    theirs: Mapping[str, float] | None,
    rules: Importances,
    sensitive: Sequence[str] = (),
) -> tuple[Answer, ...]:
    """Hold permutation importances against *rules*.

    Args:
        mine: Candidate's, feature → loss when it is shuffled.
        theirs: Those of the holder of the alias; None without one.
        rules: How a model may lean on its features.
        sensitive: Columns that should not be among the five most important.
    """
    part = shares(mine)
    if not part:
        return (Answer(None, "no feature is of any importance on these rows"),)
    first, share = max(part.items(), key=lambda item: item[1])
    leak = len(part) > 1 and share > rules.max_share
    word = f"more than {rules.max_share:.0%}: is it known before the label?" if leak else "the most"
    answers = [Answer(not leak, f"{first} has {share:.0%} of all importance, {word}")]
    top = sorted(part, key=part.__getitem__, reverse=True)[:TOP]
    leant_on = [one for one in top if one in sensitive and part[one] > 0]
    answers += [
        Answer(None, f"the sensitive column {one} is among the {TOP} most important features") for one in leant_on
    ]
    alike = None if theirs is None else agreement(mine, theirs)
    if alike is not None:
        low = alike < rules.min_correlation
        told = f"importances agree with the holder's at {alike:.2f} (rank correlation)"
        answers.append(Answer(None if low else True, f"{told}, below {rules.min_correlation:g}" if low else told))
    return tuple(answers)
