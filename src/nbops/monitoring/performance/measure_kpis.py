"""What the business counts, and how the service did."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.measures.intervals import MEAN, ORDER, WILSON, of_mean, of_quantile, wilson
from nbops.measures.measured import LOWER, Measured, measured, undefined
from nbops.monitoring.performance.meaning import as_numbers, need

if TYPE_CHECKING:
    import pandas as pd

KPI = str | Callable[[Any], float]
_RESAMPLES, _MOST_ROWS = 100, 50_000
_BOOTSTRAP = f"bootstrap, {_RESAMPLES} draws of rows"
_SERVER_ERROR = 500
_QUANTILES = (0.5, 0.95, 0.99)


def measure_kpis(frame: pd.DataFrame, kpis: Mapping[str, KPI]) -> tuple[Measured, ...]:
    """Measure what the user asked for: the mean of a column, or what a function of the frame returns.

    Args:
        frame: All rows, with or without labels.
        kpis: Name → column of numbers, or function from a DataFrame to a number (up to 50,000 rows it is called 100
            times more, on rows drawn anew, for an interval).

    Raises:
        ProfileError: A column is not there or holds no numbers, or a function fails.
    """
    return tuple(
        _column(frame, name, kpi) if isinstance(kpi, str) else _called(frame, name, kpi) for name, kpi in kpis.items()
    )


def measure_service(frame: pd.DataFrame) -> tuple[Measured, ...]:
    """Measure latency and failures where the log has the columns `latency_ms` and `status_code`."""
    import numpy as np

    found: list[Measured] = []
    if "latency_ms" in frame.columns:
        values = as_numbers(frame["latency_ms"]).to_numpy()
        values = np.sort(values[np.isfinite(values)])
        for share in _QUANTILES if len(values) else ():
            limits = of_quantile(values, share)
            value = float(np.quantile(values, share))
            found.append(measured(f"latency_ms {share:.0%}", value, limits, len(values), LOWER, ORDER))
    if "status_code" in frame.columns:
        codes = as_numbers(frame["status_code"]).to_numpy()
        codes = codes[np.isfinite(codes)]
        if n := len(codes):
            failed = int((codes >= _SERVER_ERROR).sum())
            found.append(measured("failed requests", failed / n, wilson(failed, n), n, LOWER, WILSON))
    return tuple(found)


def _column(frame: pd.DataFrame, name: str, column: str) -> Measured:
    import numpy as np

    need(frame, column)
    values = as_numbers(frame[column]).to_numpy()
    values = values[np.isfinite(values)]
    if len(frame) and not len(values):
        raise ProfileError(f"the KPI {name!r} needs numbers, but {column!r} holds none")
    return (
        measured(name, float(values.mean()), of_mean(values), len(values), "", MEAN)
        if len(values)
        else undefined(name, "no rows")
    )


def _called(frame: pd.DataFrame, name: str, kpi: Callable[[Any], float]) -> Measured:
    import numpy as np

    rows = len(frame)
    if not rows:
        return undefined(name, "no rows")
    value = _number(name, kpi, frame)
    if rows > _MOST_ROWS:
        return measured(name, value, None, rows)
    random = np.random.default_rng(0)
    draws = [_number(name, kpi, frame.iloc[random.integers(0, rows, rows)]) for _ in range(_RESAMPLES)]
    finite = [one for one in draws if math.isfinite(one)]
    limits = np.quantile(finite, [0.025, 0.975]) if finite else (math.nan, math.nan)
    return measured(name, value, (float(limits[0]), float(limits[1])), rows, "", _BOOTSTRAP)


def _number(name: str, kpi: Callable[[Any], float], frame: pd.DataFrame) -> float:
    try:
        return float(kpi(frame))
    except Exception as error:  # the user's function may do anything
        raise ProfileError(f"the KPI {name!r} cannot be computed: {type(error).__name__}: {error}") from error
