"""The ledger is a chain that anybody can verify, and that names where it was cut."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbops.errors import LedgerBroken
from nbops.ledger import Event, append, verify
from nbops.ledger.event import GENESIS, from_text, hash_of

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def _chain(length: int) -> list[Event]:
    events: list[Event] = []
    for number in range(length):
        head = events[-1] if events else None
        events.append(append(head, "assign", "churn", actor="ana", time=float(number), body={"version": number}))
    return events


def test_first_event_follows_the_genesis():
    """A ledger begins with a predecessor of zeros."""
    event = append(None, "register", "churn", actor="ana", time=1.0)
    assert event.previous == GENESIS
    assert event.hash == hash_of(event)


def test_each_event_names_the_one_before():
    """The chain is one of hashes."""
    first, second = _chain(2)
    assert second.previous == first.hash


def test_hash_is_sha256_of_sorted_json_without_spaces():
    """Another program can recompute the hash from the stored text."""
    event = append(None, "assign", "churn", actor="ána", time=1.5, body={"b": 1, "a": None})
    fields = json.loads(event.to_text())
    fields.pop("hash")
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == event.hash


@given(body=st.dictionaries(st.text(), _JSON, max_size=4), time=st.floats(allow_nan=False, allow_infinity=False))
def test_event_survives_its_text(body, time):
    """What was stored is what is read, and it still verifies."""
    event = append(None, "assign", "churn", actor="ana", time=time, body=body)
    again = from_text(event.to_text())
    assert again == event
    assert verify([again])


def test_order_of_keys_does_not_matter():
    """Equal facts give equal hashes."""
    one = append(None, "assign", "churn", actor="ana", time=1.0, body={"a": 1, "b": 2})
    other = append(None, "assign", "churn", actor="ana", time=1.0, body={"b": 2, "a": 1})
    assert one.hash == other.hash


def test_sound_chain_is_truthy_and_gives_its_head():
    """The head anchors the ledger."""
    events = _chain(5)
    assert verify(events)
    assert (verify(events).length, verify(events).head) == (5, events[-1].hash)


def test_empty_ledger_is_sound():
    """Nothing happened, nothing is wrong."""
    assert verify([])
    assert verify([]).head == GENESIS


@pytest.mark.parametrize("field", ["kind", "subject", "actor", "time", "body"])
def test_changed_field_is_found_and_named(field):
    """No field can be edited without the verification naming the event."""
    events = _chain(4)
    events[2] = replace(events[2], **{field: {"version": 9} if field == "body" else 7.5 if field == "time" else "eve"})
    found = verify(events)
    assert not found
    assert found.broken == 2
    assert "event 2" in found.reason
    assert "was changed" in found.reason


@pytest.mark.parametrize("edit", ["removed", "moved", "added"])
def test_removed_moved_or_added_event_is_found(edit):
    """Events can be neither dropped, swapped nor slipped in."""
    events = _chain(4)
    if edit == "removed":
        del events[1]
    elif edit == "moved":
        events[1], events[2] = events[2], events[1]
    else:
        events.insert(1, append(events[0], "assign", "churn", actor="eve", time=0.5))
    broken = 2 if edit == "added" else 1
    assert verify(events).broken == broken


def test_rehashed_edit_breaks_the_next_link():
    """Somebody who recomputes the hash of an edited event is found one event later."""
    events = _chain(4)
    edited = replace(events[1], actor="eve")
    events[1] = replace(edited, hash=hash_of(edited))
    assert verify(events).broken == 2


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"kind": "a", "surprise": 1}', "not json"])
def test_text_that_is_no_event_is_refused(text):
    """Foreign text in the ledger is a broken ledger, not a crash."""
    with pytest.raises(LedgerBroken):
        from_text(text)


def test_numbers_without_a_json_word_are_refused():
    """NaN would not survive another reader."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        append(None, "assign", "churn", actor="ana", time=1.0, body={"auc": float("nan")})
