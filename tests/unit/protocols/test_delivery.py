"""The state machine of a delivery, every arrow of it and none more."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.identifiers import ReportId
from workstation.protocols.delivery import (
    TRANSITIONS,
    Ask,
    Delivery,
    Event,
    IllegalEvent,
    State,
)

REPORT = ReportId("d-1")
PATH_TO = {
    State.QUEUED: (),
    State.AWAITING_ACK: (Event.SENT,),
    State.IN_DOUBT: (Event.SENT, Event.SILENCE),
    State.ACKNOWLEDGED: (Event.SENT, Event.ACCEPTED),
    State.REFUSED: (Event.SENT, Event.REJECTED),
}


def _in(state: State, *, closes: bool = False) -> Delivery:
    delivery = Delivery(REPORT, closes=closes)
    for event in PATH_TO[state]:
        delivery = delivery.after(event)
    return delivery


def test_after_silence_we_ask_before_we_send_again() -> None:
    """A report that timed out may be filed already: a second copy is a clinical error."""
    delivery = Delivery(REPORT).after(Event.SENT).after(Event.SILENCE)

    assert delivery.ask is Ask.LOOK_UP
    assert delivery.after(Event.UNKNOWN_THERE).ask is Ask.SEND
    assert delivery.after(Event.ACCEPTED).ask is Ask.NOTHING


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_what_is_not_in_the_table_cannot_happen(state: State, event: Event) -> None:
    """A state machine with a hidden arrow delivers twice on a bad day."""
    delivery = _in(state, closes=True)

    if (state, event) in TRANSITIONS:
        assert delivery.after(event).state is TRANSITIONS[(state, event)]
    else:
        with pytest.raises(IllegalEvent, match=f"{event.name} cannot happen while {state.name}"):
            delivery.after(event)


def test_what_each_state_asks_for() -> None:
    """Nothing is sent but from the queue."""
    asks = {state: _in(state).ask for state in State}

    assert asks == {
        State.QUEUED: Ask.SEND,
        State.AWAITING_ACK: Ask.WAIT,
        State.IN_DOUBT: Ask.LOOK_UP,
        State.ACKNOWLEDGED: Ask.NOTHING,
        State.REFUSED: Ask.NOTHING,
    }
    assert [state for state in State if not _in(state).open] == [
        State.ACKNOWLEDGED,
        State.REFUSED,
    ]


@pytest.mark.parametrize("event", Event)
def test_where_nothing_is_left_to_do_nothing_happens(event: Event) -> None:
    """Accepted, its case completed: there is no way out of it, least of all to sending."""
    for done in (_in(State.ACKNOWLEDGED), _in(State.ACKNOWLEDGED, closes=True).after(Event.CLOSED)):
        with pytest.raises(IllegalEvent):
            done.after(event)


def test_a_case_is_completed_after_the_report_is_accepted_and_however_long_it_takes() -> None:
    """Where that is a second step, its silence never touches the report again."""
    accepted = _in(State.ACKNOWLEDGED, closes=True)

    assert accepted.ask is Ask.CLOSE
    assert accepted.open
    assert accepted.after(Event.SILENCE).ask is Ask.CLOSE
    assert accepted.after(Event.CLOSED).ask is Ask.NOTHING


@given(st.lists(st.sampled_from(Event), max_size=40))
def test_no_order_of_events_sends_twice_without_the_platforms_word(events: list[Event]) -> None:
    """Between two sends the platform itself must have said that it has nothing."""
    delivery, happened = Delivery(REPORT, closes=True), list[Event]()
    for event in events:
        try:
            delivery = delivery.after(event)
        except IllegalEvent:
            continue
        happened.append(event)

    sends = [n for n, event in enumerate(happened) if event is Event.SENT]
    for one, next_one in itertools.pairwise(sends):
        assert Event.UNKNOWN_THERE in happened[one:next_one]
    if Event.ACCEPTED in happened:
        assert Event.SENT not in happened[happened.index(Event.ACCEPTED) :]
    assert delivery.attempts == len(sends)


def test_the_reason_belongs_to_the_last_event() -> None:
    """An old excuse under a new state would mislead."""
    doubt = Delivery(REPORT).after(Event.SENT).after(Event.SILENCE, reason="no answer")

    assert doubt.reason == "no answer"
    assert doubt.after(Event.ACCEPTED).reason == ""
