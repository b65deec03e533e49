"""`watch` and `observe`, on a real registry, journal and read model."""

from __future__ import annotations

import json
import threading

import pytest
from routing import receiving, route

from nbops.alerts import list_alerts
from nbops.errors import AliasNotFound, ConfigError, NotFound, VersionNotFound
from nbops.monitoring import watch
from nbops.monitoring.judging.ladder import climb
from nbops.recording.folding.read_model import ReadModel


def _months(later):
    return {str(month): part for month, part in later.groupby(later["at"].dt.strftime("%Y-%m"))}


def test_reports_are_kept_where_screens_look(registered, reference, later):
    """A report is a document, the watch and the version show its state, and the journal has a run of kind `drift`."""
    seen = watch("late-flights@champion", reference, workspace=registered)
    assert (seen.name, seen.model, seen.version, seen.alias) == ("late-flights", "late-flights", 1, "champion")
    report = seen.observe(later.assign(amount=later["amount"] * 2), label="2024-05")
    assert (report.state, report.label) == ("alert", "2024-05")
    documents = ReadModel(registered)
    (body,) = documents.list("report")
    assert (body["watch"], body["model"], body["version"], body["label"]) == (
        "late-flights",
        "late-flights",
        1,
        "2024-05",
    )
    assert (body["current"]["rows"], body["reference"]["name"]) == (12_000, "spring")
    assert documents.get("watch", "late-flights")["state"] == "alert"
    assert documents.get("version", "late-flights/1")["drift"] == "alert"
    assert documents.get("version", "late-flights/2")["drift"] == "unknown"


def test_the_run_carries_metrics_and_files(registered, reference, later):
    """The journal's run has statistics, outcome means and the report, and no value that only a few rows have."""
    from nbops.capture.journal.journal import journal_folders, read_blob, read_journal
    from nbops.capture.journal.records import RunClosed, RunOpened

    watch("late-flights", reference, workspace=registered).observe(later, label="may")
    records = [(folder, record) for folder in journal_folders(registered) for record in read_journal(folder).records]
    (opened,) = [record for _, record in records if isinstance(record, RunOpened)]
    ((folder, closed),) = [pair for pair in records if isinstance(pair[1], RunClosed)]
    assert (opened.kind, opened.name) == ("drift", "drift late-flights may")
    assert closed.status == "FINISHED"
    assert closed.metrics["state"] == 0
    assert {"drift.amount", "drift.city", "mean.error", "rows"} <= closed.metrics.keys()
    files = {artifact["path"]: read_blob(folder, artifact["blob"]) for artifact in closed.artifacts}
    assert json.loads(files["drift/report.json"])["state"] == "ok"
    assert b"columns within their limits" in files["drift/report.html"]
    assert json.loads(files["drift/profile.json"])["published"] is True
    assert b"spring (30,000 rows" in files["drift/report.md"]


def test_warnings_that_persist_become_an_alert(registered, reference, later):
    """One day beyond its limit warns; the next one too is an alert, and the note says why."""
    days = [part for _, part in later.groupby("at")]
    seen = watch("late-flights/1", reference, name="daily", workspace=registered)
    bad = [day.assign(amount=day["amount"] * 3) for day in days[:3]]
    assert [seen.observe(days[5]).state, seen.observe(bad[0]).state] == ["ok", "warn"]
    report = seen.observe(bad[1])
    assert (report.state, report.label) == ("alert", "2024-04-11")
    assert "second report in a row" in report.notes[-1]


def test_the_same_label_again_replaces_its_report(registered, reference, later):
    """Observing a day twice is one report, and never counts as two in a row."""
    day = later[later["at"] == later["at"].min()]
    seen = watch("late-flights@champion", reference, workspace=registered)
    states = [seen.observe(day.assign(amount=day["amount"] * 3)).state for _ in range(2)]
    assert states == ["warn", "warn"]
    assert len(ReadModel(registered).list("report")) == 1


def test_a_watch_goes_on_where_it_was(registered, reference, later):
    """Without a reference the watch of that name continues with the one it has."""
    watch("late-flights@champion", reference, workspace=registered)
    again = watch("late-flights@champion", workspace=registered)
    assert again.reference == reference
    assert again.observe(later).state == "ok"
    with pytest.raises(NotFound, match="no watch 'other'"):
        watch("late-flights@champion", name="other", workspace=registered)


def test_versions_are_found_as_people_write_them(registered, reference):
    """By alias, by number, by argument; a bare name is the champion."""
    assert watch("late-flights", reference, workspace=registered).version == 1
    assert watch("late-flights/2", reference, workspace=registered).version == 2
    assert watch("late-flights", reference, version=2, workspace=registered).version == 2
    with pytest.raises(VersionNotFound):
        watch("late-flights/9", reference, workspace=registered)
    with pytest.raises(AliasNotFound):
        watch("late-flights@nobody", reference, workspace=registered)
    with pytest.raises(ConfigError, match="name of a watch"):
        watch("late-flights", reference, name="../x", workspace=registered)


def test_an_observation_alerts_without_delay(registered, reference, later, monkeypatch):
    """What is observed in Python raises an alert, whose message leaves from a thread; older data change nothing."""
    with receiving() as server:
        monkeypatch.setenv("TEAM_URL", server.address)
        route(registered)
        days = sorted(later["at"].unique())
        seen = watch("late-flights", reference, workspace=registered)
        seen.observe(later[later["at"].isin(days[14:28])].assign(amount=1.0))
        for thread in threading.enumerate():
            if thread.name == "nbops-alerts":
                thread.join(30)
        assert server.titles == ["[alert] watch late-flights (late-flights v1)"]
        assert seen.observe(later[later["at"].isin(days[:14])]).state == "ok"
        assert [alert.state for alert in list_alerts(registered)] == ["open"]


@pytest.mark.parametrize(
    ("found", "before", "state"),
    [
        ("ok", ["warn", "warn"], "ok"),
        ("warn", [], "warn"),
        ("warn", ["ok"], "warn"),
        ("warn", ["warn"], "alert"),
        ("warn", ["warn", "ok"], "warn"),
        ("warn", ["warn", "warn", "ok"], "alert"),
        ("warn", ["alert", "ok", "warn", "ok"], "alert"),
        ("warn", ["warn", "warn", "ok", "ok", "ok", "ok"], "warn"),
        ("alert", [], "alert"),
    ],
)
def test_the_ladder(found, before, state):
    """`warn` becomes `alert` with 2 of 2 or 3 of 5."""
    assert climb(found, before)[0] == state
