"""`nbops watch` and `nbops alerts`, from adding a watch to the ledger."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def registered(stored_workspace, monkeypatch):
    """One version of `churn`."""
    from mlflow import MlflowClient

    monkeypatch.setenv("NBOPS_RECORDER", "off")
    monkeypatch.setenv("NBOPS_ACTOR", "ada")
    client = MlflowClient(stored_workspace.tracking_uri, stored_workspace.tracking_uri)
    client.create_registered_model("churn")
    client.create_model_version("churn", source=str(stored_workspace.artifacts / "model"))
    return stored_workspace


def _rows(day, days, factor=1.0):
    random = np.random.default_rng(days)
    at = pd.Timestamp(day) + pd.to_timedelta(np.repeat(np.arange(days), 200), unit="D")
    return pd.DataFrame({"at": at, "amount": random.lognormal(size=len(at)) * factor, "score": random.random(len(at))})


def test_a_watch_from_the_command_line(registered, nbops, told):
    """Add, check with new, no and drifted data, and act on the alert: exit codes, lists, history and ledger."""
    project = registered.project
    (project / "inbox").mkdir()
    _rows("2024-01-01", 60).to_parquet(project / "reference.parquet")
    words = ["--model", "churn/1", "--data", "inbox/*.parquet", "--reference", "reference.parquet", "--time", "at"]
    plan = ["--role", "score=prediction", "--every", "1d", "--owner", "risk", "--runbook", "runbooks/churn.md"]
    assert "60 rows" not in told("watch", "add", "daily", *words, *plan)
    assert "no file matches inbox/*.parquet" in told("watch", "check", "--due", code=1)
    assert told("watch", "check", "--due") == "nothing is due\n"
    _rows("2024-03-01", 7).to_parquet(project / "inbox/a.parquet")
    assert "daily: ok: 2024-03-01..2024-03-07: ok" in told("watch", "check")
    _rows("2024-03-08", 7, 3.0).to_parquet(project / "inbox/b.parquet")
    (answer,) = told("watch", "check", "daily", "--json", code=3)
    assert (answer["state"], answer["report"]["moved"]["feature"]) == ("alert", ["amount"])
    assert "nothing new" in told("watch", "check", "daily")
    (one,) = told("watch", "list", "--json")
    assert (one["state"], one["version"], one["owner"], one["due"] > one["checked"]) == ("alert", 1, "risk", True)
    shown = told("watch", "show", "daily")
    assert "amount moved in the last report" in shown
    (alert,) = told("alerts", "list", "--json")
    assert (alert["owner"], alert["runbook"], alert["state"]) == ("risk", "runbooks/churn.md", "open")
    assert "only features moved" in told("alerts", "show", alert["id"])
    told("alerts", "ack", alert["id"][:5], "--note", "campaign")
    told("alerts", "snooze", alert["id"], "--for", "2d", "--note", "campaign ends Sunday")
    assert "snoozed until" in told("alerts", "list")
    told("alerts", "resolve", alert["id"])
    assert told("alerts", "list") == "no alerts\n"
    history = told("alerts", "show", alert["id"], "--json")["history"]
    assert [event["kind"] for event in history] == ["opened", "acknowledged", "snoozed", "resolved"]
    assert [(event.kind, event.actor, event.body.get("note")) for event in _ledger(registered)] == [
        ("alert acknowledged", "ada", "campaign"),
        ("alert snoozed", "ada", "campaign ends Sunday"),
        ("alert resolved", "ada", None),
    ]
    assert nbops("alerts", "ack", alert["id"]).exit_code == 1
    told("watch", "pause", "daily")
    assert told("watch", "check", "--due") == "nothing is due\n"
    told("watch", "resume", "daily")
    told("watch", "remove", "daily")
    assert "no watches" in told("watch", "list")


def _ledger(workspace):
    from nbops.ledger import verify
    from nbops.registry.open_registry import open_registry
    from nbops.registry.record import read_ledger

    events = read_ledger(open_registry(workspace)).events
    verify(events)
    return events


def test_data_by_hand(registered, told):
    """`--data` judges a file without taking it for seen."""
    _rows("2024-01-01", 60).to_csv("reference.csv", index=False)
    _rows("2024-03-01", 7, 3.0).to_csv("now.csv", index=False)
    told("watch", "add", "w", "--model", "churn", "--data", "other.csv", "--reference", "reference.csv", "--time", "at")
    assert "march: alert" in told("watch", "check", "w", "--data", "now.csv", "--label", "march", code=3)
    (one,) = told("watch", "list", "--json")
    assert one["label"] == "march"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["watch", "show", "x"], 1, "no watch is called 'x'"),
        (["watch", "check", "x"], 1, "no watch is called 'x'"),
        (["watch", "check", "--data", "x.csv"], 2, "needs the name of one watch"),
        (["watch", "remove", "x"], 1, "no watch is called 'x'"),
        (["alerts", "ack", "ffffffff"], 1, "no alert is called"),
        (["alerts", "snooze", "ffffffff"], 2, "--for 4h"),
        (["alerts", "snooze", "ffffffff", "--for", "long"], 1, "not a length of time"),
        (["watch", "add", "x", "--model", "nobody", "--data", "x.csv", "--reference", "no.csv"], 1, "nobody"),
    ],
)
def test_mistakes_are_sentences(nbops, words, code, sentence):
    """Wrong names and words get a sentence, an exit code and no traceback."""
    answer = nbops(*words)
    assert (answer.exit_code, sentence in answer.stderr) == (code, True), answer.output
    assert "Traceback" not in answer.output


def test_a_failing_route_is_shown(registered, nbops, told, monkeypatch):
    """It holds up nothing: the alert is raised, the list and doctor say what did not get through."""
    text = '[tool.nbops.alerts.routes.team]\nurl = "${TEAM_URL}"\n'
    (registered.project / "pyproject.toml").write_text(text)
    monkeypatch.setenv("TEAM_URL", "json://user:hush-hush@127.0.0.1:9")
    _rows("2024-01-01", 60).to_csv("reference.csv", index=False)
    _rows("2024-03-01", 7, 3.0).to_csv("now.csv", index=False)
    told("watch", "add", "w", "--model", "churn", "--data", "now.csv", "--reference", "reference.csv", "--time", "at")
    answer = nbops("watch", "check", "w")
    assert (answer.exit_code, "to team: the service cannot be reached" in answer.stderr) == (3, True)
    listed, doctor = told("alerts", "list"), nbops("doctor", "--json").stdout
    assert "team: the service cannot be reached" in listed
    assert any("did not get through on team" in found["sentence"] for found in json.loads(doctor))
    assert "hush" not in listed + doctor + answer.output
