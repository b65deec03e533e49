"""Messages reach a real server, and nothing is lost where they do not."""

from __future__ import annotations

import logging
import threading

import pytest
from routing import route

from nbops.alerts import list_alerts, raise_alert, read_routes, send
from nbops.alerts.book import Book
from nbops.alerts.resolve import settle
from nbops.alerts.send import pending
from nbops.errors import ConfigError


def _raise(workspace, now=1.0, severity="alert", owner="risk", **more):
    return raise_alert(
        "watch/w/drift", "amount moved", severity=severity, subject="watch w (churn v3)", sure="1 in 120 healthy days",
        then="look at the source", runbook="https://wiki/w", owner=owner, workspace=workspace, now=now, **more,
    )  # fmt: skip


def test_a_message_can_be_acted_on(routed, receiver):
    """It says what, since when, how sure, what next, where that is written and for whom; once."""
    alert = _raise(routed)
    assert [(one.route, one.error) for one in send(routed, now=2.0)] == [("team", "")]
    assert send(routed, now=3.0) == []
    (post,) = receiver.posts
    assert post["title"] == "[alert] watch w (churn v3)"
    for words in (
        "amount moved",
        "1 in 120",
        "look at the source",
        "https://wiki/w",
        "for: risk",
        "since: 1970",
        alert.id,
    ):
        assert words in post["message"]


def test_who_was_told_is_told_that_it_is_over(routed, receiver):
    """The last message says that it is resolved."""
    _raise(routed)
    send(routed, now=2.0)
    settle("watch/w/drift", workspace=routed, now=3.0)
    send(routed, now=4.0)
    assert receiver.titles == ["[alert] watch w (churn v3)", "[ok] watch w (churn v3): resolved"]


def test_a_route_that_fails_is_tried_again(routed, receiver, caplog):
    """With growing pauses, shown meanwhile, without its address anywhere, until the service takes the message."""
    receiver.status = 500
    _raise(routed)
    with caplog.at_level(logging.DEBUG):
        (first,) = send(routed, now=10.0)
    assert (first.error, first.again) == ("the service answered with HTTP 500", 40.0)
    assert send(routed, now=39.0) == []
    (second,) = send(routed, now=41.0)
    assert second.again == 41.0 + 120
    waiting = pending(list_alerts(routed)[0], read_routes(routed.project))
    assert (waiting["team"].tries, waiting["team"].error) == (2, "the service answered with HTTP 500")
    receiver.status = 200
    assert [one.error for one in send(routed, now=50.0, at_once=True)] == [""]
    assert len(receiver.posts) == 1
    kept = "".join(path.read_text() for path in Book(routed).folder.rglob("*.json*")) + caplog.text
    assert "hush" not in kept + repr(read_routes(routed.project))


def test_an_unreachable_service_loses_nothing(workspace, monkeypatch):
    """A refused connection, a missing variable and an unknown scheme are sentences; the alert stays."""
    for url, sentence in (
        ("json://127.0.0.1:9", "cannot be reached"), (None, "the environment has no TEAM_URL"), ("x://y", "no address"),
    ):  # fmt: skip
        monkeypatch.delenv("TEAM_URL", raising=False)
        if url:
            monkeypatch.setenv("TEAM_URL", url)
        route(workspace)
        _raise(workspace)
        (tried,) = send(workspace, now=1e6, at_once=True)
        assert sentence in tried.error
    assert len(list_alerts(workspace)) == 1


def test_without_routes_nothing_is_sent(workspace):
    """There is no default channel."""
    _raise(workspace)
    assert send(workspace) == []
    assert pending(list_alerts(workspace)[0], read_routes(workspace.project)) == {}


@pytest.mark.parametrize(
    ("extra", "owner", "severity", "sent"),
    [
        ('owners = ["risk"]', "risk", "warn", 1),
        ('owners = ["risk"]', "sales", "alert", 0),
        ('severity = "alert"', "risk", "warn", 0),
        ('severity = "alert"', "risk", "alert", 1),
    ],
)
def test_routes_choose_by_owner_and_severity(routed, receiver, extra, owner, severity, sent):
    """A route takes its owners' alerts of its severity and above."""
    route(routed, extra)
    _raise(routed, severity=severity, owner=owner, after=1)
    send(routed)
    assert len(receiver.posts) == sent


def test_two_senders_send_once(routed, receiver):
    """Of threads that send at the same time, one delivers."""
    _raise(routed)
    threads = [threading.Thread(target=send, args=(routed,)) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert len(receiver.posts) == 1


@pytest.mark.parametrize(
    "table",
    [
        "[tool.nbops]\nalerts = 3",
        "[tool.nbops.alerts]\ndefault = 'x'",
        "[tool.nbops.alerts.routes]\nteam = 'x'",
        "[tool.nbops.alerts.routes.team]\nurl = 'x'\nseverity = 'low'",
        "[tool.nbops.alerts.routes.team]\nurl = 'x'\nowners = [1]",
    ],
)
def test_routes_that_cannot_be_read(workspace, table):
    """The sentence names the place; the alert is kept."""
    (workspace.project / "pyproject.toml").write_text(table)
    _raise(workspace)
    with pytest.raises(ConfigError, match="alerts"):
        send(workspace)
    assert len(list_alerts(workspace)) == 1
