"""`%watch` and `%alerts` in a real shell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from IPython.core.error import UsageError

from nbops.errors import WatchNotFound


@pytest.fixture
def rows(shell, stored_workspace):
    """The shell knows `before`, sixty days, `fine` and `bad`, a week each; `churn` has a version."""
    from mlflow import MlflowClient

    client = MlflowClient(stored_workspace.tracking_uri, stored_workspace.tracking_uri)
    client.create_registered_model("churn")
    client.create_model_version("churn", source=str(stored_workspace.artifacts / "model"))

    def make(day, days, factor=1.0):
        random = np.random.default_rng(days)
        at = pd.Timestamp(day) + pd.to_timedelta(np.repeat(np.arange(days), 200), unit="D")
        return pd.DataFrame({"at": at, "amount": random.lognormal(size=len(at)) * factor})

    names = {"before": make("2024-01-01", 60), "fine": make("2024-03-01", 7), "bad": make("2024-03-08", 7, 3.0)}
    shell.user_ns.update(names)
    return names


def test_a_watch_in_a_notebook(shell, rows):
    """Made with a reference, told what came in, listed; its alert is shown, snoozed and over."""
    assert shell.run("%watch daily fine --model churn --reference before").state == "ok"
    report = shell.run('%watch daily "bad[bad.amount > 0]" --label march')
    assert (report.state, report.label) == ("alert", "march")
    (one,) = shell.run("%watch")
    assert (one.plan.name, one.state, one.version, one.label) == ("daily", "alert", 1, "march")
    (alert,) = alerts = shell.run("%alerts")
    assert "amount moved" in alerts._repr_html_()
    shown = shell.display_formatter.format(alerts)[0]
    assert alert.id in shown["text/plain"]
    assert "only features moved" in shown["text/html"]
    (snoozed,) = shell.run(f"%alerts snooze {alert.id} --for 4h --note 'a campaign'")
    assert (snoozed.state, snoozed.note) == ("snoozed", "a campaign")
    assert [one.state for one in shell.run(f"%alerts resolve {alert.id}")] == ["resolved"]
    assert shell.run("%alerts") == []


def test_a_source_of_its_own(shell, rows, stored_workspace):
    """`--source` makes a plan; `%watch NAME` looks there, and says when nothing is new."""
    rows["fine"].to_csv(stored_workspace.project / "x.csv", index=False)
    (made,) = shell.run("%watch w --model churn --reference before --source x.csv --every 1d --owner ada")
    assert (made.plan.source, made.plan.every, made.plan.owner) == ("x.csv", "1d", "ada")
    assert shell.run("%watch w").state == "ok"
    assert "nothing new" in shell.run("%watch w")
    assert "x.csv" in shell.run("%watch")._repr_html_()
    (other,) = shell.run("%watch v --model churn/1 --reference before")
    assert (other.plan.name, other.plan.source, other.state) == ("v", "", "unknown")


def test_mistakes_are_told(shell, rows):
    """Each is a sentence of its own kind."""
    for line, kind in (
        ("%watch nobody fine", WatchNotFound),
        ("%watch w --owner ada", UsageError),
        ("%watch w fine --model churn --reference before --owner ada", UsageError),
        ("%alerts snooze", UsageError),
        ("%alerts snooze 12345678", UsageError),
    ):
        with pytest.raises(kind):
            shell.run(line)
