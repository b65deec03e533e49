"""The ledger in MLflow: any number of writers, one chain."""

from __future__ import annotations

import multiprocessing

import pytest

from nbops.errors import NameRefused, StoreRefused
from nbops.ledger import verify
from nbops.registry import record as record_module
from nbops.registry.mlflow_registry import LEDGER, MlflowRegistry
from nbops.registry.record import read_ledger, record


def _write(uri: str, writer: int, events: int, segment: int) -> None:
    record_module.SEGMENT = segment
    store = MlflowRegistry(uri)
    for number in range(events):
        record(store, "assign", "churn", lambda _, number=number: {"alias": "a", "version": number, "writer": writer})


def _race(uri: str, writers: int, events: int, segment: int = record_module.SEGMENT) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_write, args=(uri, writer, events, segment)) for writer in range(writers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0


def _said(store: MlflowRegistry) -> set[tuple[int, int]]:
    return {(event.body["writer"], event.body["version"]) for event in read_ledger(store).events}


def test_empty_ledger_reads_as_no_events(store):
    """Reading writes nothing: no experiment appears before the first event."""
    assert read_ledger(store).events == ()
    assert store._client.get_experiment_by_name(LEDGER) is None


def test_events_come_back_in_order_and_verify(store):
    """What was recorded is what is read, as a sound chain."""
    for number in range(3):
        record(store, "assign", "churn", lambda _, number=number: {"version": number})
    events = read_ledger(store).events
    assert [event.body["version"] for event in events] == [0, 1, 2]
    assert verify(events)


def test_body_sees_the_events_so_far_and_may_have_nothing_to_say(store):
    """The facts of an event are made from the head that it follows; None writes nothing."""
    record(store, "assign", "churn", lambda events: {"count": len(events)})
    record(store, "assign", "churn", lambda events: {"count": len(events)})
    assert record(store, "assign", "churn", lambda _: None) is None
    assert [event.body["count"] for event in read_ledger(store).events] == [0, 1]


def test_processes_that_start_the_ledger_at_once_share_one_chain(store):
    """Four processes race for the first event and every later one; nothing is lost, nothing forks."""
    _race(store.uri, writers=4, events=3)
    ledger = read_ledger(store)
    assert _said(store) == {(writer, number) for writer in range(4) for number in range(3)}
    assert len(ledger.events) == 12
    assert verify(ledger.events)
    assert len(ledger.segments) == 1


def test_full_segment_goes_on_in_one_next_run_even_in_a_race(store, monkeypatch):
    """Where a run of the ledger is full, all writers agree on the run that follows."""
    _race(store.uri, writers=3, events=4, segment=5)
    ledger = read_ledger(store)
    assert len(ledger.events) == 12
    assert verify(ledger.events)
    assert [len(segment.texts) for segment in ledger.segments] == [5, 5, 2]


def test_deleted_segment_is_read_and_written_on(store):
    """Deleting the ledger's run in MLflow's UI hides nothing and stops nothing."""
    record(store, "assign", "churn", lambda _: {"version": 1})
    segment = read_ledger(store).segments[0]
    store._client.delete_run(segment.run_id)
    assert read_ledger(store).deleted == (segment.run_id,)
    record(store, "assign", "churn", lambda _: {"version": 2})
    assert verify(read_ledger(store).events)
    assert len(read_ledger(store).events) == 2


def test_runs_of_the_ledger_are_finished_and_explain_themselves(store):
    """A person in plain MLflow sees a finished run with a sentence, never a run that runs for ever."""
    record(store, "assign", "churn", lambda _: {"version": 1})
    run = store._client.get_run(read_ledger(store).segments[0].run_id)
    assert run.info.status == "FINISHED"
    assert "Who did what" in run.data.tags["mlflow.note.content"]


def test_event_that_would_be_truncated_is_refused(store):
    """MLflow cuts long parameters silently; we say no before."""
    with pytest.raises(NameRefused, match="shorten the reason"):
        record(store, "assign", "churn", lambda _: {"reason": "x" * 6000})
    assert read_ledger(store).events == ()


def test_store_that_takes_no_events_is_an_error_not_a_loop(store, monkeypatch):
    """A refusal that is no lost race ends after a few attempts."""
    monkeypatch.setattr(record_module, "_written", lambda *_: False)
    with pytest.raises(StoreRefused, match="does not take event 0"):
        record(store, "assign", "churn", lambda _: {"version": 1})
