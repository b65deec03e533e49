"""Models are the same where they predict the same, and are not compared where that cannot be seen."""

from __future__ import annotations

import hashlib
import pickle
import shutil
import time
from uuid import uuid4

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from nbops.capture.journal.journal import Journal
from nbops.capture.journal.records import RunClosed, RunOpened, Session
from nbops.pipelines.verifying.compare import compare, proves
from nbops.processes import this_process
from nbops.recording.get_run import get_run
from nbops.recording.list_runs import list_runs
from nbops.snapshots.snapshot import snapshot

FRAME = {"inputs": [["a", "float64"], ["b", "float64"]]}
MATRIX = {"inputs": None, "tensor": "float64", "shape": [3]}
ELSEWHERE = {"inputs": [["z", "float64"]]}


@pytest.fixture(scope="module")
def rows():
    """Two features and a label that they do not decide."""
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"a": random.normal(size=200), "b": random.normal(size=200)})
    return frame, (frame["a"] + random.normal(size=200) > 0).astype(int), random.normal(size=(200, 3))


@pytest.fixture
def written(stored_workspace, rows):
    """Write a captured and a fresh run with models `{name: (signature, captured bytes, fresh bytes)}`."""
    session = f"20260101T000000-{uuid4().hex[:8]}"
    journal = Journal(stored_workspace, session)
    journal.append(Session(session=session, owner=this_process(), time=time.time()))

    def write(models):
        frame, _, matrix = rows
        datasets = tuple(
            {"name": name, "snapshot": snapshot(value, name, workspace=stored_workspace).id, "rows": 200, "role": ""}
            for name, value in (("frame", frame), ("matrix", matrix))
        )
        found = []
        for which in (1, 2):
            run = uuid4().hex
            entries = tuple(
                {"name": name, "class": "x", "blob": journal.put(told[which]), "signature": told[0], "packages": []}
                for name, told in models.items()
            )
            journal.append(RunOpened(run=run, session=session, time=time.time(), name="fit"))
            journal.append(RunClosed(run=run, status="FINISHED", time=time.time(), models=entries, datasets=datasets))
            found.append(get_run(run, workspace=stored_workspace))
        return compare(*found, stored_workspace)

    write.journal = journal
    yield write
    journal.close()


def marked(model):
    """The same model in other bytes."""
    model.remark = uuid4().hex
    return pickle.dumps(model)


def moved(model, by):
    """The model, its predictions moved by a share."""
    copy = pickle.loads(pickle.dumps(model))
    copy.coef_ = copy.coef_ * (1 + by)
    copy.intercept_ = copy.intercept_ * (1 + by)
    return pickle.dumps(copy)


def test_predictions_decide(written, rows):
    """Other bytes with the same answers are equal, floats within 1e-9; probabilities count as much as labels."""
    frame, label, matrix = rows
    labels = LogisticRegression().fit(frame, label)
    numbers = LinearRegression().fit(matrix, label)
    found = written(
        {
            "same": (FRAME, pickle.dumps(labels), marked(LogisticRegression().fit(frame, label))),
            "surer": (FRAME, pickle.dumps(labels), moved(labels, 1e-6)),
            "near": (MATRIX, pickle.dumps(numbers), moved(numbers, 1e-12)),
            "far": (MATRIX, pickle.dumps(numbers), moved(numbers, 1e-7)),
            "other": (FRAME, pickle.dumps(labels), pickle.dumps(LinearRegression().fit(frame, label))),
        }
    )
    told = {one.what: (one.equal, one.fresh) for one in found.comparisons if one.what.startswith("predictions")}
    assert told == {
        "predictions of same": (True, "200 rows"),
        "predictions of surer": (False, "predict_proba differs for 199 of 200 rows"),
        "predictions of near": (True, "200 rows"),
        "predictions of far": (False, "predict differs for 200 of 200 rows"),
        "predictions of other": (False, "a LinearRegression"),
    }
    assert found.unheld == ()


def test_what_cannot_be_compared_does_not_count(written, rows):
    """No rows, a class that is gone, a file that was tampered with: each is said, none of them proves anything."""
    frame, label, _ = rows
    model = LogisticRegression().fit(frame, label)
    good = pickle.dumps(model)
    gone = good.replace(b"LogisticRegression", b"LogisticRegressiom")
    tampered = marked(model)
    digest = hashlib.sha256(tampered).hexdigest()
    written.journal.put(tampered)
    (written.journal.folder / "blobs" / digest).write_bytes(b"something else")
    found = written(
        {
            "rowless": (ELSEWHERE, good, marked(LogisticRegression().fit(frame, label))),
            "gone": (FRAME, good, gone),
            "tampered": (FRAME, good, tampered),
        }
    )
    assert [one for one in found.comparisons if not one.what.startswith("snapshot ")] == []
    assert not proves(found.comparisons)
    rowless, gone_told, tampered_told = found.unheld
    assert (
        rowless
        == "the model `rowless` could not be compared: the run's snapshots hold no rows that it could predict for"
    )
    assert gone_told.startswith("the model `gone` could not be compared: it cannot be loaded: AttributeError")
    assert tampered_told == "the model `tampered` could not be compared: its file is not what was stored"


def test_a_journal_that_is_gone_is_said_so(written, rows, stored_workspace):
    """Nothing is left to compare with; that is no proof."""
    frame, label, _ = rows
    model = pickle.dumps(LogisticRegression().fit(frame, label))
    written({"model": (FRAME, model, model)})
    fresh, captured = list_runs(stored_workspace)[:2]
    shutil.rmtree(written.journal.folder)
    found = compare(captured, fresh, stored_workspace)
    assert found.unheld == (
        "the model `model` could not be compared: what was captured of it is not in the journal any more",
    )
    assert not proves(found.comparisons)


def test_equal_bytes_need_no_process(written, rows, monkeypatch):
    """Nothing is unpickled, nothing is started."""
    frame, label, _ = rows
    model = pickle.dumps(LogisticRegression().fit(frame, label))
    monkeypatch.setattr("nbops.pipelines.verifying.compare_models.subprocess", None)
    found = written({"model": (FRAME, model, model)})
    assert proves(found.comparisons)
    assert found.comparisons[0].what == "model model"
