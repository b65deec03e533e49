"""Frames in a tracked cell that are copied rather than snapshotted, and those that are never read."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from nbops.capture.datasets.layout import Unstable
from nbops.capture.datasets.layout_of import layout_of
from nbops.capture.datasets.marks_of import marks_of
from nbops.capture.datasets.stable_copy import stable_copy
from nbops.capture.datasets.stable_file import read_stable, write_failure, write_stable
from nbops.errors import SnapshotError
from nbops.snapshots import digest

ROWS = 1000
NUMBERS = np.random.default_rng(0).random((ROWS, 6))


def mixed():
    """A frame with a column of every kind that has a quick copy."""
    half, fifth = ROWS // 2, ROWS // 5
    columns = {
        "float": NUMBERS[:, 0],
        "half": NUMBERS[:, 1].astype("f2"),
        "text": [f"x{at}" if at % 7 else None for at in range(ROWS)],
        "kind": pd.Categorical(list("aabbc") * fifth),
        "day": pd.date_range("2020", periods=ROWS),
        "moment": pd.date_range("2020", periods=ROWS, tz="Europe/Berlin"),
        "span": pd.to_timedelta(np.arange(ROWS), unit="s"),
        "month": pd.period_range("1900", periods=ROWS, freq="M"),
        "flag": [True, False] * half,
        "masked": pd.array([1, 2, None, 4, 5] * fifth, dtype="Int64"),
        "maybe": pd.array([True, None] * half, dtype="boolean"),
        "arrow": pd.array([1, None, 3, 4, 5] * fifth, dtype="int64[pyarrow]"),
        "string": pd.array(["a", None] * half, dtype="string[pyarrow]"),
        "sparse": pd.arrays.SparseArray([0, 0, 1, 2] * (ROWS // 4)),
    }
    return pd.DataFrame(columns, index=pd.Index([f"r{at}" for at in range(ROWS)], name="row"))


def table():
    """An Arrow table with text, a dictionary, lists, decimals and numbers that lie in an array of NumPy's."""
    half = ROWS // 2
    return pa.table(
        {
            "x": NUMBERS[:, 2].copy(),
            "text": ["a", None] * half,
            "kind": pa.array(["u", "v"] * half).dictionary_encode(),
            "list": [[1, 2], None] * half,
            "decimal": pa.array([1, None] * half, pa.decimal128(10, 2)),
            "flag": [True, None] * half,
        }
    )


DATASETS = {
    "frame": mixed,
    "every third row": lambda: mixed()[10:500:3],
    "several indexes": lambda: mixed().reset_index().set_index(["row", "flag"])[["float", "text"]],
    "labels twice": lambda: pd.DataFrame(NUMBERS, columns=list("aabbcc")),
    "by rows": lambda: pd.DataFrame(NUMBERS.copy(), copy=False).iloc[:, 1:4],
    "series": lambda: mixed()["moment"],
    "array": lambda: NUMBERS,
    "array by columns": lambda: NUMBERS.T,
    "some of an array": lambda: NUMBERS[::2, 1:4],
    "every third number": lambda: NUMBERS[:, 0][::3],
    "turned": lambda: NUMBERS.reshape(10, 20, 30).transpose(1, 0, 2),
    "dates": lambda: np.arange(ROWS).astype("M8[s]"),
    "table": table,
    "part of a table": lambda: table().slice(3, 900),
}


@pytest.mark.parametrize("name", DATASETS)
def test_a_copy_is_the_same_snapshot(name, tmp_path):
    """Copied, written and read back, a dataset has the id that it itself has, and shares no writable memory with it."""
    dataset = DATASETS[name]()
    layout = layout_of(dataset)
    copies = stable_copy(layout, time.perf_counter() + 60)
    assert not any(np.shares_memory(part, copy) for part, copy in zip(layout.parts, copies, strict=True))
    path = tmp_path / "session" / "key"
    write_stable(path, layout.build(copies))
    assert digest(read_stable(path)) == digest(dataset)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("name", ["frame", "array", "some of an array", "table"])
def test_marks_tell_content(name):
    """Equal memory has equal marks, also in a copy; one value more or less is seen; no time is no answer."""
    layout, again = layout_of(DATASETS[name]()), layout_of(DATASETS[name]())
    memory = [*layout.parts, *layout.fixed]
    marks = marks_of(memory, float("inf"))
    copies = stable_copy(layout, float("inf"))
    assert marks_of([*copies, *layout.fixed], float("inf"), marks) == marks
    assert marks_of([*again.parts, *again.fixed], float("inf")) == marks
    np.ravel(copies[0], order="K").view("u1")[-1] ^= 1
    assert marks_of([*copies, *layout.fixed], float("inf"), marks) is None
    assert marks_of(memory, time.perf_counter() - 1) is None


def test_parts_of_one_frame_have_tokens_of_their_own():
    """Two slices share Arrow's memory and have equal indexes; they are not taken for one another."""
    frame = pd.DataFrame({"text": [f"x{at}" for at in range(100)]})
    first, second = (layout_of(frame[at : at + 50].reset_index(drop=True)) for at in (0, 50))
    assert [part.tobytes() for part in first.fixed] == [part.tobytes() for part in second.fixed]
    assert first.token != second.token


@pytest.mark.parametrize("column", [[object()] * 2, pd.array(["a", "b"], dtype="string[python]")])
def test_what_has_no_quick_copy_is_named(column):
    """Python objects may change, and take the interpreter's lock for seconds."""
    with pytest.raises(Unstable, match="column 'odd'"):
        layout_of(pd.DataFrame({"x": [1, 2], "odd": column}))


def test_damaged_copies_and_failures_are_told(tmp_path):
    """Half a file, and a file that says why there is none."""
    whole, half, failed = (tmp_path / name for name in ("whole", "half", "failed"))
    write_stable(whole, NUMBERS)
    half.write_bytes(whole.read_bytes()[:-20])
    write_failure(failed, "its copy could not be written: No space left on device")
    for path, reason in ((half, "damaged"), (failed, "No space left")):
        with pytest.raises(SnapshotError, match=reason):
            read_stable(path)


def test_a_hostile_subclass_is_noted_and_never_called(cells):
    """None of its own methods runs; the run says what it was."""
    cells.run(
        "import pandas as pd\ncalled = []\n"
        "class Frame(pd.DataFrame):\n"
        "    def __getattr__(self, name): called.append(name); raise AttributeError(name)\n"
        + "".join(
            f"    def {name}(self, *_, **__): called.append({name!r}); raise RuntimeError\n"
            for name in ("memory_usage", "copy", "__len__", "items", "to_numpy", "__array__", "__reduce_ex__", "__eq__")
        )
        + "    shape = dtypes = columns = property(lambda self: called.append('property'))\n"
        "odd = Frame({'x': range(10)})\ncalled.clear()"
    )
    closed = cells.track("C = 1\nkind = type(odd)")
    (dataset,) = closed.datasets
    assert (dataset["by_reference"], dataset["kind"], dataset["rows"]) == (True, "notebook.Frame", None)
    assert cells.shell.user_ns["called"] == []


LAZY = {
    "generator": "lazy = (print('read') or at for at in range(9))",
    "pyarrow.RecordBatchReader": (
        "import pyarrow as pa\nlazy = pa.RecordBatchReader.from_batches(pa.schema([('x', pa.int64())]), "
        "(print('read') or pa.record_batch({'x': [at]}) for at in range(9)))"
    ),
    "polars.LazyFrame": (
        "import polars as pl\nlazy = pl.LazyFrame({'x': [1, 2]}).map_batches(lambda frame: print('read') or frame)"
    ),
    "duckdb.DuckDBPyRelation": "import duckdb\nlazy = duckdb.sql('SELECT range AS x FROM range(10)')",
    "dask.DataFrame": (
        "import pandas as pd, dask.dataframe as dd\n"
        "lazy = dd.from_pandas(pd.DataFrame({'x': [1, 2]}), npartitions=1)"
        ".map_partitions(lambda part: print('read') or part, meta={'x': 'int64'})"
    ),
}


@pytest.mark.parametrize("kind", LAZY)
def test_lazy_datasets_are_never_collected(cells, kind, capsys):
    """They are noted by reference with what they are, and their columns where they know them by themselves."""
    library = kind.partition(".")[0]
    if library != "generator":
        pytest.importorskip(library)
    cells.run(LAZY[kind])
    closed = cells.track("C = 1\nlazy is None")
    (dataset,) = closed.datasets
    assert (dataset["name"], dataset["by_reference"], dataset["kind"]) == ("lazy", True, kind)
    assert "read" not in capsys.readouterr().out
    if library in {"pyarrow", "duckdb"}:
        assert list(dataset["columns"]) == ["x"]


def test_polars_frames_are_copied_without_a_copy(tmp_path):
    """Its memory is shared until somebody writes to it, and the snapshot is the one that it itself has."""
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"x": [1, 2, 3], "text": ["a", None, "c"]})
    wanted = digest(frame)
    layout = layout_of(frame)
    frame[0, "x"] = 99
    write_stable(tmp_path / "key", layout.build(()))
    assert digest(read_stable(tmp_path / "key")) == wanted != digest(frame)


@pytest.fixture
def hurried(project, monkeypatch, request):
    """The shell, with the time for data that users have by default."""
    monkeypatch.setenv("NBOPS_SNAPSHOT_MS", "250")
    return request.getfixturevalue("cells")


def test_one_budget_holds_for_all_frames_of_a_cell(hurried):
    """Six frames that would each fit: what does not is copied, and the cell waits for no more than its budget."""
    made = "\n".join(f"f{at} = np.random.default_rng({at}).random(2_000_000)" for at in range(6))
    hurried.run(f"import numpy as np, nbops.snapshots\n{made}")
    began = time.perf_counter()
    closed = hurried.track("C = " + " + ".join(f"f{at}[0]" for at in range(6)))
    assert time.perf_counter() - began < 4
    assert len(closed.datasets) == 6
    assert any(item.get("pending") or item["by_reference"] for item in closed.datasets)
