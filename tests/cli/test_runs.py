"""`nbops runs`, `show`, `undo`: what was recorded, and what people change about it."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_recorder(monkeypatch):
    monkeypatch.setenv("NBOPS_RECORDER", "off")


def test_json_lists_objects_with_the_promised_keys(journaled, told):
    """What a script relies on: run_id, name, status, params, metrics; latest first."""
    first, second = journaled("a", model=False), journaled("b", model=False)
    runs = told("runs", "--json")
    assert [run["run_id"] for run in runs] == [second, first]
    assert {key: runs[0][key] for key in ("name", "status", "params", "metrics")} == {
        "name": "b", "status": "FINISHED", "params": {"C": 0.5}, "metrics": {"auc": 0.8}
    }  # fmt: skip


def test_reruns_of_a_cell_share_a_line(journaled, told):
    """Thirty re-runs are one row, the latest on top, failures counted; --flat shows each."""
    for number in range(4):
        journaled(f"fit {number}", model=False, status="FAILED" if number == 1 else "FINISHED")
    journaled("other", model=False, opened={"cell": "c2", "count": 9})
    lines = told("runs").splitlines()
    assert len(lines) == 3
    assert "other" in lines[1]
    assert "fit 3 ×4 (1 failed)" in lines[2]
    assert "a.ipynb [3]" in lines[2]
    assert len(told("runs", "--flat").splitlines()) == 6


def test_limit_says_how_to_see_the_rest(journaled, told):
    """Nothing is cut off silently."""
    for number in range(3):
        journaled(f"r{number}", model=False, opened={"cell": f"c{number}"})
    assert told("runs", "-n", "2").splitlines()[-1] == "… and 1 more: nbops runs -n 3"
    assert len(told("runs", "-n", "2", "--json")) == 2


def test_empty_workspace_says_how_to_begin(told):
    """No table of nothing."""
    assert "%%track" in told("runs")
    assert told("runs", "--json") == []


def test_show_tells_everything_and_the_code_on_request(journaled, told):
    """A dozen lines for a person, one object for a program."""
    run = journaled("fit", datasets=({"name": "train", "snapshot": "ab" * 32, "rows": 4, "columns": {}},))
    text = told("show", run[:8], "--code")
    for part in ("FINISHED", "C=0.5", "auc=0.8", "train (4 rows, abababab)", "LogisticRegression", "a.ipynb [3]"):
        assert part in text
    assert text.endswith("C = 0.5\n")
    assert told("show", "--json")["run_id"] == run


def test_unknown_run_is_code_one_with_a_hint(journaled, nbops):
    """A sentence and what to type, on stderr."""
    journaled("forest", model=False)
    answer = nbops("show", "forrest")
    assert answer.exit_code == 1
    assert answer.stderr.splitlines() == ["RunNotFound: no run answers to 'forrest'", "  try: one of forest"]


def test_annotations(journaled, told):
    """rename, note, star, tag change what is shown; hide and delete take it out of the list, and back."""
    run = journaled("fit", model=False)
    for words in (
        ("rename", run, "better name"),
        ("note", run, "keep this"),
        ("star", run),
        ("tag", run, "team=ops", "ticket=A=1"),
    ):
        told("runs", *words)
    wire = told("show", "--json", run)
    assert (wire["name"], wire["note"], wire["starred"]) == ("better name", "keep this", True)
    assert wire["tags"] | {"team": "ops", "ticket": "A=1"} == wire["tags"]
    assert "★ better name" in told("runs")
    told("runs", "star", "--off", run)
    assert not told("show", "--json", run)["starred"]
    told("runs", "hide", run)
    assert told("runs", "--json") == []
    assert len(told("runs", "--hidden", "--json")) == 1
    told("runs", "hide", "--off", run)
    assert "restore" in told("runs", "delete", run)
    assert told("runs", "--json") == []
    assert len(told("runs", "--deleted", "--json")) == 1
    told("runs", "restore", run)
    assert len(told("runs", "--json")) == 1


def test_tag_wants_key_and_value(journaled, nbops):
    """Wrong use is code 2."""
    assert nbops("runs", "tag", journaled(model=False), "novalue").exit_code == 2


def test_undo_deletes_the_latest(journaled, told):
    """One word takes back the last run."""
    kept, gone = journaled("kept", model=False), journaled("gone", model=False)
    assert f"nbops runs restore {gone[:12]}" in told("undo")
    assert [run["run_id"] for run in told("runs", "--json")] == [kept]


def test_sync_brings_runs_to_mlflow(journaled, told, monkeypatch):
    """Draining by hand, in numbers."""
    monkeypatch.delenv("NBOPS_RECORDER")
    journaled(model=False)
    assert told("sync", "--json") == {
        "recorded": 1, "pending": 0, "pulled": 0, "versions": 0, "refused": 0, "reason": "",
    }  # fmt: skip
    assert told("show", "--json")["mlflow_run_id"]


def test_show_tells_files_and_a_deleted_run_comes_back_by_name(journaled, told):
    """What the code opened has a line; a deletion is taken back by the run's name."""
    file = {"path": "in.csv", "mode": "r", "bytes": 5, "sha256": "cd" * 32}
    journaled("fit", model=False, files=(file,))
    assert "in.csv (r, " in told("show")
    assert "cdcdcdcd)" in told("show")
    told("runs", "delete", "fit")
    assert "restored fit" in told("runs", "restore", "fit")


def test_reruns_without_a_cell_id_share_a_line(journaled, told):
    """Plain IPython tells no cell id; `rerun_of` leads back to the first, as in `%runs`."""
    first = journaled("one", model=False, opened={"cell": None})
    journaled("again", model=False, opened={"cell": None, "rerun_of": first})
    assert "again ×2" in told("runs")
