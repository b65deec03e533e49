"""MLflow plugin: runs that users start themselves, or autolog starts, carry the identity of the cell too."""

from __future__ import annotations

import sys
from typing import Any


class CellContext:
    """Tags for MLflow's fluent API. Cheap, and silent where no kernel session of ours is active."""

    def in_context(self) -> bool:
        """Say whether this process runs cells under nbops."""
        return _cell() is not None

    def tags(self) -> dict[str, str]:
        """Return the tags of the cell that runs now."""
        cell = _cell() or {}
        tags = {
            "nbops.cell_id": cell.get("cell"),
            "nbops.execution_count": cell.get("count"),
            "nbops.session": cell.get("session"),
            "mlflow.source.name": cell.get("notebook"),
            "mlflow.source.type": "NOTEBOOK" if cell.get("notebook") else None,
        }
        return {name: str(value) for name, value in tags.items() if value is not None}


def _cell() -> dict[str, Any] | None:
    module = sys.modules.get("nbops.capture.session")
    current = getattr(module, "current_cell", None)
    return current() if current else None
