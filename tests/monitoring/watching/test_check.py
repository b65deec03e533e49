"""A check reads what is new from files, patterns, snapshots and databases, and never takes trouble for `ok`."""

from __future__ import annotations

import os
import sqlite3

import pandas as pd
import pytest

from nbops.alerts import list_alerts
from nbops.errors import ConfigError, WatchBusy, WatchNotFound
from nbops.monitoring.watching.add_watch import add_watch
from nbops.monitoring.watching.check import check
from nbops.monitoring.watching.plans import alone, read_seen
from nbops.monitoring.watching.remove_watch import remove_watch
from nbops.recording.folding.read_model import ReadModel


def _state(workspace):
    return ReadModel(workspace).get("watch", "orders")["state"], ReadModel(workspace).get("version", "late-flights/1")[
        "drift"
    ]


def _days(later, first, last):
    days = sorted(later["at"].unique())[first:last]
    return later[later["at"].isin(days)]


def _broken(part):
    return part.assign(amount=part["amount"] * 4)


def test_files_of_a_pattern_count_once(add, registered, later):
    """New files are judged together as one report; a check without new ones says so and counts nothing."""
    (inbox := registered.project / "inbox").mkdir()
    add("inbox/*.parquet")
    _days(later, 0, 7).to_parquet(inbox / "a.parquet")
    first = check("orders", workspace=registered)
    assert (first.found, first.state, first.report.current.rows) == ("judged", "ok", 2100)
    again = check("orders", workspace=registered)
    assert (again.found, again.state) == ("nothing new", "ok")
    _broken(_days(later, 7, 14)).to_parquet(inbox / "b.parquet")
    second = check("orders", workspace=registered)
    assert (second.state, second.report.current.rows, second.drifted) == ("alert", 2100, True)
    assert _state(registered) == ("alert", "alert")
    (alert,) = list_alerts(registered)
    assert (alert.owner, alert.severity, alert.count) == ("risk", "alert", 1)
    assert "amount moved" in alert.what
    assert "limit" in alert.sure
    check("orders", workspace=registered)
    assert list_alerts(registered)[0].count == 1
    (inbox / "a.parquet").touch()
    assert check("orders", workspace=registered).found == "nothing new"
    _days(later, 14, 21).to_parquet(inbox / "c.parquet")
    assert check("orders", workspace=registered).state == "ok"
    assert list_alerts(registered) == []
    assert len(ReadModel(registered).list("report")) == 3


def test_a_growing_file_is_cut_by_time(add, registered, later):
    """Only whole windows after those that were judged count; what came too late for its window is told."""
    path = registered.project / "orders.csv"
    add("orders.csv")
    _days(later, 0, 7).to_csv(path, index=False)
    assert check("orders", workspace=registered).report.current.rows == 2100
    _days(later, 0, 14).to_csv(path, index=False)
    second = check("orders", workspace=registered)
    assert (second.report.current.rows, second.report.current.start[:10]) == (2100, "2024-04-17")
    pd.concat([_days(later, 0, 15), _days(later, 0, 1).head(5)]).to_csv(path, index=False)
    third = check("orders", workspace=registered)
    assert third.report.current.rows == 300
    assert any(note.startswith("5 rows came after") for note in third.notes)


def test_an_unfinished_window_waits(add, registered, later):
    """Today's rows are judged when the day is over, though the file has not changed since."""
    path = registered.project / "orders.csv"
    add("orders.csv")
    _days(later, 0, 2).to_csv(path, index=False)
    noon = pd.Timestamp("2024-04-11T12:00Z").timestamp()
    first = check("orders", workspace=registered, now=noon)
    assert (first.report.current.rows, any("wait until" in note for note in first.notes)) == (300, True)
    assert check("orders", workspace=registered, now=noon + 3600).found == "nothing new"
    second = check("orders", workspace=registered, now=noon + 2 * 86400)
    assert (second.found, second.report.current.rows) == ("judged", 300)


def test_a_snapshot_is_followed(add, registered, later):
    """Each new snapshot of a name is judged by its new rows."""
    from nbops.snapshots.snapshot import snapshot

    add("snapshot:orders")
    assert check("orders", workspace=registered).state == "unknown"
    snapshot(_days(later, 0, 7), "orders", workspace=registered)
    assert check("orders", workspace=registered).report.current.rows == 2100
    assert check("orders", workspace=registered).found == "nothing new"
    snapshot(_days(later, 0, 10), "orders", workspace=registered)
    assert check("orders", workspace=registered).report.current.rows == 900


@pytest.mark.parametrize("clause", ["", " WHERE at >= :since"])
def test_a_database_is_asked_for_what_is_new(add, registered, later, monkeypatch, clause):
    """With `:since` the database leaves out what was seen, without it the check does; the address stays unwritten."""
    path = registered.project / "secretive.db"
    monkeypatch.setenv("WAREHOUSE", f"sqlite:///{path}")
    (registered.project / "rows.sql").write_text(f"SELECT * FROM orders{clause}")
    add("${WAREHOUSE}", query="rows.sql")
    with sqlite3.connect(path) as database:
        _days(later, 0, 7).to_sql("orders", database, index=False)
        assert check("orders", workspace=registered).report.current.rows == 2100
        assert check("orders", workspace=registered).found == "nothing new"
        _days(later, 7, 9).to_sql("orders", database, index=False, if_exists="append")
        database.commit()
    assert check("orders", workspace=registered).report.current.rows == 600
    kept = "".join(file.read_text() for file in (registered.root / "watches").rglob("*.json"))
    assert "secretive" not in kept
    monkeypatch.delenv("WAREHOUSE")
    gone = check("orders", workspace=registered)
    assert (gone.state, gone.sentence) == (
        "unknown",
        "the environment has no WAREHOUSE, which should hold the database's address",
    )


def test_missing_data_are_unknown_and_an_alert(add, registered, later):
    """A source that is not there is a sentence and an alert on version and watch, until it is there again."""
    add("inbox.csv")
    gone = check("orders", workspace=registered)
    assert (gone.found, gone.state, gone.sentence) == ("trouble", "unknown", "inbox.csv is not there")
    assert _state(registered) == ("unknown", "unknown")
    check("orders", workspace=registered)
    (alert,) = list_alerts(registered)
    assert (alert.subject, alert.count, alert.severity) == (
        "watch orders (late-flights@champion): its data",
        2,
        "alert",
    )
    _days(later, 0, 7).to_csv(registered.project / "inbox.csv", index=False)
    assert check("orders", workspace=registered).state == "ok"
    assert list_alerts(registered) == []
    (registered.project / "inbox.csv").rename(registered.project / "away.csv")
    assert check("orders", workspace=registered).troubled
    (registered.project / "away.csv").rename(registered.project / "inbox.csv")
    back = check("orders", workspace=registered)
    assert (back.found, back.state, _state(registered), list_alerts(registered)) == (
        "nothing new", "ok", ("ok", "ok"), [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PAR1 no parquet", "cannot be read"),
        (b"", "cannot be read"),
    ],
)
def test_unreadable_data_are_unknown(add, registered, content, sentence):
    """A torn file is no traceback."""
    (registered.project / "x.parquet").write_bytes(content)
    add("x.parquet")
    found = check("orders", workspace=registered)
    assert (found.state, found.found) == ("unknown", "trouble")
    assert sentence in found.sentence
    assert "Traceback" not in found.sentence


def test_a_broken_schema_is_an_alert(add, registered, later):
    """A column that is gone is drift of its own kind; a table of quite other columns cannot be judged."""
    path = registered.project / "x.csv"
    add("x.csv")
    _days(later, 0, 7).drop(columns="amount").to_csv(path, index=False)
    found = check("orders", workspace=registered)
    assert (found.state, found.drifted) == ("alert", True)
    (alert,) = list_alerts(registered)
    assert "amount is dropped" in alert.what
    assert "do not retrain" in alert.then
    pd.DataFrame({"other": [1, 2]}).to_csv(path, index=False)
    assert check("orders", workspace=registered).state == "unknown"
    assert {alert.key for alert in list_alerts(registered)} == {"watch/orders/drift", "watch/orders/data"}


def test_an_empty_file_is_no_silent_ok(add, registered, later):
    """No rows at all are an alert; no new rows are nothing new."""
    path = registered.project / "x.csv"
    add("x.csv")
    _days(later, 0, 7).head(0).to_csv(path, index=False)
    assert check("orders", workspace=registered).state == "alert"


def test_late_data_are_unknown(add, registered, later):
    """Without rows younger than asked for, the state is unknown and somebody is told, once."""
    path = registered.project / "x.csv"
    add("x.csv", late_after="3d")
    _days(later, 0, 7).to_csv(path, index=False)
    day = pd.Timestamp("2024-04-17T12:00Z").timestamp()
    assert check("orders", workspace=registered, now=day).state == "ok"
    assert check("orders", workspace=registered, now=day + 86400).found == "nothing new"
    late = check("orders", workspace=registered, now=day + 5 * 86400)
    assert (late.found, late.state) == ("late", "unknown")
    assert "2024-04-1" in late.sentence
    assert len(list_alerts(registered)) == 1


def test_a_lost_registry_costs_no_check(add, registered, later, monkeypatch):
    """Where MLflow is away, the version that was watched last is judged, and the report says so."""
    path = registered.project / "x.csv"
    _days(later, 0, 7).to_csv(path, index=False)
    add("x.csv")
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    found = check("orders", workspace=registered)
    assert (found.state, any("registry cannot be asked" in note for note in found.notes)) == ("ok", True)


def test_an_alias_is_followed(add, registered, later):
    """After the champion changed, reports belong to the new one, and say whose reference they are held against."""
    from mlflow import MlflowClient

    path = registered.project / "x.csv"
    _days(later, 0, 7).to_csv(path, index=False)
    add("x.csv")
    MlflowClient(registered.tracking_uri, registered.tracking_uri).set_registered_model_alias(
        "late-flights", "champion", "2"
    )
    found = check("orders", workspace=registered)
    assert any("was version 1 and is version 2" in note for note in found.notes)
    assert ReadModel(registered).get("version", "late-flights/2")["drift"] == "ok"


def test_two_checks_at_once_are_one(add, registered):
    """The second says that it is being checked; it neither waits nor counts."""
    add("x.csv")
    with alone(registered, "orders", "busy"), pytest.raises(WatchBusy, match="another process"):
        check("orders", workspace=registered)
    assert read_seen(registered, "orders").checked is None


def test_a_removed_watch_leaves_nothing(add, registered, later):
    """Plan, reference, reports and alerts go; the version is unknown again."""
    path = registered.project / "x.csv"
    _broken(_days(later, 0, 7)).to_csv(path, index=False)
    add("x.csv")
    check("orders", workspace=registered)
    assert len(list_alerts(registered)) == 1
    assert remove_watch("orders", workspace=registered) == ()
    assert (list_alerts(registered), ReadModel(registered).list("report")) == ([], [])
    assert ReadModel(registered).get("version", "late-flights/1")["drift"] == "unknown"
    with pytest.raises(WatchNotFound):
        check("orders", workspace=registered)


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ({"every": "often"}, "no schedule"),
        ({"every": "61 * * * *"}, "no cron expression"),
        ({"late_after": "soon"}, "length of time"),
        ({"source": "postgresql://ada:hush@db/x", "query": "q.sql"}, "password"),
        ({"source": "sqlite:///x.db"}, "needs a query"),
        ({"query": "q.sql"}, "address of a database"),
        ({"alpha": 2.0}, "between 0 and 1"),
    ],
)
def test_plans_that_mean_nothing_are_refused(registered, reference, plan, sentence):
    """The sentence names what is wrong, and no watch is made."""
    given = {"model": "late-flights", "source": "x.csv", "reference": reference, **plan}
    with pytest.raises(ConfigError, match=sentence):
        add_watch("orders", workspace=registered, **given)
    assert not (registered.root / "watches").exists()
