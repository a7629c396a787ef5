"""Delivery of one signed report, without I/O.

A signed report is delivered exactly once as the platform sees it. The hard case is
silence: after a time-out the report may or may not be filed, so we ask before we
send again. `services.delivery.delivery` drives this; the tests drive it with lists of events.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import evolve, frozen

from workstation.domain.identifiers import AccessionNumber, ReportId, SiteId, StudyUID, TaskId
from workstation.domain.report import ReportState


class State(StrEnum):
    """Where a signed report is. `REFUSED` keeps the text and the site's reason."""

    QUEUED = "queued"
    AWAITING_ACK = "awaiting-ack"
    IN_DOUBT = "in-doubt"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"


class Event(StrEnum):
    """What can happen to a delivery."""

    SENT = "sent"  # written down before the first byte leaves
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SILENCE = "silence"  # no answer, an answer nobody understands, or we were killed
    MOVED = "moved"  # the Task changed under us (412): perhaps by our own lost request
    UNKNOWN_THERE = "unknown-there"  # asked, and the platform does not have it
    RETRIED = "retried"  # the reader asks again after a refusal
    CLOSED = "closed"  # the case is completed too, where that is a step of its own


class Ask(StrEnum):
    """What to do next."""

    SEND = "send"
    WAIT = "wait"
    LOOK_UP = "look-up"
    CLOSE = "close"
    NOTHING = "nothing"


class IllegalEvent(Exception):
    """A bug: something happened to a delivery that cannot happen in its state."""


#: Every change of state there is. There is no way from doubt to sending but through
#: the platform's own word, and none out of `ACKNOWLEDGED`.
TRANSITIONS: Final = {
    (State.QUEUED, Event.SENT): State.AWAITING_ACK,
    (State.QUEUED, Event.ACCEPTED): State.ACKNOWLEDGED,  # found there before sending
    (State.QUEUED, Event.REJECTED): State.REFUSED,  # the case is somebody else's by now
    (State.QUEUED, Event.SILENCE): State.QUEUED,  # nothing has left yet
    (State.AWAITING_ACK, Event.ACCEPTED): State.ACKNOWLEDGED,
    (State.AWAITING_ACK, Event.REJECTED): State.REFUSED,
    (State.AWAITING_ACK, Event.SILENCE): State.IN_DOUBT,
    (State.AWAITING_ACK, Event.MOVED): State.IN_DOUBT,
    (State.IN_DOUBT, Event.SILENCE): State.IN_DOUBT,
    (State.IN_DOUBT, Event.ACCEPTED): State.ACKNOWLEDGED,
    (State.IN_DOUBT, Event.UNKNOWN_THERE): State.QUEUED,
    (State.REFUSED, Event.RETRIED): State.IN_DOUBT,
    (State.ACKNOWLEDGED, Event.SILENCE): State.ACKNOWLEDGED,  # the case is still to be completed
    (State.ACKNOWLEDGED, Event.CLOSED): State.ACKNOWLEDGED,
}

_NEXT: Final = {
    State.QUEUED: Ask.SEND,
    State.AWAITING_ACK: Ask.WAIT,
    State.IN_DOUBT: Ask.LOOK_UP,
    State.ACKNOWLEDGED: Ask.NOTHING,
    State.REFUSED: Ask.NOTHING,
}


_NO_SITE: Final = SiteId("")
_NO_STUDY: Final = StudyUID("")
_NO_ACCESSION: Final = AccessionNumber("")
_NO_TASK: Final = TaskId("")


@frozen
class Delivery:
    """One signed report on its way to the site that ordered it.

    `sealed_at`, `sent_at` are this machine's clock, `accepted_at` the platform's.
    `reason` is why it waits or was refused, in the reader's words. `closes`: once the site has
    the report, its case is completed in a second step.
    """

    report: ReportId
    site: SiteId = _NO_SITE
    study: StudyUID = _NO_STUDY
    accession: AccessionNumber = _NO_ACCESSION
    task: TaskId = _NO_TASK
    status: ReportState = ReportState.FINAL
    signer: str = ""  # "Practitioner/17"
    stat: bool = False  # somebody stands at the bedside and waits for it
    state: State = State.QUEUED
    sealed_at: datetime | None = None
    sent_at: datetime | None = None
    accepted_at: datetime | None = None
    attempts: int = 0
    reason: str = ""
    location: str = ""  # "DiagnosticReport/12"
    closes: bool = False

    @property
    def ask(self) -> Ask:
        if self.state is State.ACKNOWLEDGED and self.closes:
            return Ask.CLOSE
        return _NEXT[self.state]

    @property
    def open(self) -> bool:
        """Whether anything is still to be done for it."""
        return self.ask is not Ask.NOTHING

    @property
    def at(self) -> datetime | None:
        """When it came to the state it is in."""
        return self.accepted_at or self.sent_at or self.sealed_at

    def after(self, event: Event, *, reason: str = "") -> "Delivery":
        """The delivery once `event` has happened; raises `IllegalEvent`."""
        state = TRANSITIONS.get((self.state, event))
        settled = self.state is State.ACKNOWLEDGED and not self.closes
        if state is None or settled:
            raise IllegalEvent(f"{event.name} cannot happen while {self.state.name}")
        sent = 1 if event is Event.SENT else 0
        closes = self.closes and event is not Event.CLOSED
        attempts = self.attempts + sent
        return evolve(self, state=state, attempts=attempts, reason=reason, closes=closes)
