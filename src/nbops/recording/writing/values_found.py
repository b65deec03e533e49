"""What the user's own code logged to MLflow in a tracked cell."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbops.capture.secrets.redaction import redact
from nbops.recording.writing.contents import SYSTEM
from nbops.recording.writing.describe import parameters_of

if TYPE_CHECKING:
    from nbops.recording.run import Run
    from nbops.recording.writing.mlflow_store import StoredRun


def values_found(
    stored: StoredRun, run: Run, *, inside: bool, earlier: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, float]]:
    """Return the parameters and metrics of MLflow's run that the execution logged and nbops did not see itself.

    Args:
        stored: MLflow's run.
        run: The execution.
        inside: MLflow's run is older than the execution, and holds what came before it.
        earlier: Parameters of other executions in the same run of MLflow's.
    """
    ours, theirs = parameters_of(run.parameters)[0], parameters_of(dict(earlier))[0]
    parameters = {
        name: _typed(text)
        for name, text in stored.parameters.items()
        # Nothing tells when a parameter was logged; the code of the cell may speak of it.
        if ours.get(name) != text and not (inside and theirs.get(name) == text and name not in run.source)
    }
    first = math.floor(run.started * 1000) / 1000 if inside else -math.inf
    later = run.ended is not None and (inside or stored.ended is None or stored.ended > run.ended)
    last = run.ended if run.ended is not None and later else math.inf
    metrics = {
        name: value
        for name, value in stored.metrics.items()
        if not name.startswith(SYSTEM) and first <= stored.measured.get(name, first) <= last
    }
    return parameters, metrics


def _typed(text: str) -> Any:
    """Return the number that MLflow keeps as text; other text without secrets."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else redact(text).text
