"""The data of the last judged window, where a pipeline can read them."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import SourceError
from nbops.monitoring.retraining.retrain_book import folder
from nbops.monitoring.retraining.retrain_plan import ALL
from nbops.monitoring.watching.source import SNAPSHOT, find_files, is_pattern, read_frame
from nbops.monitoring.watching.sql import asks_since, is_database, read_rows

if TYPE_CHECKING:
    import pandas as pd

    from nbops.monitoring.watching.plan import Plan
    from nbops.monitoring.watching.seen import Seen
    from nbops.workspace import Workspace

_FOREIGN = re.compile(r"[^\w.-]+")


def fingerprint(seen: Seen) -> str:
    """Return what tells the data of the last judged window from all others."""
    parts = {name: seen.parts[name][-1] for name in seen.fresh if name in seen.parts}
    told = json.dumps([parts, seen.since, seen.until], sort_keys=True)
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def window_data(plan: Plan, seen: Seen, rows: str, time: str | None, label: str, workspace: Workspace) -> Path:
    """Return a file with the rows of the last judged window, or (*rows* is `all`) of everything up to its end.

    A single file that is the window is returned as it is; anything else becomes a Parquet file in the workspace.

    Args:
        plan: Where the data come from.
        seen: What was judged last.
        rows: `new` or `all`.
        time: Column that says when a row happened, where there is one.
        label: Of the report.
        workspace: Where.

    Raises:
        SourceError: The data are not there any more, or cannot be read.
    """
    since = None if rows == ALL else seen.since
    found = _found(plan, seen, rows, since, workspace)
    if isinstance(found, list):
        if len(found) == 1 and (seen.until is None or time is None):
            (path,) = found
            return Path(path)
        import pandas as pd

        found = pd.concat([read_frame(path) for path in found], ignore_index=True)
    if seen.until is not None and time is not None and time in found.columns:
        found = _between(found, time, since, seen.until)
    if not len(found):
        raise SourceError(f"the data of {label} are not in {plan.source} any more")
    path = folder(workspace) / "data" / f"{_FOREIGN.sub('_', plan.name)}-{_FOREIGN.sub('_', label)}-{rows}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    found.to_parquet(path, index=False)
    return path


def _found(plan: Plan, seen: Seen, rows: str, since: float | None, workspace: Workspace) -> Any:
    if is_database(plan.source):
        query = workspace.project / Path(plan.query).expanduser()
        return read_rows(plan.source, query, since if asks_since(query) else None)
    if plan.source.startswith(SNAPSHOT):
        from nbops.snapshots.load import load

        return load(plan.source.removeprefix(SNAPSHOT), workspace=workspace)
    if rows == ALL or not is_pattern(plan.source, workspace):
        return find_files(plan.source, workspace)
    paths = [workspace.project / name for name in seen.fresh]
    if not paths or any(not path.is_file() for path in paths):
        gone = ", ".join(name for name in seen.fresh if not (workspace.project / name).is_file())
        raise SourceError(f"the files of the last report are not there: {gone or 'none is known'}")
    return paths


def _between(frame: pd.DataFrame, column: str, since: float | None, until: float) -> pd.DataFrame:
    """Return the rows in the half-open span, in the data's own clock, as `fresh_rows` cuts it."""
    import numpy as np
    import pandas as pd

    times = pd.to_datetime(frame[column], format="mixed", errors="coerce")
    plain = times.dt.tz_localize(None) if times.dt.tz is not None else times
    seconds = plain.to_numpy(dtype="datetime64[s]").astype(np.int64)
    there = ~times.isna().to_numpy(dtype=bool) & (seconds < until)
    return frame[there if since is None else there & (seconds >= since)]
