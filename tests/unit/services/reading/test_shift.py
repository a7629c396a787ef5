"""The shift in numbers, counted by hand beside."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from attrs import evolve
from fakes import FakeClock
from fakes_platform import item

from workstation.domain.identifiers import (
    AccessionNumber,
    FrameKey,
    ReportId,
    SeriesUID,
    SiteId,
    SopUID,
    StudyUID,
    TaskId,
    TaskRef,
)
from workstation.domain.report import ReportState
from workstation.domain.worklist import Priority, ReadState, Tier, WorklistItem
from workstation.protocols.delivery import Delivery, State
from workstation.services.queue.licence import Verdict
from workstation.services.queue.rows import Row
from workstation.services.reading.case import Case
from workstation.services.reading.shift import Shift, SiteFigures, figures, so_far
from workstation.services.signal import Signal

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
HARBOR = SiteId("harbor")
MINUTE = timedelta(minutes=1)


def row(number: int, *, allowed: bool = True, **changes: Any) -> Row:
    return Row(item(number, NOW, **changes), Verdict(allowed, "" if allowed else "No licence"))


def sent(number: int, at: datetime, state: State = State.ACKNOWLEDGED) -> Delivery:
    return Delivery(
        ReportId(f"r{number}"), HARBOR, StudyUID(f"1.2.{number}"), AccessionNumber(f"A-{number}"),
        TaskId(str(number)), state=state, accepted_at=at,
    )  # fmt: skip


ROWS = (
    row(1, acquired=NOW - 6 * MINUTE),  # listed five minutes before NOW: one minute on its way
    row(2, priority=Priority.STAT, due=NOW - MINUTE, acquired=NOW - 15 * MINUTE),
    row(3, allowed=False, acquired=NOW - 8 * MINUTE),
    row(4, state=ReadState.FINAL, due=NOW + 10 * MINUTE),
    row(5, state=ReadState.FINAL, due=NOW - 10 * MINUTE),
    row(6, site=SiteId("mesa"), priority=Priority.STAT),
)
HELD = {TaskRef(r.item.site, r.item.task): r.item for r in ROWS}


def counted(entries: tuple[Delivery, ...] = (), first: tuple[float, ...] = ()) -> SiteFigures:
    return figures(HARBOR, ROWS, entries, lambda case: case.due < NOW, HELD.get, first)


def test_what_waits_is_counted_site_by_site() -> None:
    """One hospital in trouble must not hide in the sum of three."""
    found = counted()

    assert (found.waiting, found.stat, found.overdue, found.blocked) == (3, 1, 1, 1)


def test_a_promise_is_kept_when_the_site_has_the_report_in_time() -> None:
    """Not when it was signed: the patient waits for what has arrived."""
    entries = (
        sent(4, NOW),  # ten minutes to spare
        sent(5, NOW),  # ten minutes late
        sent(2, NOW, State.QUEUED),  # on its way is not kept
    )

    found = counted(entries)

    assert (found.accepted, found.in_time) == (2, 1)


def test_a_reader_sees_their_own_shift_in_three_numbers() -> None:
    """Signed, in the last hour, and promises: of what was accepted, rounded so that 100 is all."""
    entries = (
        evolve(sent(4, NOW), sealed_at=NOW - timedelta(minutes=5)),  # ten minutes to spare
        evolve(sent(5, NOW), sealed_at=NOW - timedelta(minutes=59)),  # ten minutes late
        evolve(sent(4, NOW), sealed_at=NOW - timedelta(minutes=60)),
        evolve(sent(2, NOW, State.QUEUED), sealed_at=NOW),  # on its way is not kept
    )

    found = so_far(entries, HELD.get, NOW)

    assert (found.signed, found.last_hour, found.accepted, found.in_time) == (4, 3, 3, 2)
    assert found.percent_in_time == 66
    assert so_far(entries[3:], HELD.get, NOW).percent_in_time is None
    assert so_far(entries[:1] * 199 + entries[1:2], HELD.get, NOW).percent_in_time == 99


def test_how_long_images_take_to_the_list_stands_beside_the_promise_of_two_minutes() -> None:
    """1, 10 and 3 minutes: the middle one is 3, and two are late."""
    found = counted()

    assert found.transfer_s == 180
    assert found.transfer_late == 2


def test_where_nothing_was_measured_nothing_is_claimed() -> None:
    empty = figures(SiteId("nord"), ROWS, (), lambda _case: False, HELD.get)

    assert (empty.transfer_s, empty.first_image_s, empty.accepted) == (None, None, 0)


def test_the_first_image_is_timed_from_opening_and_once_for_each_case() -> None:
    """The figure a reader feels; later images of the case do not dilute it."""
    clock = FakeClock()
    session = SimpleNamespace(case=None, changed=Signal())
    loader = SimpleNamespace(frame_arrived=Signal())
    worklist = SimpleNamespace(
        sites=(SimpleNamespace(id=HARBOR, name="Harbor General"),), rows=ROWS, held=HELD.get,
        server_now=lambda _site: NOW,
    )  # fmt: skip
    outbox = SimpleNamespace(entries=())
    shift = Shift(worklist, session, outbox, loader, clock)  # type: ignore[arg-type]

    def opened(case: WorklistItem, after: float) -> None:
        session.case = Case(case)
        session.changed.emit(None)
        clock.advance(after)
        for sop in ("1", "2"):
            key = FrameKey(HARBOR, case.study, SeriesUID("1"), SopUID(sop))
            loader.frame_arrived.emit(evolve(key, study=StudyUID("9.9")))  # a prior's
            loader.frame_arrived.emit(key)
            clock.advance(30)
        session.case = None
        session.changed.emit(None)

    opened(ROWS[0].item, 0.4)
    opened(ROWS[1].item, 0.8)

    assert round(shift.figures()["Harbor General"].first_image_s or 0, 6) == 0.6


def test_what_is_added_later_and_a_first_impression_are_no_promises() -> None:
    """An addendum on the next day made a promise that was kept a broken one; a wet read in time
    made one that nobody had kept yet a kept one."""
    entries = (
        sent(4, NOW),
        evolve(sent(4, NOW + 99 * MINUTE), status=ReportState.ADDENDED),
        evolve(sent(1, NOW), status=ReportState.WET_READ),  # a final report is promised of it
    )
    found = so_far(entries, HELD.get, NOW)

    assert (found.accepted, found.in_time) == (1, 1)
    assert (counted(entries).accepted, counted(entries).in_time) == (1, 1)


def test_a_preliminary_report_that_was_promised_is_a_promise() -> None:
    held = evolve(HELD[TaskRef(HARBOR, TaskId("4"))], tier=Tier.PRELIMINARY)
    entry = evolve(sent(4, NOW), status=ReportState.PRELIMINARY)
    found = so_far((entry,), {held.key: held}.get, NOW)

    assert (found.accepted, found.in_time) == (1, 1)
