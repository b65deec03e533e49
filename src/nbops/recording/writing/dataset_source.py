"""MLflow plugin: `mlflow.data.get_source(run.inputs.dataset_inputs[0]).load()` restores what a run read.

MLflow loads this file itself, when it looks for the kinds of sources that there are.
"""

from __future__ import annotations

import re
import tempfile
from typing import Any

from mlflow.data.dataset_source import DatasetSource

from nbops.errors import SnapshotError, SnapshotNotFound
from nbops.workspace import find_workspace

TYPE = "nbops"
_URI = re.compile(r"nbops://(?:snapshots/)?([0-9a-f]{6,64})")


class SnapshotSource(DatasetSource):
    """A snapshot in the workspace of whoever asks."""

    def __init__(self, uri: str) -> None:
        """Take what MLflow has stored; it is looked at when somebody loads."""
        self.uri = uri

    @staticmethod
    def _get_source_type() -> str:
        return TYPE

    def load(self, dst_path: str | None = None) -> Any:
        """Return the frame exactly as the run read it; of files and folders, the path that they were written to.

        Args:
            dst_path: For files: where to write them; a temporary folder if omitted.

        Raises:
            SnapshotNotFound: The workspace of the current directory does not hold the snapshot.
            SnapshotError: The run read it by reference, so that nothing was kept, or what was kept is damaged.
        """
        from nbops.snapshots.describe import describe
        from nbops.snapshots.load import load

        found = _URI.fullmatch(self.uri)
        if found is None:
            raise SnapshotError(
                "the run read this dataset by reference: its rows were not kept",
                hint="snapshot_ms in [tool.nbops], or %snapshot FRAME before the cell",
            )
        place = find_workspace()
        try:
            known = describe(found[1], workspace=place)
        except SnapshotNotFound as error:
            raise SnapshotNotFound(
                f"the workspace of {place.project.name} does not hold snapshot {found[1][:12]}",
                hint="load it in the project whose kernel recorded the run, or let NBOPS_WORKSPACE name its .nbops",
            ) from error
        if known.kind not in {"file", "folder"}:
            return load(known, workspace=place)
        return str(load(known, to=dst_path or tempfile.mkdtemp(prefix="nbops-"), workspace=place))

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        return isinstance(raw_source, str) and _URI.fullmatch(raw_source) is not None

    @classmethod
    def _resolve(cls, raw_source: str) -> SnapshotSource:
        return cls(raw_source)

    def to_dict(self) -> dict[str, str]:
        """Return what MLflow stores."""
        return {"uri": self.uri}

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> SnapshotSource:
        """Return the source that `to_dict` described."""
        return cls(str(source_dict.get("uri", "")))
