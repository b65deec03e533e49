"""What the ledger says about an alias."""

from __future__ import annotations

from nbops.ledger import Event, append
from nbops.registry.history import ASSIGN, FOUND, ROLLBACK, UNDONE, history


def _tell(*moves: tuple[str, int], alias: str = "champion") -> list[Event]:
    events: list[Event] = []
    for number, (kind, version) in enumerate(moves):
        body = {"alias": alias, "version": version}
        events.append(append(events[-1] if events else None, kind, "churn", actor="ana", time=number, body=body))
    return events


def _versions(*moves):
    return history(_tell(*moves), "churn", "champion").versions


def test_before_the_first_event_there_is_nothing():
    """No current version, no former, nobody."""
    known = history([], "churn", "champion")
    assert (known.current, known.former, known.last) == (None, None, None)


def test_assignments_pile_up():
    """The last is current, the one below is where a rollback goes."""
    known = history(_tell((ASSIGN, 1), (ASSIGN, 2)), "churn", "champion")
    assert (known.current, known.former) == (2, 1)
    assert known.last.time == 1


def test_assigning_the_same_version_again_adds_nothing_to_go_back_to():
    """A rollback changes the version, not only the event."""
    assert _versions((ASSIGN, 1), (ASSIGN, 2), (ASSIGN, 2)) == (1, 2)


def test_two_rollbacks_go_two_versions_back():
    """A rollback takes the top off, it does not put the bottom on."""
    assert _versions((ASSIGN, 1), (ASSIGN, 2), (ASSIGN, 3), (ROLLBACK, 2)) == (1, 2)
    assert _versions((ASSIGN, 1), (ASSIGN, 2), (ASSIGN, 3), (ROLLBACK, 2), (ROLLBACK, 1)) == (1,)


def test_assignment_after_a_rollback_goes_on_from_there():
    """The version that was rolled back is forgotten as a way back."""
    assert _versions((ASSIGN, 1), (ASSIGN, 2), (ROLLBACK, 1), (ASSIGN, 3)) == (1, 3)


def test_moves_found_outside_count():
    """A version that somebody set in MLflow's UI is a former version too."""
    assert _versions((ASSIGN, 1), (FOUND, 5), (ASSIGN, 6)) == (1, 5, 6)


def test_undone_moves_do_not_count():
    """A move that MLflow refused never happened."""
    events = _tell((ASSIGN, 1), (ASSIGN, 2))
    body = {"alias": "champion", "of": events[1].hash}
    events.append(append(events[1], UNDONE, "churn", actor="ana", time=9.0, body=body))
    assert history(events, "churn", "champion").versions == (1,)


def test_other_models_and_aliases_are_not_ours():
    """One history per model and alias."""
    events = _tell((ASSIGN, 1), alias="challenger")
    assert history(events, "churn", "champion").versions == ()
    assert history(events, "other", "challenger").versions == ()
