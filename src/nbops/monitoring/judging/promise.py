"""What is promised about false alarms, in words that stand in every report."""

from __future__ import annotations


def promise(alpha: float, *, provisional: bool, windows: int, given: bool = False) -> str:
    """Say which share of healthy data reaches `warn` and `alert`, and on what condition.

    Args:
        alpha: Share that may reach `warn`.
        provisional: Rows were taken for independent.
        windows: Current windows judged.
        given: Some limits are the user's own, for which nothing can be promised.
    """
    many = "datasets, and of their single windows," if windows > 1 else "windows"
    condition = "if rows are independent draws, which days seldom are" if provisional else (
        "if its windows are exchangeable with the reference's, averaged over references"
    )  # fmt: skip
    what = "datasets" if provisional else many
    least = "fewer than 1 %" if alpha > 0.01 else f"fewer than {100 * alpha:g} %"  # noqa: PLR2004 # as the ladder says
    told = f"of healthy {what} at most {100 * alpha:g} % reach warn and {least} alert, for all columns together, "
    return told + condition + ("; limits of your own are not part of it" if given else "")
