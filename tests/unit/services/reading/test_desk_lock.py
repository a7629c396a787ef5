"""The desk is covered when nobody is there, and opened by the same reader alone."""

from datetime import timedelta

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_platform import OTHER, FakePlatform, ended, item, site

from workstation.domain.identifiers import SiteId
from workstation.errors import NoBrowser, SignInFailed, SiteUnavailable
from workstation.services.jobs import Job
from workstation.services.ports.hosting import Credentials
from workstation.services.queue.worklist import Worklist
from workstation.services.reading.desk_lock import DeskLock
from workstation.services.waiting import settled

HARBOR, MESA = SiteId("harbor"), SiteId("mesa")
JO = Credentials("jo", "pw")


class FakeAudit:
    def __init__(self) -> None:
        self.records: list[tuple[str, str, dict[str, str]]] = []

    def record(
        self, action: str, *, outcome: str = "success", detail: dict[str, str] | None = None
    ) -> Job[None]:
        self.records.append((action, outcome, detail or {}))
        return settled()


class Desk:
    """Two sites, a reader who is signed in, ten minutes of patience."""

    def __init__(self, minutes: float = 10) -> None:
        self.clock = FakeClock()
        self.jobs = InlineJobs(self.clock)
        now = self.clock.now()
        self.harbor = FakePlatform("harbor", self.clock, [item(1, now)])
        self.mesa = FakePlatform("mesa", self.clock)
        platforms = {HARBOR: self.harbor, MESA: self.mesa}
        self.worklist = Worklist(
            platforms, (site("harbor"), site("mesa")), self.jobs, self.clock, poll_seconds=5
        )
        self.audit = FakeAudit()
        self.lock = DeskLock(self.worklist, self.audit, self.jobs, self.clock, minutes)  # type: ignore[arg-type]

    def begun(self) -> "Desk":
        self.worklist.sign_in(JO).result()
        self.worklist.start()
        self.lock.start()
        return self


@pytest.fixture
def desk() -> Desk:
    return Desk().begun()


def test_nobody_there_for_ten_minutes_covers_the_desk(desk: Desk) -> None:
    """A reading room is walked through by others; the list on the screen is patients' names."""
    desk.jobs.advance(9.4 * 60)
    before = desk.lock.locked
    desk.jobs.advance(60)

    assert (before, desk.lock.locked) == (False, True)
    assert desk.lock.who == "Dr. Jo Sample"
    assert ("lock", "success", {"why": "idle"}) in desk.audit.records


def test_a_hand_on_the_mouse_begins_the_time_anew(desk: Desk) -> None:
    """Whoever looks at one image for long and moves now and then is there."""
    for _ in range(6):
        desk.jobs.advance(5 * 60)
        desk.lock.touched()

    assert not desk.lock.locked


def test_a_machine_that_slept_wakes_covered(desk: Desk) -> None:
    """The monotonic clock stands still while the lid is closed; the wall clock does not."""
    desk.clock.set_wall(desk.clock.now() + timedelta(hours=2))

    desk.jobs.advance(30)

    assert desk.lock.locked


def test_where_it_is_set_to_nought_it_is_covered_only_when_asked() -> None:
    desk = Desk(minutes=0).begun()
    desk.jobs.advance(24 * 3600)
    by_itself = desk.lock.locked

    desk.lock.lock()

    assert (by_itself, desk.lock.locked) == (False, True)


def test_a_desk_nobody_signed_in_at_is_not_covered() -> None:
    """There would be nobody who could open it."""
    desk = Desk()
    desk.lock.start()
    desk.jobs.advance(3600)

    assert not desk.lock.locked


def test_claims_live_on_below_the_cover(desk: Desk) -> None:
    """The reader is at the coffee machine; the case is still theirs when they come back."""
    row = desk.worklist.find("A-1")
    assert row is not None
    mine = desk.worklist.claim(row).result()
    desk.worklist.keep(mine)
    desk.lock.lock()
    desk.harbor.calls.clear()

    desk.jobs.advance(300)

    assert desk.harbor.calls.count("heartbeat") >= 4
    assert desk.lock.locked


def test_the_same_reader_opens_it(desk: Desk) -> None:
    desk.lock.lock()

    job = desk.lock.unlock(JO)

    assert job.error is None
    assert not desk.lock.locked
    assert [name for name, *_ in desk.audit.records] == ["lock", "unlock"]


def test_a_wrong_password_leaves_it_covered_and_is_on_record(desk: Desk) -> None:
    desk.lock.lock()
    desk.harbor.fails = SignInFailed("The name or the password is wrong.")

    job = desk.lock.unlock(JO)

    assert isinstance(job.error, SignInFailed)
    assert desk.lock.locked
    assert desk.audit.records[-1] == ("unlock", "failure", {})
    assert "step-up" not in desk.mesa.calls  # a wrong password is not tried round the houses


WRONG = SignInFailed("The name or the password is wrong.")


def test_the_third_wrong_password_of_a_signature_covers_the_desk(desk: Desk) -> None:
    """Somebody tries passwords at a desk that was left; the case below stays as it is."""
    for answer in (WRONG, WRONG, None, WRONG, WRONG, SiteUnavailable("silent"), NoBrowser("none")):
        desk.lock.judge(answer)
    before = desk.lock.locked
    desk.lock.judge(WRONG)

    assert (before, desk.lock.locked) == (False, True)
    assert desk.audit.records[-2:] == [
        ("sign-in", "failure", {"for": "signature"}),
        ("lock", "success", {"why": "not authenticated"}),
    ]


def test_whoever_opened_the_desk_has_three_tries_again(desk: Desk) -> None:
    for _ in range(3):
        desk.lock.judge(WRONG)
    desk.lock.unlock(JO)
    desk.lock.judge(WRONG)

    assert not desk.lock.locked


def test_where_one_service_is_silent_another_opens_it(desk: Desk) -> None:
    """One hospital's outage must not keep the reader from the others' patients."""
    desk.lock.lock()
    desk.harbor.fails = SiteUnavailable("Harbor cannot be reached")

    job = desk.lock.unlock(JO)

    assert job.error is None
    assert not desk.lock.locked


def test_somebody_else_does_not_open_it(desk: Desk) -> None:
    """The open case and its words belong to the one who locked it."""
    desk.lock.lock()
    desk.harbor.reader = OTHER

    job = desk.lock.unlock(Credentials("kim", "pw"))

    assert str(job.error) == "This desk is Dr. Jo Sample's. Sign out to begin your own."
    assert desk.lock.locked


def test_a_session_that_ended_meanwhile_is_begun_anew(desk: Desk) -> None:
    """Locked in the evening, opened in the morning: the reader types the password once."""
    desk.lock.lock()
    desk.harbor.fails = desk.mesa.fails = ended()
    desk.jobs.advance(10)
    desk.harbor.fails = desk.mesa.fails = None

    job = desk.lock.unlock(JO)

    assert job.error is None
    assert not desk.lock.locked
    assert desk.harbor.calls[-2:] == ["sign-in", "feed 1"]


def test_somebody_else_who_begins_a_session_sees_neither_case_nor_list(desk: Desk) -> None:
    desk.lock.lock()
    desk.harbor.fails = desk.mesa.fails = ended()
    desk.jobs.advance(10)
    desk.harbor.fails = desk.mesa.fails = None
    desk.harbor.reader = desk.mesa.reader = evolve(OTHER)

    job = desk.lock.unlock(Credentials("kim", "pw"))

    assert isinstance(job.error, SignInFailed)
    assert desk.lock.locked
    assert desk.worklist.rows == ()
    assert desk.harbor.calls[-1] == "sign-out"
    desk.harbor.reader = desk.mesa.reader = Desk().harbor.reader
    assert desk.lock.unlock(JO).error is None  # and the one whose desk it is can still open it
