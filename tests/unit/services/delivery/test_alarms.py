"""Signed work that needs a person: not accepted in time, refused, overtaken by images."""

from datetime import timedelta

import pytest
from attrs import define, evolve, field
from fakes_platform import site
from fakes_trust import SITE, Bench, item, signed_report, silent_before

from workstation.domain.identifiers import AccessionNumber, SeriesUID, StudyRef, TaskId, TaskRef
from workstation.domain.worklist import Priority, WorklistItem
from workstation.errors import Refused, SiteUnavailable
from workstation.services.delivery.alarms import Alarm, Alarms, Need
from workstation.services.delivery.archive_counts import ArchiveCounts
from workstation.services.ports.images import SeriesHead
from workstation.services.report.open_calls import OpenCall
from workstation.services.signal import Signal


@define(eq=False)
class FakeWorklist:
    item: WorklistItem
    changed: Signal[None] = field(factory=Signal)

    def held(self, key: TaskRef) -> WorklistItem | None:
        return self.item if key == self.item.key else None

    def arrive(self, images: int) -> None:
        self.item = evolve(self.item, images_received=self.item.images_received + images)
        self.changed.emit(None)


@define(eq=False)
class FakeCalls:
    standing: tuple[OpenCall, ...] = ()
    changed: Signal[None] = field(factory=Signal)

    def say(self, *calls: OpenCall) -> None:
        self.standing = calls
        self.changed.emit(None)

    def settle(self, accession: str, site: str) -> None:
        mine = accession, site
        self.say(*(e for e in self.standing if (e.accession, e.task.site) != mine))


class FakeArchive:
    """What QIDO says of the study; its documents are never images."""

    def __init__(self) -> None:
        self.images = 100
        self.fails: SiteUnavailable | None = None

    def series(self, ref: StudyRef) -> tuple[SeriesHead, ...]:
        if self.fails:
            raise self.fails
        heads = [("CT", self.images), ("SR", 1 + self.images)]
        return tuple(
            SeriesHead(SeriesUID(f"1.{kind}"), 1, kind, "", number) for kind, number in heads
        )


class Night:
    """A STAT case at a site that is called Harbor and gives up after two minutes."""

    def __init__(self) -> None:
        self.bench = Bench()
        self.item = evolve(item(), images_received=100)
        self.worklist = FakeWorklist(self.item)
        self.archive = FakeArchive()
        self.calls = FakeCalls()
        self.told = 0
        self.start()

    def start(self) -> None:
        b = self.bench
        places = {SITE: site("harbor", phone="+1 206 555 0142", stat_answer_seconds=120)}
        counts = ArchiveCounts({SITE: self.archive}, lambda _: "Practitioner/17", b.jobs)  # type: ignore[dict-item]
        self.alarms = Alarms(
            b.deliveries, self.worklist, b.store, b.audit, b.jobs, b.clock, places, counts,  # type: ignore[arg-type]
            self.calls,  # type: ignore[arg-type]
        )  # fmt: skip
        self.alarms.changed.connect(lambda _: setattr(self, "told", self.told + 1))
        self.alarms.resume()

    def sign(self, case: WorklistItem | None = None) -> None:
        case = case or self.item
        along = [self.alarms.signed(case)]
        self.bench.deliveries.sign_and_send(signed_report(), case, along).result()

    @property
    def needs(self) -> list[Need]:
        return [alarm.need for alarm in self.alarms.standing]


def test_a_stat_report_nobody_accepts_raises_the_alarm_after_two_minutes() -> None:
    """At the bedside they wait for it; that the line is down is not their fault to find."""
    night = Night()
    night.bench.platform.down = True
    night.sign()
    at_once = night.needs
    night.bench.jobs.advance(119)
    before = night.needs
    night.bench.jobs.advance(2)

    assert (at_once, before, night.needs) == ([], [], [Need.UNANSWERED])
    assert night.alarms.standing[0].accession == "HG-20417"
    assert night.alarms.phone(SITE) == "+1 206 555 0142"


def test_the_alarm_ends_by_itself_when_the_site_accepts() -> None:
    """The clock of the promise stops with the acceptance, and so does the noise."""
    night = Night()
    night.bench.platform.down = True
    night.sign()
    night.bench.jobs.advance(130)
    rang = night.needs
    night.bench.platform.down = False
    night.bench.jobs.advance(600)

    assert rang == [Need.UNANSWERED]
    assert night.needs == []


def test_a_routine_report_that_waits_raises_no_alarm() -> None:
    """The outbox says it; an alarm for everything is an alarm for nothing."""
    night = Night()
    night.bench.platform.down = True
    night.sign(evolve(night.item, priority=Priority.ROUTINE))

    night.bench.jobs.advance(3600)

    assert night.needs == []


def test_a_refused_report_comes_back_with_its_reason_whatever_its_priority() -> None:
    """The patient has no report, and only the reader can do something about it."""
    night = Night()
    night.bench.platform.faults = [Refused("the order was cancelled")]
    night.sign(evolve(night.item, priority=Priority.ROUTINE))

    (alarm,) = night.alarms.standing
    assert (alarm.need, alarm.reason) == (Need.REFUSED, "the order was cancelled")


def test_what_a_person_dealt_with_is_on_record_and_silent() -> None:
    night = Night()
    night.bench.platform.faults = [Refused("the order was cancelled")]
    night.sign()
    elsewhere = night.alarms.settle("HG-20417", "mesa")  # numbered alike, another patient
    known = night.alarms.settle("HG-20417", night.item.site)
    again = night.alarms.settle("HG-20417")

    assert (elsewhere, known, again) == (False, True, False)
    assert night.needs == []
    assert night.bench.actions()[-1] == "settle"


def test_a_report_that_is_refused_again_is_told_again() -> None:
    """Dealt with once is not dealt with for ever."""
    night = Night()
    night.bench.platform.faults = [Refused("no"), Refused("no")]
    night.sign()
    night.alarms.settle("HG-20417")

    night.bench.deliveries.retry(signed_report().report.id)
    night.bench.jobs.advance(10)

    assert night.needs == [Need.REFUSED]


def test_images_that_come_after_the_signature_ask_for_another_look() -> None:
    """A late series may hold what the report says is not there."""
    night = Night()
    night.sign()
    quiet = night.needs
    night.worklist.arrive(40)

    assert quiet == []
    assert [(a.need, a.images) for a in night.alarms.standing] == [(Need.LATE_IMAGES, 40)]


def test_more_late_images_are_told_anew_and_the_same_ones_not() -> None:
    night = Night()
    night.sign()
    night.worklist.arrive(40)
    night.alarms.settle("HG-20417")
    night.worklist.changed.emit(None)
    same = night.needs
    night.worklist.arrive(1)

    assert same == []
    assert [alarm.images for alarm in night.alarms.standing] == [41]


def test_documents_that_the_reader_sent_are_no_late_images() -> None:
    """SR, key images and the report itself are counted by a platform like images: an alarm for
    each signature would be an alarm for none. An image beside them is told all the same."""
    night = Night()
    night.sign()
    for _ in range(3):
        night.alarms.filed(night.item.ref)
    night.worklist.arrive(3)
    sent = night.needs
    night.start()  # the next run of the program remembers them
    again = night.needs
    night.worklist.arrive(1)
    night.alarms.look()

    assert (sent, again) == ([], [])
    assert [(each.need, each.images) for each in night.alarms.standing] == [(Need.LATE_IMAGES, 1)]


def test_late_images_are_noticed_by_the_next_run_of_the_program_too() -> None:
    """The reader went home; the series came in the night; tomorrow's start says so."""
    night = Night()
    night.sign()
    night.bench.start()
    night.start()
    night.worklist.arrive(12)

    assert night.needs == [Need.LATE_IMAGES]


def test_late_images_are_noticed_at_a_site_that_never_touches_a_task_again() -> None:
    """The archive is asked itself: a platform that counts nothing must not hide a late series."""
    night = Night()
    night.sign()
    quiet = night.needs
    night.archive.images += 7
    night.bench.jobs.advance(601)

    assert quiet == []
    assert [(a.need, a.images) for a in night.alarms.standing] == [(Need.LATE_IMAGES, 7)]


def test_what_the_archive_held_at_the_signature_outlives_the_program() -> None:
    """The series came while nobody was at the desk."""
    night = Night()
    night.sign()
    night.bench.start()
    night.archive.images += 12
    night.start()

    assert [(a.need, a.images) for a in night.alarms.standing] == [(Need.LATE_IMAGES, 12)]


def test_an_archive_that_is_silent_is_asked_again_and_raises_nothing() -> None:
    """Silence is no image."""
    night = Night()
    night.archive.fails = SiteUnavailable("no answer")
    night.sign()
    night.archive.fails = None
    night.bench.jobs.advance(601)  # the first number is what it is compared with
    quiet = night.needs
    night.archive.images += 1
    night.bench.jobs.advance(601)

    assert (quiet, night.needs) == ([], [Need.LATE_IMAGES])


@pytest.mark.parametrize("days", [3, -3])
def test_the_alarm_comes_whatever_somebody_does_to_the_clock(days: int) -> None:
    """Set back by three days it would have come in three days."""
    night = Night()
    night.bench.platform.down = True
    night.sign()
    night.bench.clock.set_wall(night.bench.clock.now() + timedelta(days=days))

    night.bench.jobs.advance(121)

    assert night.needs == [Need.UNANSWERED]


def test_what_was_signed_long_ago_is_forgotten() -> None:
    """Nothing of a patient's case rests here longer than it is of use."""
    night = Night()
    night.sign()
    night.bench.clock.advance(3 * 86400)
    night.bench.start()
    night.start()

    kept = [key for key, _ in night.bench.store.all("meta") if key.startswith("signed-with")]
    assert kept == []


def test_the_most_pressing_stands_first_and_nothing_is_told_twice() -> None:
    night = Night()
    night.bench.platform.faults = [silent_before] * 9
    night.bench.platform.down = True
    night.sign()
    night.worklist.arrive(3)
    night.bench.jobs.advance(125)
    told = night.told
    night.alarms.look()

    assert night.needs == [Need.UNANSWERED, Need.LATE_IMAGES]
    assert night.told == told


def test_an_alarm_is_the_same_while_nothing_new_happened() -> None:
    """Else the bar would ring with every heartbeat."""
    one = Alarm(Need.REFUSED, SITE, item().accession, reason="no", attempt=1)

    assert one.key == evolve(one, reason="no, really").key
    assert one.key != evolve(one, attempt=2).key


def call(night: Night, minutes: float, number: int = 1) -> OpenCall:
    """A critical result that is due in so many minutes."""
    due = night.bench.clock.now() + timedelta(minutes=minutes)
    task, accession = TaskRef(SITE, TaskId(f"task-{number}")), AccessionNumber(f"A-{number}")
    return OpenCall(task, accession, "Tension pneumothorax", due, "Dr. Lee", "+1 206 555 0100")


def test_a_critical_result_nobody_was_told_of_raises_the_alarm_when_its_time_is_over() -> None:
    """The case was left; the card with its clock is on no screen any more."""
    night = Night()
    night.calls.say(call(night, 30))
    assert night.needs == []
    night.bench.jobs.advance(30 * 60 + 1)
    (alarm,) = night.alarms.standing
    assert (alarm.need, alarm.accession) == (Need.UNTOLD, "A-1")
    assert alarm.call == "Dr. Lee +1 206 555 0100"


def test_of_several_clocks_none_is_forgotten_for_another() -> None:
    """One timer for all of them would ring for the last alone."""
    night = Night()
    night.calls.say(call(night, 10, 1), call(night, 20, 2))
    night.bench.jobs.advance(11 * 60)
    assert [alarm.accession for alarm in night.alarms.standing] == ["A-1"]
    night.bench.jobs.advance(10 * 60)
    assert {alarm.accession for alarm in night.alarms.standing} == {"A-1", "A-2"}


def test_somebody_was_told_and_the_alarm_goes() -> None:
    night = Night()
    night.calls.say(call(night, -1))
    assert night.needs == [Need.UNTOLD]
    night.calls.say()
    assert night.needs == []


def test_what_a_person_dealt_with_is_open_no_more_and_on_record() -> None:
    """The case may be another reader's by now: no report of mine can take the call."""
    night = Night()
    night.calls.say(call(night, -1))
    assert night.alarms.settle("A-1")
    assert night.needs == []
    assert night.calls.standing == ()
