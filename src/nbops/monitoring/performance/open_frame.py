"""Any dataset as a frame whose columns have one name each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    import pandas as pd


def open_frame(source: Any, workspace: Any = None) -> tuple[pd.DataFrame, str | None]:
    """Return *source* with plain column names (the first of duplicates counts), and what it is called.

    Raises:
        ProfileError: It is no dataset, or cannot be read.
        SnapshotNotFound: A text names neither a file nor a snapshot.
    """
    from nbops.profiles.engines.pandas import label_of
    from nbops.profiles.frames import open_table

    table = open_table(source, workspace=workspace)
    frame = table.frame
    labels = [label_of(label) for label in frame.columns]
    first = [labels.index(name) for name in dict.fromkeys(labels)]
    return frame.iloc[:, first].set_axis([labels[at] for at in first], axis=1).reset_index(drop=True), table.name
