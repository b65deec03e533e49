"""References: `last`, ids and their beginnings, names, `best:METRIC`."""

from __future__ import annotations

import pytest

from journal_writer import Writer
from nbops.errors import RunNotFound
from nbops.recording.get_run import get_run, is_minimised, last_run
from nbops.recording.runs import runs


def test_last_is_the_latest_that_can_be_meant(stored_workspace, writer):
    """Neither empty, nor a child, nor a drift report, nor deleted."""
    run = writer.run("meant")
    writer.run("imports", empty=True)
    writer.run("child", opened={"parent": run, "kind": "block"})
    writer.run("report", opened={"kind": "drift"})
    assert last_run().id == run


def test_last_is_this_kernels_own_where_it_has_one(stored_workspace):
    """Another notebook's later run is not `last` here."""
    from nbops.capture.runs.close_run import close_run
    from nbops.capture.runs.open_run import open_run
    from nbops.capture.runs.session import begin_session, end_session

    session = begin_session(None)
    try:
        other = Writer(stored_workspace)
        other.run("other")
        assert last_run().name == "other"
        mine = open_run("cell", "mine")
        close_run(mine)
        other.run("later", opened={"time": 4e9})
        assert last_run().name == "mine"
    finally:
        end_session(session)
    assert last_run().name == "later"


def test_ids_and_their_beginnings(stored_workspace, writer):
    """At least four digits; more than one answer is told, with what tells them apart."""
    writer.run("one", opened={"run": "abcd1" + "0" * 27})
    writer.run("two", opened={"run": "abcd2" + "0" * 27})
    assert get_run("abcd1").name == "one"
    assert get_run("ABCD2" + "0" * 27).name == "two"
    with pytest.raises(RunNotFound, match=r"more than one run: abcd\d000 \((one|two)\), abcd"):
        get_run("abcd")


def test_mlflow_ids_are_ids_too(stored_workspace, writer, drain):
    """Somebody copies the id from MLflow's UI."""
    run = writer.run()
    drain()
    assert get_run(get_run(run).mlflow_run_id[:8]).id == run


def test_names_mean_the_latest_of_that_name(stored_workspace, writer):
    """A name that was given later counts, the former one does not."""
    writer.run("fit")
    second = writer.run("fit")
    assert get_run("fit").id == second


def test_unknown_reference_names_what_is_near(stored_workspace, writer):
    """A typo is answered with what was probably meant."""
    writer.run("forest")
    with pytest.raises(RunNotFound, match="'forrest'") as caught:
        get_run("forrest")
    assert caught.value.hint == "one of forest"


def test_nothing_recorded_says_how_to_begin(stored_workspace):
    """The first minute."""
    with pytest.raises(RunNotFound, match="no run is recorded in project yet") as caught:
        get_run()
    assert caught.value.hint == "%%track"


def test_best_goes_the_right_way(stored_workspace, writer, drain):
    """Losses down, scores up, or as told; only FINISHED, unhidden runs of this experiment; and it is told how."""
    from nbops.recording.annotate import annotate

    for name, auc, loss in (("a", 0.7, 0.2), ("b", 0.9, 0.4), ("c", 0.8, 0.1)):
        writer.run(name, metrics={"auc": auc, "val_loss": loss})
    writer.run("failed", "FAILED", metrics={"auc": 1.0})
    annotate(writer.run("hidden", metrics={"auc": 1.0}), hide=True)
    writer.run("foreign", opened={"experiment": "other", "time": 1.0}, metrics={"auc": 1.0})
    assert [get_run(f"best:{ref}").name for ref in ("auc", "auc:min", "val_loss", "val_loss:max")] == [
        "b",
        "a",
        "c",
        "b",
    ]
    assert get_run("best:auc").chosen == "greatest auc of 3 runs: 0.9"
    with pytest.raises(RunNotFound, match="no finished run of experiment 'train' has a metric 'acu'") as caught:
        get_run("best:acu")
    assert caught.value.hint == "best:auc"
    with pytest.raises(RunNotFound, match="ends in 'up'"):
        get_run("best:auc:up")


def test_best_of_different_data_is_told(stored_workspace, writer):
    """Metrics of different test sets say little."""
    for digit in "ab":
        writer.run(datasets=({"name": "test", "snapshot": digit * 64, "digest": digit, "rows": 3},))
    assert get_run("best:auc").chosen.endswith("; the runs compared saw different data")


@pytest.mark.parametrize("name", ["loss", "val_loss", "log_loss", "logloss", "rmse", "test.MAE", "mean_squared_error",
                                  "brierScore", "validation-error", "RMSE", "trainLoss"])  # fmt: skip
def test_losses_and_errors_are_minimised(name):
    """Judged by words of the name."""
    assert is_minimised(name)


@pytest.mark.parametrize("name", ["auc", "accuracy", "f1", "neg_log_loss", "closeness", "r2", "glossary"])
def test_scores_are_maximised(name):
    """A word that merely contains a loss is none, and scikit-learn's negated losses are scores."""
    assert not is_minimised(name)


def test_runs_as_a_frame(stored_workspace, writer):
    """One row a run, parameters and metrics as columns; without runs an empty frame with the columns."""
    assert list(runs().columns)[:3] == ["run_id", "name", "status"]
    run = writer.run("fit", parameters={"C": 0.5}, metrics={"auc": 0.8})
    frame = runs()
    assert frame.loc[0, ["run_id", "name", "status", "params.C", "metrics.auc"]].tolist() == [
        run, "fit", "FINISHED", 0.5, 0.8,
    ]  # fmt: skip


def test_a_verification_is_never_last(stored_workspace, writer):
    """The hidden run of a promotion's verification is neither `last` nor what an undo deletes; a shown pipeline is."""
    from nbops.recording.annotate import annotate
    from nbops.recording.delete_run import delete_run, restore_run

    mine = writer.run("mine")
    check = writer.run("verification of mine", opened={"kind": "pipeline"})
    assert last_run().id == check
    annotate(check, hide=True)
    assert last_run().id == mine
    assert delete_run().id == mine
    assert get_run(check).deleted is False
    assert restore_run("mine").id == mine
