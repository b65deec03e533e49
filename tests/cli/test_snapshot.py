"""`nbops snapshot` and `nbops load`: files in, the same table out."""

from __future__ import annotations

import pandas as pd


def _frame():
    return pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"], "t": pd.to_datetime(["2013-01-01"] * 3)})


def test_parquet_comes_back_the_same(told, tmp_path):
    """File → snapshot → file, without a change."""
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    _frame().to_parquet(source)
    taken = told("snapshot", str(source), "--json")
    assert (taken["name"], taken["rows"], list(taken["columns"])) == ("in", 3, ["a", "b", "t"])
    assert told("load", taken["id"][:10], "--to", str(target)) == f"3 rows written to {target}\n"
    pd.testing.assert_frame_equal(pd.read_parquet(target), _frame())


def test_csv_is_stored_once(told, tmp_path):
    """The second time nothing is new."""
    source = tmp_path / "in.csv"
    _frame().to_csv(source, index=False)
    told("snapshot", str(source), "--name", "people")
    assert told("snapshot", str(source), "--name", "people", "--json")["new_bytes"] == 0
    assert "people" in told("snapshot", "--list")
    assert len(told("snapshot", "--list", "--json")) == 1


def test_load_shows_the_first_rows(told, tmp_path):
    """A look without writing anything."""
    source = tmp_path / "in.parquet"
    _frame().to_parquet(source)
    told("snapshot", str(source))
    assert told("load", "in").splitlines()[-1] == "3 rows"
    first = told("load", "in", "--json")["first"]
    assert (first[1]["a"], first[1]["b"]) == (2, None)


def test_wrong_use_and_unknown_snapshots(nbops, tmp_path):
    """Neither a file nor --list is 2, a file that is no table is 2, a snapshot that is not there is 1."""
    (tmp_path / "x.pdf").write_text("no")
    assert nbops("snapshot").exit_code == 2
    assert nbops("snapshot", str(tmp_path / "x.pdf")).exit_code == 2
    answer = nbops("load", "nosuch")
    assert answer.exit_code == 1
    assert answer.stderr.startswith("SnapshotNotFound: ")
