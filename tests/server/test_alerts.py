"""Alerts over a real Jupyter server."""

from __future__ import annotations

import pytest

from nbops.alerts import raise_alert
from nbops.workspace import open_workspace


@pytest.fixture
def alert(tmp_path_factory):
    """A server whose project has one alert; its history lies in the workspace."""
    from real_jupyter import running_jupyter

    root = tmp_path_factory.mktemp("alerts")
    (root / "pyproject.toml").write_text(
        '[tool.nbops.alerts.routes.team]\nurl = "json://ada:hush-hush@127.0.0.1:9"\nseverity = "alert"\n'
    )
    one = raise_alert(
        "watch/w/drift", "amount <b>moved</b>", severity="alert", subject="watch w", owner="risk",
        workspace=open_workspace(root),
    )  # fmt: skip
    with running_jupyter(root, tmp_path_factory.mktemp("home")) as server:
        yield server, one


def test_alerts_are_listed_and_acted_on(alert):
    """GET shows them without a route's address; POST acknowledges, snoozes and resolves; wrong words are a 4xx."""
    server, one = alert
    page = server.ask("nbops/alerts")
    assert (page.json["open"], page.json["alerts"][0]["id"], "hush" in page.text) == (1, one.id, False)
    assert page.json["alerts"][0]["unsent"] == {"team": ""}
    path = f"nbops/alerts/{one.id}"
    answer = server.ask(f"{path}/acknowledgement", "POST", {"note": "--json"})
    assert (answer.status, answer.json["state"], answer.json["note"]) == (200, "acknowledged", "--json")
    assert server.ask("nbops/alerts").json["open"] == 0
    assert server.ask(f"{path}/snooze", "POST", {"for": "4h"}).json["state"] == "snoozed"
    for body in ({}, {"for": "4h", "until": "2030-01-01"}, {"for": "soon"}, {"for": 4}):
        assert server.ask(f"{path}/snooze", "POST", body).status == 400
    assert server.ask(f"{path}/resolution", "POST", {}).json["state"] == "resolved"
    closed = server.ask(f"{path}/acknowledgement", "POST", {})
    assert (closed.status, closed.json.keys()) == (409, {"error", "message", "hint"})
    assert server.ask("nbops/alerts/ffffffff/acknowledgement", "POST", {}).status == 404
    for note in ("a\0b", "\ud800", "x" * 200_000):
        answer = server.ask(f"{path}/acknowledgement", "POST", {"note": note})
        assert (answer.status, answer.json["error"]) == (400, "ConfigError")
