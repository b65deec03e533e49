"""From drifted files through a real pipeline in a real kernel to a gated challenger."""

from __future__ import annotations

import nbformat
import numpy as np
import pandas as pd
import pytest

from end_recorder import end_recorder
from nbops.alerts import list_alerts
from nbops.contracts.contract import contract
from nbops.errors import ConfigError, WatchBusy
from nbops.monitoring.retraining.after_check import after_check
from nbops.monitoring.retraining.retrain import retrain
from nbops.monitoring.retraining.retrain_book import read_retrainings
from nbops.monitoring.retraining.set_retraining import set_retraining
from nbops.monitoring.watching.add_watch import add_watch
from nbops.monitoring.watching.check import check
from nbops.monitoring.watching.plans import alone
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


def _rows(seed, day, days=7, shift=0.0):
    random = np.random.default_rng(seed)
    count = days * 200
    amount, size = random.normal(shift, 1, count), random.normal(0, 1, count)
    late = amount + 0.3 * random.normal(size=count) > shift
    score = 1 / (1 + np.exp(-amount))
    at = pd.Timestamp(day) + pd.to_timedelta(np.repeat(np.arange(days), 200), unit="D")
    frame = pd.DataFrame({"at": at, "amount": amount, "size": size, "late": late, "score": score})
    return frame.assign(error=(score - late) ** 2)


@pytest.fixture
def trained(stored_workspace):
    """A project with a pipeline, its contract, a registered version 1 (champion) and a watch on an inbox."""
    from nbops.pipelines.running.run import run
    from nbops.registry.assign import assign
    from nbops.registry.register import register

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
    done = run("train.ipynb", workspace=stored_workspace)
    version = register(done, "late", workspace=stored_workspace)
    assign("late", version.version, "champion", workspace=stored_workspace)
    side = profile(reference, time="at", roles=_ROLES, name="spring")
    add_watch("orders", model="late@champion", source="inbox/*.parquet", reference=side, workspace=stored_workspace)
    yield stored_workspace
    end_recorder(stored_workspace)


def _arrives(workspace, name, frame):
    frame.to_parquet(workspace.project / "inbox" / name)
    return check("orders", workspace=workspace)


def test_from_drift_to_a_challenger(trained):
    """Healthy data do nothing; drift with worse errors trains on the new file; broken data only alert; guards hold."""
    set_retraining("orders", "train.ipynb", workspace=trained, cooldown="1s")
    calm = _arrives(trained, "a.parquet", _rows(2, "2024-04-01"))
    assert after_check(calm, workspace=trained) is None
    drifted = _arrives(trained, "b.parquet", _rows(3, "2024-04-08", shift=2.0))
    foreseen = retrain("orders", dry_run=True, workspace=trained)
    assert (foreseen.outcome, foreseen.trigger, read_retrainings(trained, "orders")) == ("begun", "performance", [])
    with alone(trained, ".retrain", "busy"), pytest.raises(WatchBusy):
        retrain("orders", workspace=trained)
    came = after_check(drifted, workspace=trained)
    registry = open_registry(trained)
    expected = "refused" if came.objections else "stands"
    assert (came.outcome, came.version, came.data) == (expected, 2, "inbox/b.parquet"), str(came)
    run = get_run(came.run, workspace=trained)
    assert run.parameters["rows_path"] == "inbox/b.parquet"
    assert (run.tags["nbops.trigger"], run.tags["nbops.watch"], run.tags["nbops.data_label"]) == (
        "performance", "orders", drifted.label,
    )  # fmt: skip
    assert registry.aliases("late") == {"champion": 1} | ({"challenger": 2} if came else {})
    event = read_ledger(registry).events[-1]
    assert (event.kind, event.subject, event.body["outcome"]) == ("retrain", "late", came.outcome)
    assert "watch/orders/retraining" in {alert.key for alert in list_alerts(trained)}
    again = retrain("orders", workspace=trained)
    assert (again.outcome, "answered already" in again.sentence) == ("held back", True)
    odd = _rows(4, "2024-04-15", shift=2.0)
    broken = _arrives(trained, "c.parquet", odd.assign(size=odd["size"].where(odd.index % 2 == 0)))
    refused = after_check(broken, workspace=trained)
    assert (refused.outcome, refused.run, refused.version) == ("broken data", "", None), str(refused)
    assert any("size" in line for line in refused.objections)
    (alert,) = [one for one in list_alerts(trained) if one.key == "watch/orders/retraining"]
    assert (alert.severity, "break their contract" in alert.what) == ("alert", True)
    assert len(registry.versions("late")) == 2


def test_plans_that_mean_nothing_are_refused(trained):
    """A trigger, a parameter or a length that nobody knows, and a watch without a plan."""
    with pytest.raises(ConfigError, match="does not retrain"):
        retrain("orders", workspace=trained)
    for given, sentence in (
        ({"on": ["mood"]}, "triggers nothing"), ({"on": []}, "without a trigger"), ({"parameter": "x"}, "no parameter"),
        ({"cooldown": "soon"}, "length of time"), ({"most": 0}, "never retrain"), ({"rows": "some"}, "rows is"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=sentence):
            set_retraining("orders", "train.ipynb", workspace=trained, **given)
