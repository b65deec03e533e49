"""Data → what to expect of data like them."""

from __future__ import annotations

import difflib
import time as clock
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.capture.secrets.private_columns import is_private_column
from nbops.contracts.check_rows import windows_of
from nbops.contracts.contract import Contract
from nbops.contracts.contract_name import contract_name
from nbops.contracts.infer_relations import infer_relations
from nbops.contracts.infer_terms import infer_terms
from nbops.contracts.limits import readable_count, readable_range, readable_span
from nbops.contracts.rows import open_rows
from nbops.contracts.seen_as import seen_as
from nbops.contracts.terms import TIME, RowTerms, Terms
from nbops.errors import ContractError

if TYPE_CHECKING:
    import pandas as pd

    from nbops.profiles.profile import Profile

_FEWEST_WINDOWS, _TIMES, _RECENT = 5, 10, 14 * 86400.0


def infer(
    data: Any,
    name: str | None,
    *,
    time: str | None = None,
    window: str | None = None,
    sensitive: tuple[str, ...] = (),
    workspace: Any = None,
    now: float | None = None,
) -> Contract:
    """Infer a contract from *data*; see `nbops.contract`."""
    rows = open_rows(data, workspace=workspace)
    if not rows.readable:
        raise ContractError("a contract is inferred from rows, not from a profile", hint="nbops.contract(df)")
    profile = rows.profile(time, window)
    if not profile.columns:
        raise ContractError("there are no columns to infer a contract from")
    if not profile.rows:
        raise ContractError("there is not a single row to infer a contract from")
    frame = rows.read(profile.columns)
    hidden = {column for column in profile.columns if is_private_column(column)} | set(sensitive)
    _refuse_absent(hidden, profile)
    columns = {
        label: infer_terms(column, frame[label], sensitive=label in hidden, moments=profile)
        for label, column in profile.columns.items()
    }
    columns = _fresh(columns, frame, profile, clock.time() if now is None else now)
    return Contract(
        contract_name(name or profile.name or "dataset"),
        columns=columns,
        rows=_rows(profile),
        relations=infer_relations(columns, frame),
        location=_location(data, workspace),
    )


def _refuse_absent(names: set[str], profile: Profile) -> None:
    for name in sorted(names):
        if name not in profile.columns:
            near = difflib.get_close_matches(name, profile.columns, 1)
            raise ContractError(
                f"there is no column {name!r}",
                hint=f"is it {near[0]!r}?" if near else ", ".join([*profile.columns][:20]),
            )


def _rows(profile: Profile) -> RowTerms:
    """Expect as many rows in a window as there were, widened as numbers are; in all, a tenth to ten times as many."""
    inner = sorted(count for _, count in windows_of(profile)[1:-1]) if profile.window else []
    if len(inner) < _FEWEST_WINDOWS:
        few, many = profile.rows / _TIMES, profile.rows * _TIMES
        return RowTerms(range=(readable_count(few, up=False), readable_count(many, up=True)))
    quarter = len(inner) // 4
    spread = inner[-1 - quarter] - inner[quarter]
    low, high = readable_range(max(0, inner[0] - spread), inner[-1] + spread, whole=True)
    return RowTerms(per_window=(max(0, int(low)), int(high)), window=profile.window, time=profile.time)


def _fresh(columns: dict[str, Terms], frame: pd.DataFrame, profile: Profile, now: float) -> dict[str, Terms]:
    """Expect data that are recent to stay so, in the one column that says when a row happened."""
    times = [name for name, terms in columns.items() if terms.type == TIME]
    chosen = profile.time or (times[0] if len(times) == 1 else None)
    if chosen not in columns:
        return columns
    import numpy as np

    seconds = seen_as(frame[chosen], TIME).numbers
    if seconds is None or np.isnan(seconds).all():
        return columns
    age = now - float(np.nanmax(seconds))
    if not 0 <= age <= _RECENT:
        return columns
    limit = readable_span(max(2 * age, 3600.0))
    return columns | {chosen: replace(columns[chosen], fresh=limit)} if limit else columns


def _location(data: Any, workspace: Any) -> str:
    """Return where *data* lie, as seen from the project, where that can be said."""
    if not isinstance(data, str | Path):
        return ""
    if "://" in str(data) or not Path(data).exists():
        return str(data).partition("?")[0]
    from nbops.workspace import Workspace, find_workspace

    place = workspace if isinstance(workspace, Workspace) else find_workspace()
    told = place.relative(data)
    return "" if Path(told).is_absolute() else told
