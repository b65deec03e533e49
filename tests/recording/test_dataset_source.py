"""MLflow's own way to the data of a run leads to the snapshot."""

from __future__ import annotations

import json
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from nbops.errors import SnapshotError, SnapshotNotFound
from nbops.recording.writing.dataset_source import SnapshotSource
from nbops.snapshots import snapshot
from nbops.workspace import ENVIRONMENT


def entry(taken, name="train"):
    """What capture records of a frame that was read."""
    columns = {str(column): str(kind) for column, kind in taken.columns.items()}
    return {"name": name, "role": "train", "snapshot": taken.id, "digest": taken.id, "rows": taken.rows} | {
        "columns": columns,
        "by_reference": False,
    }


def recorded(stored, run):
    """The only dataset input of a run, as MLflow's client returns it."""
    (found,) = stored(run).inputs.dataset_inputs
    return found


FRAME = pd.DataFrame(
    {
        "delay": np.array([1.5, np.nan, -0.0]),
        "carrier": pd.Categorical(["UA", None, "AA"], ordered=True),
        "hour": pd.to_datetime(["2013-01-01 05:00", None, "2013-10-27 02:30"]).tz_localize("America/New_York"),
        "seats": pd.array([1, None, 3], "Int64"),
    },
    index=pd.Index([7, 3, 5], name="flight"),
)


def test_mlflow_returns_the_frame(stored_workspace, writer, drain, stored):
    """What a run read comes back to the bit: dtypes, index, categories, time zone."""
    taken = snapshot(FRAME, "train", workspace=stored_workspace)
    run = writer.run(datasets=(entry(taken),))
    drain()
    source = mlflow.data.get_source(recorded(stored, run))
    assert isinstance(source, SnapshotSource)
    pd.testing.assert_frame_equal(source.load(), FRAME, check_exact=True, check_freq=True)


def test_what_mlflow_stores_is_short_and_says_nothing_of_the_machine(stored_workspace, writer, drain, stored):
    """Digest within MLflow's 36 characters, a source without a path, a schema that its UI can show."""
    taken = snapshot(FRAME, "train", workspace=stored_workspace)
    run = writer.run(datasets=(entry(taken),))
    drain()
    dataset = recorded(stored, run).dataset
    assert (dataset.digest, dataset.source_type) == (taken.id[:36], "nbops")
    assert json.loads(dataset.source) == {"uri": f"nbops://{taken.id}"}
    assert str(stored_workspace.project) not in repr(dataset)
    assert [field["name"] for field in json.loads(dataset.schema)["mlflow_colspec"]] == list(FRAME)


def test_a_snapshot_that_is_elsewhere_is_a_sentence(stored_workspace, writer, drain, stored, tmp_path, monkeypatch):
    """In another project the error names the project and the snapshot, and says what to do."""
    taken = snapshot(FRAME, "train", workspace=stored_workspace)
    run = writer.run(datasets=(entry(taken),))
    drain()
    source = mlflow.data.get_source(recorded(stored, run))
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "other" / ".nbops"))
    with pytest.raises(SnapshotNotFound, match=f"workspace of other does not hold snapshot {taken.id[:12]}") as caught:
        source.load()
    assert ENVIRONMENT in caught.value.hint


def test_a_dataset_by_reference_says_so(stored_workspace, writer, drain, stored):
    """Rows that were never kept cannot be loaded, and the error says why."""
    facts = {"name": "big", "role": "", "snapshot": None, "digest": "", "rows": 9, "columns": {}, "by_reference": True}
    run = writer.run(datasets=(facts,))
    drain()
    with pytest.raises(SnapshotError, match="by reference"):
        mlflow.data.get_source(recorded(stored, run)).load()


def test_a_uri_is_a_source_for_plain_mlflow(stored_workspace, tmp_path):
    """People may name a snapshot to MLflow themselves, also by the form of earlier versions; files go to a path."""
    taken = snapshot(FRAME, "train", workspace=stored_workspace)
    dataset = mlflow.data.from_pandas(FRAME.reset_index()[["delay"]], source=f"nbops://{taken.id}", name="train")
    assert isinstance(dataset.source, SnapshotSource)
    former = SnapshotSource.from_json(json.dumps({"uri": f"nbops://snapshots/{taken.id}"}))
    pd.testing.assert_frame_equal(former.load(), FRAME)
    (tmp_path / "notes.txt").write_text("x" * 100)
    kept = snapshot(tmp_path / "notes.txt", workspace=stored_workspace)
    path = SnapshotSource(f"nbops://{kept.id}").load()
    assert Path(path).read_text() == "x" * 100
