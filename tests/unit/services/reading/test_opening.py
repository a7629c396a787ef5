"""A case is opened, and nothing else: not a second time, not one that was left meanwhile."""

from types import SimpleNamespace
from typing import Any

import pytest
from fakes import FakeClock, InlineJobs
from fakes_platform import OTHER, FakePlatform, item, site

from workstation.domain.identifiers import SiteId
from workstation.domain.worklist import ReadState
from workstation.services.jobs import Job
from workstation.services.queue.worklist import Row, Worklist
from workstation.services.reading.session import ReadingSession, Services
from workstation.services.signal import Signal
from workstation.services.waiting import settled

HARBOR = SiteId("harbor")


class Reporting:
    """Notes which cases a report was begun for."""

    report = issued = preliminary = None
    measurements = key_images = ()

    def __init__(self) -> None:
        self.draft_taken_up: Signal[None] = Signal()
        self.begun: list[str] = []

    def start(self, _binding: object, case: Any, **_: object) -> None:
        self.begun.append(case.accession)

    def close(self) -> bool:
        return False

    def received(self, _images: object) -> None: ...

    def describe(self, *_: object, **__: object) -> None: ...


class Desk:
    """Two cases at a site that takes its time."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        now = self.clock.now()
        self.jobs = InlineJobs(self.clock)
        self.harbor = FakePlatform("harbor", self.clock, [item(1, now), item(2, now)])
        self.worklist = Worklist({HARBOR: self.harbor}, (site("harbor"),), self.jobs, self.clock)
        self.worklist.sign_in(None).result()
        self.worklist.start()
        self.reporting, self.records = Reporting(), list[str]()
        quiet: Any = lambda *_args, **_more: settled()  # noqa: E731
        viewer: Any = SimpleNamespace(
            **{n: Signal() for n in ("measurements_changed", "changed", "counted")}, studies=(),
            display_sets=lambda _ref: (), close=quiet, show=quiet, permit=quiet,
            study_ready=quiet,
        )  # fmt: skip
        loader: Any = SimpleNamespace(
            study_ready=Signal(), frame_arrived=Signal(), problems=Signal(),
            display_sets=lambda _ref: (), lost_series=lambda _ref: 0,
            close=quiet, refresh=quiet, open=quiet, progress=quiet,
        )  # fmt: skip
        audit: Any = SimpleNamespace(record=self._record)
        reporting: Any = self.reporting
        self.session = ReadingSession(
            Services(
                self.worklist, viewer, loader, reporting, audit, self.jobs, {HARBOR: site("harbor")}
            )
        )
        self.said: list[str] = []
        self.session.told.connect(self.said.append)

    def _record(self, action: str, **_: object) -> Job[None]:
        self.records.append(action)
        return settled()

    def row(self, number: int) -> Row:
        found = self.worklist.find(f"A-{number}")
        assert found is not None
        return found

    def answer(self) -> None:
        """Everything that was asked is answered, in its order."""
        while self.jobs.waiting:
            self.jobs.go()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_of_two_cases_that_are_asked_for_the_later_is_open_and_the_other_is_free(
    desk: Desk,
) -> None:
    """The first stayed claimed by a reader who did not have it open, for the rest of the night."""
    desk.jobs.hold()
    first = desk.session.open(desk.row(1))
    desk.session.open(desk.row(2))
    desk.answer()

    assert desk.session.case is not None
    assert desk.session.case.item.accession == "A-2"
    assert desk.reporting.begun == ["A-2"]
    assert first.done
    held = [(number, desk.row(number).item.holder_id != "") for number in (1, 2)]
    assert held == [(1, False), (2, True)]


def test_a_case_that_is_asked_for_twice_is_begun_once(desk: Desk) -> None:
    """Enter twice: the second begin would have thrown away what was typed in between."""
    desk.jobs.hold()
    first, second = desk.session.open(desk.row(1)), desk.session.open(desk.row(1))
    desk.answer()

    assert first is second
    assert desk.reporting.begun == ["A-1"]
    assert desk.harbor.calls.count("claim") == 1


def test_a_claim_that_is_won_after_the_reader_left_opens_nothing(desk: Desk) -> None:
    """Signing out while the site thinks: the next reader saw a patient's name."""
    desk.jobs.hold()
    desk.session.open(desk.row(1))
    desk.session.close()
    desk.answer()

    assert desk.session.case is None
    assert desk.reporting.begun == []
    assert desk.row(1).item.holder_id == ""
    assert desk.records == ["claim", "release"]


def test_a_case_put_aside_that_somebody_took_is_told_and_no_longer_aside(desk: Desk) -> None:
    """Its reader counts on it; in the list of what was put aside it stood until the morning."""
    desk.session.open(desk.row(1))
    desk.session.put_aside()
    desk.session.open(desk.row(2))
    desk.harbor.change("1", holder=OTHER.name, holder_id=OTHER.id, state=ReadState.CLAIMED)
    desk.jobs.advance(6)

    assert desk.session.aside == ()
    assert desk.said == ["A-1, put aside: claimed by Dr. Kim Ash; your text is kept"]
    assert desk.session.case is not None
    assert (desk.session.case.item.accession, desk.session.case.read_only) == ("A-2", False)
