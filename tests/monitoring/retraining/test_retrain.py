"""From drifted files through a real pipeline in a real kernel to a gated challenger."""

from __future__ import annotations

import time

import nbformat
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from end_recorder import end_recorder
from nbops.alerts import list_alerts
from nbops.cli import main
from nbops.contracts.contract import contract
from nbops.errors import ConfigError, WatchBusy
from nbops.monitoring.retraining.after_check import after_check
from nbops.monitoring.retraining.retrain import retrain
from nbops.monitoring.retraining.retrain_book import read_retrainings
from nbops.monitoring.retraining.set_retraining import set_retraining
from nbops.monitoring.retraining.window_data import window_data
from nbops.monitoring.watching.add_watch import add_watch
from nbops.monitoring.watching.check import check
from nbops.monitoring.watching.plans import alone, read_plan, read_seen
from nbops.pipelines.attach import attach
from nbops.profiles.profile import profile
from nbops.recording.get_run import get_run
from nbops.registry.open_registry import open_registry
from nbops.registry.record import read_ledger

_PARAMETERS = "rows_path = 'data/reference.parquet'"
_SCHEMA = [{"name": "rows_path", "type": "str", "default": "data/reference.parquet", "kind": "data"}]
_TRAIN = """
import pandas as pd
from sklearn.linear_model import LogisticRegression
rows = pd.read_parquet(rows_path)
X, y = rows[['amount', 'size']], rows['late']
model = LogisticRegression().fit(X, y)
accuracy = model.score(X, y)
"""
_ROLES = {"late": "label", "score": "prediction", "error": "performance"}


def _rows(seed, day, days=7, shift=0.0, noise=0.3):
    random = np.random.default_rng(seed)
    count = days * 200
    amount, size = random.normal(shift, 1, count), random.normal(0, 1, count)
    late = amount + noise * random.normal(size=count) > shift
    score = 1 / (1 + np.exp(-amount))
    at = pd.Timestamp(day) + pd.to_timedelta(np.repeat(np.arange(days), 200), unit="D")
    frame = pd.DataFrame({"at": at, "amount": amount, "size": size, "late": late, "score": score})
    return frame.assign(error=(score - late) ** 2)


@pytest.fixture
def project(stored_workspace):
    """A project with a pipeline and its contract, and an inbox."""
    project = stored_workspace.project
    for name in ("data", "inbox"):
        (project / name).mkdir()
    reference = _rows(1, "2024-01-01", 90)
    reference.to_parquet(project / "data/reference.parquet")
    cell = nbformat.v4.new_code_cell
    told = {"parameters": _SCHEMA, "parameters_cell": _PARAMETERS, "pipeline": "train", "directory": "."}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [cell(_PARAMETERS, metadata={"tags": ["parameters"]}), cell(_TRAIN)]
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "nbops": told})
    nbformat.write(book, project / "train.ipynb")
    learned = reference[["amount", "size", "late"]]
    contract(learned, "rows", workspace=stored_workspace).write(project / "contracts/rows.yaml")
    attach(project / "train.ipynb", "rows_path", "rows", workspace=stored_workspace)
    return stored_workspace


@pytest.fixture
def trained(project):
    """The pipeline has run, its model is version 1 and champion, and the inbox is watched."""
    from nbops.pipelines.running.run import run
    from nbops.registry.assign import assign
    from nbops.registry.register import register

    done = run("train.ipynb", workspace=project)
    version = register(done, "late", workspace=project)
    assign("late", version.version, "champion", workspace=project)
    side = profile(_rows(1, "2024-01-01", 90), time="at", roles=_ROLES, name="spring")
    add_watch("orders", model="late@champion", source="inbox/*.parquet", reference=side, workspace=project)
    yield project
    end_recorder(project)


@pytest.fixture
def watched(project, monkeypatch):
    """Nothing has run; a bare version is watched."""
    from mlflow import MlflowClient

    monkeypatch.setenv("NBOPS_RECORDER", "off")
    client = MlflowClient(project.tracking_uri, project.tracking_uri)
    client.create_registered_model("late")
    client.create_model_version("late", source=str(project.artifacts / "model"))
    words = ["--model", "late/1", "--data", "inbox/*.parquet", "--reference", "data/reference.parquet", "--time", "at"]
    roles = [word for name, role in _ROLES.items() for word in ("--role", f"{name}={role}")]
    told = CliRunner().invoke(main, ["watch", "add", "orders", *words, *roles, "--retrain", "train.ipynb"])
    assert told.exit_code == 0, told.output
    assert "orders retrains with train.ipynb (rows_path = new rows) on performance, drift" in told.output
    return project


def _arrives(workspace, name, frame):
    frame.to_parquet(workspace.project / "inbox" / name)
    return check("orders", workspace=workspace)


def test_from_drift_to_a_challenger(trained):
    """Healthy data do nothing; drift with worse errors trains on the new file; broken data only alert; guards hold."""
    set_retraining("orders", "train.ipynb", workspace=trained, cooldown="1s")
    calm = _arrives(trained, "a.parquet", _rows(2, "2024-04-01"))
    assert after_check(calm, workspace=trained) is None
    drifted = _arrives(trained, "b.parquet", _rows(3, "2024-04-08", shift=2.0, noise=0.1))
    foreseen = retrain("orders", dry_run=True, workspace=trained)
    assert (foreseen.outcome, foreseen.trigger, read_retrainings(trained, "orders")) == ("begun", "performance", [])
    with alone(trained, ".retrain", "busy"), pytest.raises(WatchBusy):
        retrain("orders", workspace=trained)
    came = after_check(drifted, workspace=trained)
    registry = open_registry(trained)
    assert (came.outcome, came.version, came.data) == ("stands", 2, "inbox/b.parquet"), str(came)
    run = get_run(came.run, workspace=trained)
    assert run.parameters["rows_path"] == "inbox/b.parquet"
    assert (run.tags["nbops.trigger"], run.tags["nbops.watch"], run.tags["nbops.data_label"]) == (
        "performance", "orders", drifted.label,
    )  # fmt: skip
    assert registry.aliases("late") == {"champion": 1, "challenger": 2}
    event = read_ledger(registry).events[-1]
    assert (event.kind, event.subject, event.body["outcome"]) == ("retrain", "late", came.outcome)
    assert "watch/orders/retraining" in {alert.key for alert in list_alerts(trained)}
    again = retrain("orders", workspace=trained)
    assert (again.outcome, "answered already" in again.sentence) == ("held back", True)
    odd = _rows(4, "2024-04-15", shift=2.0)
    _arrives(trained, "c.parquet", odd.assign(size=odd["size"].where(odd.index % 2 == 0)))
    assert "cools down" in retrain("orders", workspace=trained, now=came.time + 0.5).sentence
    refused = retrain("orders", workspace=trained, now=came.time + 50)
    assert (refused.outcome, refused.run, refused.version) == ("broken data", "", None), str(refused)
    assert any("size" in line for line in refused.objections)
    (alert,) = [one for one in list_alerts(trained) if one.key == "watch/orders/retraining"]
    assert (alert.severity, "break their contract" in alert.what) == ("alert", True)
    assert len(registry.versions("late")) == 2
    _what_gates_and_policy_say(trained, registry)


def _what_gates_and_policy_say(workspace, registry):
    """Worse: refused. Better: waits where no policy allows assigning, is assigned where one does. Failed: said."""
    set_retraining("orders", "train.ipynb", workspace=workspace, cooldown="1s", most=9, stop_after=1, assign=True)
    soon = time.time() + 100
    _arrives(workspace, "d.parquet", _rows(5, "2024-04-22", shift=2.0, noise=3.0))
    worse = retrain("orders", workspace=workspace, now=soon)
    assert (worse.outcome, worse.version) == ("refused", 3), str(worse)
    assert "accuracy" in worse.objections[0]
    _arrives(workspace, "e.parquet", _rows(6, "2024-04-29", shift=2.0, noise=0.05))
    stopped = retrain("orders", workspace=workspace, now=soon + 100)
    assert (stopped.outcome, "1 challengers in a row" in stopped.sentence) == ("held back", True)
    forced = retrain("orders", workspace=workspace, now=soon + 200, force="the noise was a sensor")
    assert (forced.outcome, forced.version, forced.trigger) == ("waits for approval", 4, "person"), str(forced)
    assert registry.aliases("late") == {"champion": 1, "challenger": 4}
    (workspace.project / "pyproject.toml").write_text("[tool.nbops.gates]\naccuracy = { at_least = 0.8 }\n")
    _arrives(workspace, "f.parquet", _rows(7, "2024-05-06", shift=2.0, noise=0.001))
    taken = retrain("orders", workspace=workspace, now=soon + 300)
    assert (taken.outcome, registry.aliases("late")) == ("assigned", {"champion": 5, "challenger": 5}), str(taken)
    book = nbformat.read(workspace.project / "train.ipynb", 4)
    book.cells.append(nbformat.v4.new_code_cell("1 / 0"))
    nbformat.write(book, workspace.project / "train.ipynb")
    failed = retrain("orders", workspace=workspace, now=soon + 400, force="a dead end")
    assert (failed.outcome, "ZeroDivisionError" in failed.sentence) == ("failed", True), str(failed)
    assert get_run(failed.run, workspace=workspace).status == "FAILED"


def test_drift_alone_is_told_and_trains_nothing(watched):
    """From the command line: the check answers drift, the plan says why that is no reason, and how it stands."""
    frame = _rows(8, "2024-04-01")
    frame.assign(size=frame["size"] + 3).to_parquet(watched.project / "inbox" / "a.parquet")
    checked = CliRunner().invoke(main, ["watch", "check", "orders"])
    assert checked.exit_code in {0, 3}, checked.output
    told = CliRunner().invoke(main, ["retrain", "orders"])
    assert (told.exit_code, "orders: none: only features moved" in told.output) == (0, True), told.output
    assert read_retrainings(watched, "orders") == []
    assert "train.ipynb" in CliRunner().invoke(main, ["watch", "retrain", "orders"]).output
    assert "no longer" in CliRunner().invoke(main, ["watch", "retrain", "orders", "--off"]).output
    assert "does not retrain" in CliRunner().invoke(main, ["retrain", "orders"]).output


def test_a_pipeline_that_is_gone_is_an_alert(watched):
    """Retraining that is wanted and cannot begin is told to somebody, and can be tried again."""
    _rows(8, "2024-04-01").to_parquet(watched.project / "inbox" / "a.parquet")
    set_retraining("orders", "train.ipynb", on=["new-data"], workspace=watched)
    (watched.project / "train.ipynb").unlink()
    told = after_check(check("orders", workspace=watched), workspace=watched)
    assert "not retrained: there is no pipeline 'train.ipynb'" in told
    assert "watch/orders/retraining" in {alert.key for alert in list_alerts(watched)}
    assert read_retrainings(watched, "orders") == []


@pytest.mark.parametrize(("rows", "days"), [("new", 3), ("all", 10)])
def test_a_growing_file_is_cut_to_the_window(watched, rows, days):
    """The file that the pipeline gets holds the rows of the last window, or everything up to its end, and no later."""
    path = watched.project / "orders.csv"
    words = {"model": "late/1", "source": "orders.csv", "workspace": watched}
    add_watch("orders", **words)
    frame = _rows(9, "2024-04-01", 11)
    for last in (7, 10):
        frame[frame["at"] < pd.Timestamp("2024-04-01") + pd.Timedelta(days=last)].to_csv(path, index=False)
        found = check("orders", workspace=watched)
    frame.to_csv(path, index=False)
    plan, seen = read_plan(watched, "orders"), read_seen(watched, "orders")
    made = pd.read_parquet(window_data(plan, seen, rows, "at", found.label, watched))
    assert (len(made), str(made["at"].max())[:10]) == (days * 200, "2024-04-10")


def test_plans_that_mean_nothing_are_refused(watched):
    """A trigger, a parameter or a length that nobody knows."""
    for given, sentence in (
        ({"on": ["mood"]}, "triggers nothing"), ({"on": []}, "without a trigger"), ({"parameter": "x"}, "no parameter"),
        ({"cooldown": "soon"}, "length of time"), ({"most": 0}, "never retrain"), ({"rows": "some"}, "rows is"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=sentence):
            set_retraining("orders", "train.ipynb", workspace=watched, **given)
