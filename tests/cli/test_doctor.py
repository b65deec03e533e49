"""`nbops doctor` says in words what is well and what is not."""

from __future__ import annotations

import pytest

from nbops.registry.open_registry import open_registry
from nbops.registry.record import record


@pytest.fixture(autouse=True)
def _no_recorder(monkeypatch):
    monkeypatch.setenv("NBOPS_RECORDER", "off")


def _state(findings, topic):
    return [(finding["state"], finding["sentence"]) for finding in findings if finding["topic"] == topic]


def test_healthy_workspace(journaled, told):
    """Every topic is looked at; what waits for MLflow is said."""
    journaled(model=False)
    findings = told("doctor", "--json")
    assert {"workspace", "disk", "journals", "recorder", "MLflow", "ledger", "if .nbops is lost"} <= {
        finding["topic"] for finding in findings
    }
    assert _state(findings, "journals") == [("well", "3 records of 1 sessions, none damaged")]
    assert "1 run not in MLflow yet" in _state(findings, "recorder")[0][1]
    assert _state(findings, "if .nbops is lost")[0][0] == "look"
    assert told("doctor").splitlines()[0].startswith("✓ nbops")


def test_damaged_journal_is_broken(journaled, told, stored_workspace):
    """A flipped byte is found by its CRC; what was lost is said, and where it lies."""
    journaled(model=False)
    path = next(stored_workspace.journals.glob("*/journal"))
    content = path.read_bytes()
    path.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    findings = told("doctor", "--json", code=1)
    lost = f"which process wrote it in .nbops/journals/{path.parent.name} (a copy lies in damaged/ there)"
    assert _state(findings, "journals") == [("broken", f"damaged records were passed over: {lost}")]
    assert [copy.read_bytes() for copy in (path.parent / "damaged").iterdir()] == [
        path.read_bytes().splitlines(keepends=True)[0]
    ]


def test_dead_server_is_broken_and_the_rest_still_told(told, monkeypatch):
    """One examination that fails does not end the others; credentials are not shown."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://ana:secret@127.0.0.1:9")
    findings = told("doctor", "--json", code=1)
    state, sentence = _state(findings, "MLflow")[0]
    assert state == "broken"
    assert "does not answer" in sentence
    assert "secret" not in str(findings)
    assert _state(findings, "if .nbops is lost")[0][0] == "well"


def test_tampered_ledger_is_broken_and_named(told, stored_workspace):
    """Somebody with access to the database who edits an event is found."""
    import sqlite3

    store = open_registry(stored_workspace)
    for number in range(3):
        record(store, "assign", "churn", lambda _, number=number: {"alias": "champion", "version": number})
    with sqlite3.connect(stored_workspace.root / "mlflow.db") as connection:
        connection.execute("UPDATE params SET value = replace(value, '\"version\":1', '\"version\":7')")
    connection.close()
    state, sentence = _state(told("doctor", "--json", code=1), "ledger")[0]
    assert state == "broken"
    assert sentence.startswith("event 1 (assign churn by")


def test_place_without_a_workspace(told, tmp_path, monkeypatch):
    """Asking creates nothing."""
    monkeypatch.setenv("NBOPS_WORKSPACE", str(tmp_path / "nowhere" / ".nbops"))
    assert "none yet" in told("doctor")
    assert not (tmp_path / "nowhere").exists()


def test_a_shared_snapshot_store_is_looked_at(told, stored_workspace, tmp_path, monkeypatch):
    """What waits for it is said without asking it, and that what it has is not lost with the workspace."""
    import numpy as np

    from nbops.snapshots import snapshot, upload

    monkeypatch.setenv("NBOPS_SNAPSHOTS", str(tmp_path / "shared"))
    snapshot(np.arange(10), "train", workspace=stored_workspace, upload=False)
    assert "1 not in " in _state(told("doctor", "--json"), "snapshots")[1][1]
    upload(stored_workspace)
    assert "all that were taken here are in" in _state(told("doctor", "--json"), "snapshots")[1][1]
