"""register, judge, assign, rollback, live: a model's way, on the command line."""

from __future__ import annotations

import csv
import io
import subprocess
import sys

import mlflow
import pytest

from nbops.recording.recorder import serve


@pytest.fixture
def versions(journaled, stored_workspace, told, monkeypatch):
    """Register two versions of `churn`: auc 0.8, then 0.7."""
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    monkeypatch.setenv("NBOPS_ACTOR", "ana")
    data = ({"name": "train", "snapshot": "ab" * 32, "digest": "ab" * 32, "rows": 4, "columns": {}},)
    runs = [journaled(f"fit {auc}", metrics={"auc": auc}, datasets=data) for auc in (0.8, 0.7)]
    serve(stored_workspace, once=True)
    mlflow.set_tracking_uri(None)
    for run in runs:
        told("register", run, "churn")
    return runs


def test_the_whole_way(versions, told, nbops):
    """Assign, look, replace with advice, and back: every step in words and as JSON."""
    assert told("assign", "churn", "1", "champion", "--reason", "first") == "champion of churn is now v1\n"
    worse = nbops("assign", "churn", "2", "champion")
    assert worse.exit_code == 0
    assert "advice: auc 0.7 is worse than 0.8 of v1, the champion (higher is better)" in worse.stderr
    line = told("live", "--json")[0]
    assert (line["name"], line["version"], line["alias"], line["by"]) == ("churn", 2, "champion", "ana")
    assert line["data"][0]["name"] == "train"
    assert "v2" in told("live")
    assert told("rollback", "churn", "champion", "--json")["version"] == 1
    assert told("live", "--json")[0]["version"] == 1


def test_live_as_csv_and_html(versions, told):
    """The boss's question in the boss's formats."""
    told("assign", "churn", "1", "champion")
    rows = list(csv.DictReader(io.StringIO(told("live", "--csv"))))
    assert [(row["model"], row["version"], row["alias"], row["by"]) for row in rows] == [
        ("churn", "v1", "champion", "ana")
    ]
    assert "<td>champion</td>" in told("live", "--html")


def test_live_before_the_first_alias(told):
    """A way forward instead of an empty table."""
    assert "nbops assign" in told("live")
    assert told("live", "--json") == []


def test_judge_answers_three_when_a_gate_objects(versions, told):
    """0 and 3, with sentences or JSON."""
    told("assign", "churn", "1", "champion")
    assert "may become 'champion'" in told("judge", "churn", "1")
    verdict = told("judge", "churn", "2", "--json", code=3)
    assert verdict["open"] is False
    assert verdict["objections"] == ["auc 0.7 is worse than 0.8 of v1, the champion (higher is better)"]


def test_policy_binds_with_code_three(versions, nbops, stored_workspace):
    """CI can tell `no` from `broken`."""
    (stored_workspace.project / "pyproject.toml").write_text("[tool.nbops.gates]\nauc = { at_least = 0.75 }\n")
    assert nbops("assign", "churn", "1", "champion").exit_code == 0
    closed = nbops("assign", "churn", "2", "champion")
    assert closed.exit_code == 3
    assert closed.stderr.startswith("GateClosed: churn v2 cannot become 'champion': auc is 0.7, below 0.75")


def test_promote_of_a_model_asks_whether_assign_was_meant(versions, nbops):
    """promote is slice → pipeline, only that."""
    answer = nbops("promote", "churn")
    assert answer.exit_code == 1
    assert "did you mean `nbops assign churn VERSION ALIAS`?" in answer.stderr


def test_register_takes_the_last_run_and_json(versions, told, nbops):
    """`nbops register NAME` is the latest run; too many words are wrong use."""
    assert told("register", "other", "--json")["run_id"] == versions[-1]
    assert nbops("register", "a", "b", "c").exit_code == 2


def test_run_behind_a_version_cannot_be_deleted(versions, nbops):
    """Lineage is not undone by tidying up."""
    answer = nbops("runs", "delete", versions[0])
    assert answer.exit_code == 1
    assert "churn v1" in answer.stderr


def test_same_in_a_process_of_its_own(versions, stored_workspace):
    """What the server calls: words after `--`, JSON on stdout, nothing else."""
    command = [sys.executable, "-m", "nbops.cli", "assign", "--json", "--reason=why", "--", "churn", "2", "challenger"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=stored_workspace.project)
    assert answer.stdout.startswith('{"name": "churn", "version": 2')
    assert answer.stdout.count("\n") == 1


def test_judge_on_rows_of_a_file(versions, told, nbops, tmp_path):
    """Both models predict the same rows; a file without the named label is a sentence."""
    import pandas as pd

    rows = tmp_path / "rows.csv"
    pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0] * 10, "y": [0, 0, 1, 1] * 10}).to_csv(rows, index=False)
    told("assign", "churn", "1", "champion")
    verdict = told("judge", "churn", "2", "--on", rows, "--label", "y", "--json")
    assert any("holder v1" in sentence for sentence in verdict["notes"])
    answer = nbops("judge", "churn", "2", "--on", rows, "--label", "z")
    assert answer.exit_code == 1
    assert "no column 'z'" in answer.stderr
