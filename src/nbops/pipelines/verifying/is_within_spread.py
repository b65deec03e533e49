"""Whether a result lies between two runs of everything that was executed."""

from __future__ import annotations

from nbops.pipelines.verifying.compare import TOLERANCE
from nbops.recording.run import Run


def is_within_spread(captured: Run, one: Run, two: Run) -> bool:
    """Say whether each captured metric lies within the spread of two runs of everything that was executed."""
    for name, value in captured.metrics.items():
        if name not in one.metrics or name not in two.metrics:
            return False
        low, high = sorted((one.metrics[name], two.metrics[name]))
        slack = abs(value) * TOLERANCE
        if not low - slack <= value <= high + slack:
            return False
    return bool(captured.metrics) and any(one.metrics[name] != two.metrics[name] for name in captured.metrics)
