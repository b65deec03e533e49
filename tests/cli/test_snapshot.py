"""`nbops snapshot` and `nbops load`: files in, the same table or files out."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest


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
    """The second time nothing is new; options may stand before the path."""
    source = tmp_path / "in.csv"
    _frame().to_csv(source, index=False)
    told("snapshot", str(source), "--name", "people")
    assert told("snapshot", "--name", "people", str(source), "--json")["new_bytes"] == 0
    assert "people" in told("snapshot", "list")
    assert told("snapshot", "--list", "--json") == told("snapshot", "list", "--json")
    assert len(told("snapshot", "list", "--json")) == 1


def test_raw_keeps_the_file_itself(told, tmp_path):
    """A table's file is kept to the byte where that is asked for, other files always are."""
    (tmp_path / "in.CSV").write_text("a;b\n1;2\n")
    (tmp_path / "notes.txt").write_text("not a table\n")
    raw = told("snapshot", tmp_path / "in.CSV", "--raw", "--json")
    assert (raw["kind"], raw["name"]) == ("file", "in.CSV")
    assert told("snapshot", tmp_path / "in.CSV", "--json")["kind"] == "DataFrame"
    assert told("snapshot", tmp_path / "notes.txt").startswith("notes.txt ")
    assert told("load", "in.CSV", "--to", tmp_path / "back.csv") == f"1 file written to {tmp_path / 'back.csv'}\n"
    assert (tmp_path / "back.csv").read_text() == "a;b\n1;2\n"


def test_a_folder_comes_back_the_same(told, nbops, tmp_path):
    """Folder → snapshot → folder; what is in the way stays."""
    data = tmp_path / "data"
    (data / "raw").mkdir(parents=True)
    (data / "raw" / "a.bin").write_bytes(bytes(range(256)))
    (data / "b.csv").write_text("a\n1\n")
    assert "data " in told("snapshot", f"{data}/")
    assert told("snapshot", "show", "data", "--json")["columns"] == {"b.csv": "file", "raw/a.bin": "file"}
    assert "raw/a.bin" in told("snapshot", "show", "data")
    assert nbops("load", "data").exit_code == 2
    assert told("load", "data", "--to", tmp_path / "back", "--json")["files"] == 2
    assert (tmp_path / "back" / "raw" / "a.bin").read_bytes() == bytes(range(256))
    answer = nbops("load", "data", "--to", data)
    assert answer.exit_code == 1
    assert "exists already" in answer.stderr


def test_load_shows_the_first_rows(told, tmp_path):
    """A look without writing anything."""
    source = tmp_path / "in.parquet"
    _frame().to_parquet(source)
    told("snapshot", str(source))
    assert told("load", "in").splitlines()[-1] == "3 rows"
    first = told("load", "in", "--json")["first"]
    assert (first[1]["a"], first[1]["b"]) == (2, None)


def test_a_difference_is_told_and_is_a_no(told, nbops, tmp_path):
    """Equal is 0, different is 3; text and JSON say columns, rows and distributions."""
    frame = _frame()
    frame.to_parquet(tmp_path / "one.parquet")
    frame.assign(a=[1, 2, 30], new=1).drop(columns="t").to_parquet(tmp_path / "two.parquet")
    for name in ("one", "two"):
        told("snapshot", tmp_path / f"{name}.parquet")
    found = told("snapshot", "diff", "one", "two", "--json", code=3)
    assert (found["added"], found["removed"], found["changed"]) == (["new"], ["t"], ["a"])
    assert (found["equal_rows"], found["differing"], found["same"]) == (2, {"a": 1}, False)
    text = told("snapshot", "diff", "one", "two", code=3)
    assert "1 values differ: mean 2 → 11" in text
    assert "2 equal, 1 new, 1 gone, compared one by one" in text
    assert text.splitlines()[-3:-1] == ["+ added    new", "- removed  t"]
    assert told("snapshot", "diff", "one", "one").endswith("the same\n")
    assert told("snapshot", "diff", "one", "one", "--json")["same"] is True
    assert nbops("snapshot", "diff", "one", "three").exit_code == 1


def test_folders_are_compared_by_path(told, tmp_path):
    """Paths that came and changed."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a").write_text("1")
    told("snapshot", tmp_path / "d", "--name", "one")
    (tmp_path / "d" / "a").write_text("2")
    (tmp_path / "d" / "b").write_text("2")
    told("snapshot", tmp_path / "d", "--name", "two")
    text = told("snapshot", "diff", "one", "two", code=3)
    assert [line.split() for line in text.splitlines()[-2:]] == [["+", "added", "b"], ["~", "changed", "a"]]


def test_verify_finds_damage_and_says_no(told, stored_workspace, tmp_path):
    """Sound is 0; a flipped bit is 3, with the snapshot and the runs."""
    assert told("snapshot", "verify") == "no snapshots yet\n"
    (tmp_path / "noise.bin").write_bytes(np.random.default_rng(1).bytes(100_000))
    taken = told("snapshot", tmp_path / "noise.bin", "--json")
    assert told("snapshot", "verify") == "✓ 1 snapshots, all can be restored\n"
    (pack,) = (stored_workspace.snapshots / "packs").glob("*.pack")
    content = bytearray(pack.read_bytes())
    content[50_000] ^= 1
    pack.chmod(0o644)
    pack.write_bytes(content)
    text = told("snapshot", "verify", code=3)
    assert f"✗ {taken['id'][:12]} (noise.bin) cannot be restored: file 'noise.bin'" in text
    assert "read by no run" in text
    (loss,) = told("snapshot", "verify", "--json", code=3)
    assert (loss["id"], loss["names"], loss["runs"]) == (taken["id"], ["noise.bin"], [])


def test_gc_says_what_goes_and_why_others_stay(told, stored_workspace, journaled, tmp_path):
    """A dry run removes nothing; the real one removes just that, and both give reasons."""
    for number in (1, 2, 3):
        (tmp_path / "x.bin").write_bytes(np.random.default_rng(number).bytes(50_000))
        taken = told("snapshot", tmp_path / "x.bin", "--json")
        if number == 1:
            read = {"name": "x", "role": "", "snapshot": taken["id"], "rows": 1, "columns": {}}
            journaled("fit", model=False, datasets=(read,))
    assert told("snapshot", "gc", "--json")["gone"] == []
    log = stored_workspace.snapshots / "names.jsonl"
    lines = [json.dumps(json.loads(line) | {"time": 1e9}) + "\n" for line in log.read_text().splitlines()]
    log.write_text("".join(lines))
    text = told("snapshot", "gc", "--dry-run")
    assert "would go" in text
    assert "run fit (" in text
    assert "name x.bin" in text
    assert "2 snapshots stay" in text
    planned = told("snapshot", "gc", "--dry-run", "--json")
    assert (len(planned["gone"]), planned["dry_run"]) == (1, True)
    assert len(told("snapshot", "list", "--json")) == 3
    done = told("snapshot", "gc", "--json")
    assert ([one["id"] for one in done["gone"]], done["dry_run"]) == ([planned["gone"][0]["id"]], False)
    assert len(told("snapshot", "list", "--json")) == 2


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--list", "x"),
        ("nosuch.bin",),
        ("show",),
        ("diff", "a"),
        ("gc", "--older-than", "-1"),
        ("gc", "x"),
        ("--no",),
    ],
)
def test_wrong_use_is_two(nbops, words):
    """Missing, surplus and unknown words are wrong usage."""
    answer = nbops("snapshot", *words)
    assert answer.exit_code == 2, answer.output


def test_what_is_not_there_is_one(nbops):
    """A snapshot that is not there is an error with a hint."""
    for words in (("load", "nosuch"), ("snapshot", "show", "nosuch"), ("snapshot", "diff", "a", "b")):
        answer = nbops(*words)
        assert answer.exit_code == 1
        assert answer.stderr.startswith("SnapshotNotFound: ")


def test_help_says_both_forms(told):
    """The group explains taking one, and lists what else can be done."""
    text = told("snapshot", "--help")
    for word in ("PATH", "--raw", "list", "show", "diff", "gc", "verify"):
        assert word in text
    assert "--older-than DAYS" in told("snapshot", "gc", "--help")


def test_a_path_called_like_a_command(told, nbops, tmp_path, monkeypatch):
    """`./list` is a path, `list` the command."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list").write_text("x")
    assert told("snapshot", "./list", "--json")["name"] == "list"
    assert told("snapshot", "take", "list", "--json")["new_bytes"] == 0
    assert len(told("snapshot", "list", "--json")) == 1


def test_a_path_is_compared_as_it_is_now(told, nbops, tmp_path):
    """What a word names is a snapshot, else a path; a table's file is compared as what the other side is."""
    source, folder = tmp_path / "in.csv", tmp_path / "data"
    folder.mkdir()
    (folder / "one.txt").write_text("one\n")
    _frame().to_csv(source, index=False)
    told("snapshot", source, "--name", "table")
    told("snapshot", source, "--raw", "--name", "file")
    told("snapshot", folder, "--name", "mydata")
    assert told("snapshot", "diff", "table", source).rstrip().endswith(": the same")
    assert told("snapshot", "diff", "file", source).rstrip().endswith(": the same")
    (folder / "two.txt").write_text("two\n")
    said = told("snapshot", "diff", "mydata", folder, code=3)
    assert "files  1 → 2" in said
    assert "+ added    two.txt" in said
    assert nbops("snapshot", "diff", "mydata", tmp_path / "nothing").exit_code == 1


def test_a_forgotten_name_keeps_nothing(told, nbops, stored_workspace, tmp_path):
    """What only a name kept is collected once the name is forgotten, and gc says which words that takes."""
    source = tmp_path / "in.csv"
    _frame().to_csv(source, index=False)
    taken = told("snapshot", source, "--name", "csv1", "--json")
    names = stored_workspace.snapshots / "names.jsonl"
    line = json.loads(names.read_text())
    names.write_text(json.dumps(line | {"time": line["time"] - 5000}) + "\n")
    assert "nbops snapshot forget csv1" in told("snapshot", "gc", "--older-than", "0")
    assert taken["id"][:12] in told("snapshot", "forget", "csv1")
    assert nbops("snapshot", "show", "csv1").exit_code == 1
    assert nbops("snapshot", "forget", "csv1").exit_code == 1
    assert "0 snapshots stay" in told("snapshot", "gc", "--older-than", "0")
    assert told("snapshot", "list", "--json") == []
    told("snapshot", source, "--name", "csv1")
    assert told("snapshot", "show", "csv1", "--json")["id"] == taken["id"]
