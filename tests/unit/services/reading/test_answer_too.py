"""One report for several orders: each is claimed, kept and given back like any other case."""

from types import SimpleNamespace
from typing import Any

import pytest
from fakes import FakeClock, InlineJobs
from fakes_platform import OTHER, FakePlatform, item, site

from workstation.domain.identifiers import SiteId
from workstation.domain.patient import Patient
from workstation.domain.report import AlsoOrder
from workstation.domain.worklist import ReadState
from workstation.errors import CommandError, Conflict
from workstation.services.jobs import Job
from workstation.services.queue.worklist import Row, Worklist
from workstation.services.reading.case import Case
from workstation.services.reading.session import ReadingSession, Services
from workstation.services.signal import Signal
from workstation.services.waiting import settled

HARBOR = SiteId("harbor")


class FakeReporting:
    report = None

    def __init__(self) -> None:
        self.draft_taken_up: Signal[None] = Signal()
        self.also: list[str] = []
        self.wrote = False

    def answer_too(self, order: AlsoOrder) -> None:
        self.also.append(order.accession)

    def answer_no_more(self, accession: str) -> None:
        self.also.remove(accession)

    def received(self, _images: object) -> None: ...

    def close(self) -> bool:
        return self.wrote


class Desk:
    """Three orders: two of one patient, one of another; the first is open."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        now = self.clock.now()
        self.jobs = InlineJobs(self.clock)
        stranger = Patient("Maple, Dana", "P-2", "urn:h", None, "F")
        self.harbor = FakePlatform(
            "harbor", self.clock, [item(1, now), item(2, now), item(3, now, patient=stranger)]
        )
        self.worklist = Worklist(
            {HARBOR: self.harbor}, (site("harbor"),), self.jobs, self.clock, poll_seconds=5
        )
        self.worklist.sign_in(None).result()
        self.worklist.start()
        self.reporting = FakeReporting()
        names = ("measurements_changed", "changed", "counted")
        viewer: Any = SimpleNamespace(
            **{name: Signal() for name in names}, studies=(), display_sets=lambda _ref: (),
            close=lambda: None,
        )  # fmt: skip
        loader: Any = SimpleNamespace(
            study_ready=Signal(), frame_arrived=Signal(), problems=Signal(),
            display_sets=lambda _ref: (), lost_series=lambda _ref: 0,
            close=lambda _ref: None, refresh=lambda _ref: None,
        )  # fmt: skip
        audit: Any = SimpleNamespace(record=self._record)
        self.session = ReadingSession(
            Services(self.worklist, viewer, loader, self.reporting, audit, self.jobs, {})  # type: ignore[arg-type]
        )
        self.session.case = Case(self.worklist.claim(self.row(1)).result())

    def _record(self, *_: object, **__: object) -> Job[None]:
        return settled()

    def row(self, number: int) -> Row:
        found = self.worklist.find(f"A-{number}")
        assert found is not None
        return found

    @property
    def case(self) -> Case:
        assert self.session.case is not None
        return self.session.case


def test_another_order_of_the_patient_is_claimed_and_answered_with_it() -> None:
    """Nobody else may read it meanwhile, and it does not stay on the list afterwards."""
    desk = Desk()
    desk.session.further.answer_too(desk.row(2)).result()

    assert desk.reporting.also == ["A-2"]
    assert [each.accession for each in desk.case.also] == ["A-2"]
    assert desk.row(2).item.state is ReadState.CLAIMED
    desk.harbor.calls.clear()
    desk.jobs.advance(61)
    assert desk.harbor.calls.count("heartbeat") == 1  # it is kept


def test_an_order_of_another_patient_is_refused() -> None:
    """One report about two people is the accident that all of this is there to prevent."""
    desk = Desk()

    with pytest.raises(CommandError, match="one patient at one site"):
        desk.session.further.answer_too(desk.row(3))
    with pytest.raises(CommandError, match="one patient at one site"):
        desk.session.further.answer_too(desk.row(1))
    assert desk.row(3).is_free


def test_an_order_that_another_reader_has_is_not_answered() -> None:
    desk = Desk()
    row = desk.row(2)
    claimed = {"state": ReadState.CLAIMED, "holder": OTHER.name, "holder_id": OTHER.id}
    desk.harbor.change("2", **claimed)

    job = desk.session.further.answer_too(row)

    assert isinstance(job.error, Conflict)
    assert desk.reporting.also == []


def test_an_order_that_is_lost_meanwhile_is_no_longer_answered_and_the_case_goes_on() -> None:
    """The report says what it is about; an order that somebody else reads is not in it."""
    desk = Desk()
    desk.session.further.answer_too(desk.row(2)).result()
    desk.harbor.change("2", holder=OTHER.name, holder_id=OTHER.id)
    desk.jobs.advance(6)

    assert desk.reporting.also == []
    assert desk.case.also == ()
    assert not desk.case.read_only
    assert desk.case.news == "A-2 is another reader's now: not answered here"


def test_what_is_given_back_is_given_back_whole() -> None:
    desk = Desk()
    desk.session.further.answer_too(desk.row(2)).result()
    desk.session.release("not mine").result()

    assert desk.row(1).is_free
    assert desk.row(2).is_free
    desk.harbor.calls.clear()
    desk.jobs.advance(120)
    assert "heartbeat" not in desk.harbor.calls


def test_after_the_signature_neither_claim_is_renewed() -> None:
    """They end with the acknowledgement; a heartbeat would be refused by then."""
    desk = Desk()
    desk.session.further.answer_too(desk.row(2)).result()
    desk.session.signed()
    desk.harbor.calls.clear()
    desk.jobs.advance(120)

    assert "heartbeat" not in desk.harbor.calls
