"""Alerts from the first time something is seen until it is over."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from nbops.alerts import acknowledge, list_alerts, raise_alert, resolve, snooze
from nbops.alerts.book import Book
from nbops.alerts.lengths import read_length, read_moment
from nbops.alerts.record_events import record_events
from nbops.alerts.resolve import settle
from nbops.alerts.send import send
from nbops.errors import AlertClosed, AlertNotFound, ConfigError, StoreUnavailable
from nbops.widgets.alerts_table import alerts_table


def _raise(workspace, now, severity="alert", **more):
    return raise_alert(
        "watch/w/drift", "amount moved", severity=severity, subject="watch w", workspace=workspace, now=now, **more
    )


def test_the_same_cause_is_one_alert(workspace):
    """Seen again, the count and the last time rise; the beginning and the message stay."""
    first, second = _raise(workspace, 100.0), _raise(workspace, 200.0)
    (alert,) = list_alerts(workspace, now=200.0)
    assert (alert.count, alert.since, alert.seen, alert.message) == (2, 100.0, 200.0, 1)
    assert first.id == second.id == alert.id


def test_the_same_observation_counts_once(workspace):
    """A window that is looked at twice is no second window."""
    for _ in range(2):
        _raise(workspace, 100.0, "warn", observation="2024-05")
    assert _raise(workspace, 101.0, "warn", observation="2024-05").count == 1
    assert _raise(workspace, 102.0, "warn", observation="2024-06").count == 2


@pytest.mark.parametrize(
    ("severity", "after", "due"), [("warn", None, [0, 1, 1]), ("alert", None, [1, 1, 1]), ("alert", 3, [0, 0, 1])]
)
def test_a_message_waits_until_it_lasts(workspace, severity, after, due):
    """By default two warnings in a row, one alert; or as many as asked for."""
    assert [_raise(workspace, float(now), severity, after=after).message for now in range(3)] == due


def test_worse_is_said_again(workspace):
    """A warning that becomes an alert is a second message; one that goes on is none."""
    told = [
        _raise(workspace, float(n), severity).message for n, severity in enumerate(["warn", "warn", "alert", "alert"])
    ]
    assert told == [0, 1, 2, 2]
    (alert,) = list_alerts(workspace, now=4.0)
    assert (alert.saying, alert.severity) == ("worse", "alert")


def test_an_acknowledged_alert_is_quiet_until_it_gets_worse(workspace):
    """It stays acknowledged, with name and note, while it is as bad as it was."""
    _raise(workspace, 1.0, "warn", after=1)
    acknowledge(list_alerts(workspace, now=1.0)[0].id, by="ada", note="looking", workspace=workspace, now=2.0)
    alert = _raise(workspace, 3.0, "warn", after=1)
    assert (alert.state, alert.by, alert.note, alert.message) == ("acknowledged", "ada", "looking", 1)
    alert = _raise(workspace, 4.0, "alert")
    assert (alert.state, alert.message, alert.saying) == ("open", 2, "worse")


def test_a_snooze_ends(workspace):
    """Until its time an alert is quiet; then it is open again, by itself, and said again when it is seen."""
    _raise(workspace, 1.0)
    snooze("watch/w/drift", 100.0, by="ada", note="maintenance", workspace=workspace, now=2.0)
    assert _raise(workspace, 50.0).state == "snoozed"
    assert [alert.state for alert in list_alerts(workspace, now=101.0)] == ["open"]
    alert = _raise(workspace, 102.0)
    assert (alert.state, alert.message, alert.saying, alert.until) == ("open", 2, "again", None)
    with pytest.raises(ConfigError, match="later than now"):
        snooze("watch/w/drift", 50.0, by="ada", workspace=workspace, now=102.0)


def test_it_resolves_and_opens_anew(workspace):
    """What is over is listed only on request, says so to those who were told, and begins anew when it comes back."""
    _raise(workspace, 1.0)
    over = settle("watch/w/drift", workspace=workspace, now=2.0)
    assert (over.state, over.saying, over.message) == ("resolved", "resolved", 2)
    assert list_alerts(workspace) == []
    assert len(list_alerts(workspace, resolved=True)) == 1
    assert settle("watch/w/drift", workspace=workspace) is None
    again = _raise(workspace, 3.0)
    assert (again.since, again.count, again.message) == (3.0, 1, 3)


def test_what_is_over_cannot_be_acknowledged(workspace):
    """A sentence and a hint, also for a name that no alert has."""
    _raise(workspace, 1.0)
    resolve("watch/w/drift", by="ada", note="mended", workspace=workspace, now=2.0)
    with pytest.raises(AlertClosed, match="resolved already"):
        acknowledge("watch/w/drift", by="ada", workspace=workspace)
    with pytest.raises(AlertNotFound, match="'ffff'"):
        acknowledge("ffff", by="ada", workspace=workspace)


def test_the_history_tells_who_did_what(workspace):
    """Every change stands in it, in order, though a crash has cut a line short."""
    _raise(workspace, 1.0)
    snooze("watch/w/drift", 9.0, by="ada", note="later", workspace=workspace, now=2.0)
    with Book(workspace).history_path.open("ab") as file:
        file.write(b'{"kind": "torn')
    resolve("watch/w/drift", by="bob", workspace=workspace, now=3.0)
    events = Book(workspace).history("watch/w/drift")
    assert [(event["kind"], event.get("by"), event.get("note")) for event in events] == [
        ("opened", None, None),
        ("snoozed", "ada", "later"),
        ("resolved", "bob", None),
    ]


def test_the_ledger_gets_what_people_did_once(workspace):
    """Where it is away, the event waits; what nbops did by itself is not among it."""
    _raise(workspace, 1.0)
    acknowledge("watch/w/drift", by="ada", note="on it", workspace=workspace, now=2.0)
    written = []

    def away(*_):
        raise StoreUnavailable("MLflow is away")

    assert "MLflow is away" in record_events(workspace, away)[0]
    assert record_events(workspace, lambda *event: written.append(event)) == ()
    assert record_events(workspace, lambda *event: written.append(event)) == ()
    ((kind, subject, facts),) = written
    assert (kind, subject, facts["by"], facts["note"]) == ("alert acknowledged", "watch w", "ada", "on it")


def test_many_processes_raise_one_alert(workspace):
    """Four processes that raise it ten times each make one alert that was seen forty times, and lose no line."""
    code = (
        "import sys; from nbops.alerts import raise_alert; from nbops.workspace import open_workspace\n"
        "place = open_workspace(sys.argv[1])\n"
        "for _ in range(10): raise_alert('k', 'x', severity='alert', subject='s', workspace=place)"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, str(workspace.project)]) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0] * 4
    (alert,) = list_alerts(workspace)
    assert (alert.count, alert.message) == (40, 1)
    assert len(Book(workspace).history()) == 40


@pytest.mark.parametrize(("text", "seconds"), [("30min", 1800), ("4h", 14400), ("1d", 86400), ("2w", 1209600)])
def test_lengths(text, seconds):
    """Lengths are a number and a unit."""
    assert read_length(text) == seconds


@pytest.mark.parametrize("text", ["", "0h", "h", "1 year", "-1h"])
def test_bad_lengths(text):
    """Anything else is a sentence."""
    with pytest.raises(ConfigError, match="length of time"):
        read_length(text)
    with pytest.raises(ConfigError, match="point in time"):
        read_moment(text)


DAMAGE = (
    "[" * 100_000, "[]", "5", '{"severity": "loud"}', '{"told": "loud"}', '{"since": "x"}', '{"since": 1e300}',
    '{"seen": null}', '{"since": NaN}', '{"deliveries": [1]}', '{"deliveries": {"a": {"tries": "q"}}}',
    '{"state": "snoozed", "until": "x"}',
    '{"key": 5}', '{"what": null}', '{"count": "many"}',
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_silences_no_other_alert(workspace, damage):
    """Whatever one file holds, the others are listed, shown, raised and sent; it is passed over."""
    kept, lost = _raise(workspace, 100.0), raise_alert(
        "other", "o", severity="warn", subject="s", workspace=workspace, now=100.0
    )  # fmt: skip
    book = Book(workspace)
    path = book.folder / "open" / f"{lost.id}.json"
    path.write_text(json.dumps({**lost.to_wire(), **json.loads(damage)}) if damage[0] == "{" else damage)
    assert list_alerts(workspace, now=200.0) == [kept]
    assert alerts_table(list_alerts(workspace)).html.count(kept.id) == 1
    assert send(workspace, now=200.0) == []
    assert _raise(workspace, 200.0).count == 2


def test_a_copy_of_a_file_is_no_second_alert(workspace):
    """What a synchronised folder leaves beside it, as `… (conflict).json`, is not sent again and again."""
    alert = _raise(workspace, 100.0)
    folder = Book(workspace).folder / "open"
    (folder / f"{alert.id} (conflict).json").write_bytes((folder / f"{alert.id}.json").read_bytes())
    assert list_alerts(workspace, now=100.0) == [alert]


def test_half_a_character_is_no_reason_to_fail(workspace):
    """A note may come from a terminal or a browser that cuts characters in two."""
    alert = _raise(workspace, 100.0)
    acknowledge(alert.id, by="ada", note="seen \ud800", workspace=workspace, now=101.0)
    assert list_alerts(workspace, now=102.0)[0].note == "seen ?"


def test_a_snooze_ends_within_the_calendar(workspace):
    """What no date can say is refused, since nobody could show when it ends."""
    alert = _raise(workspace, 100.0)
    with pytest.raises(ConfigError, match="calendar"):
        snooze(alert.id, 1e12, by="ada", workspace=workspace, now=101.0)
