"""The next cases are there before they are opened, and never in the way of the one that is."""

from datetime import timedelta

import pytest
from attrs import define, field
from fakes import FakeClock, InlineJobs
from fakes_images import FakeSource, series
from fakes_platform import OTHER, FakePlatform, item, site

from workstation.domain.identifiers import FrameKey, SiteId, StudyRef, StudyUID
from workstation.domain.prior import PriorStudy
from workstation.domain.study import DisplaySet, Series
from workstation.domain.worklist import ReadState, WorklistItem
from workstation.errors import SiteUnavailable
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.jobs import Job
from workstation.services.ports.images import SeriesHead
from workstation.services.queue.worklist import Worklist
from workstation.services.reading.prefetch import Prefetch
from workstation.services.signal import Signal
from workstation.services.waiting import settled

HARBOR = SiteId("harbor")
IMAGES = 11
BYTES = IMAGES * 4 * 4 * 2  # of one study, as PixelFormat SMALL says


class Archive(FakeSource):
    """One series of eleven images in every study there is."""

    def __init__(self) -> None:
        super().__init__([])
        self.refs: list[StudyRef] = []

    def series(self, ref: StudyRef) -> tuple[SeriesHead, ...]:
        self.refs.append(ref)
        made = self._of(ref)
        self.found[made.uid] = made
        return (SeriesHead(made.uid, 1, "CT", "Lung", IMAGES),)

    def _of(self, ref: StudyRef) -> Series:
        return series(f"{ref.study}.5", [float(-z) for z in range(IMAGES)])

    def whole(self, study: str) -> bool:
        """Whether all of a study was asked for."""
        return any(keys and keys[0].study == study for keys in self.bulk)


@define(eq=False)
class FakeCase:
    item: WorklistItem

    @property
    def ref(self) -> StudyRef:
        return self.item.ref

    @property
    def refs(self) -> tuple[StudyRef, ...]:
        return (self.item.ref,)


@define(eq=False)
class FakeSession:
    case: FakeCase | None = None
    changed: Signal[None] = field(factory=Signal)
    opening: Signal[tuple[StudyRef, Job[None]]] = field(factory=Signal)

    @property
    def priors(self) -> "FakeSession":
        return self

    def may_see(self, prior: PriorStudy) -> bool:
        return True

    def turn_to(self, case: WorklistItem | None) -> None:
        self.case = FakeCase(case) if case is not None else None
        self.changed.emit(None)


@define(eq=False)
class FakeAudit:
    records: list[tuple[str, StudyRef | None]] = field(factory=list)

    def record(self, action: str, *, study: StudyRef | None = None) -> Job[None]:
        self.records.append((action, study))
        return settled()


class Queue:
    """Four cases, due one after the other."""

    def __init__(self, cases: int = 2, budget: int = 10 * BYTES) -> None:
        self.clock = FakeClock()
        now = self.clock.now()
        self.jobs = InlineJobs(self.clock)
        self.harbor = FakePlatform(
            "harbor", self.clock,
            [item(n, now, due=now + timedelta(hours=n)) for n in range(1, 5)],
        )  # fmt: skip
        self.worklist = Worklist(
            {HARBOR: self.harbor}, (site("harbor"),), self.jobs, self.clock, poll_seconds=5
        )
        self.archive, self.store = Archive(), FrameStore()
        self.loader = Loader({HARBOR: self.archive}, self.store, self.jobs)
        self.session, self.audit = FakeSession(), FakeAudit()
        self.prefetch = Prefetch(
            self.worklist, self.session, self.loader, self.audit, self.jobs,  # type: ignore[arg-type]
            cases=cases, budget_bytes=budget,
        )  # fmt: skip
        self.shown: list[tuple[StudyRef, tuple[DisplaySet, ...]]] = []
        self.told: list[str] = []
        self.loader.study_ready.connect(self.shown.append)
        self.loader.problems.connect(lambda told: self.told.append(told[1]))
        self.worklist.sign_in(None).result()
        self.worklist.start()

    def item(self, number: int) -> WorklistItem:
        row = self.worklist.find(f"A-{number}")
        assert row is not None
        return row.item

    def ref(self, number: int) -> StudyRef:
        return StudyRef(HARBOR, StudyUID(f"1.2.{number}"))

    def idle(self, seconds: float = 10) -> None:
        self.jobs.advance(seconds)


def test_the_next_cases_are_fetched_in_the_order_of_the_queue() -> None:
    """First an image of each, so that the next one is there even if the reader is quick."""
    queue = Queue()
    queue.idle()

    assert queue.prefetch.held == (queue.ref(1), queue.ref(2))
    first_images = [(key.study, key.sop) for key in queue.archive.asked]
    assert first_images == [  # where a view begins, and the thumbnail
        ("1.2.1", "1.2.1.5.1"), ("1.2.1", "1.2.1.5.6"),
        ("1.2.2", "1.2.2.5.1"), ("1.2.2", "1.2.2.5.6"),
    ]  # fmt: skip
    assert queue.archive.whole("1.2.1")
    assert queue.loader.complete(queue.ref(1))


def test_what_is_fetched_is_on_record_before_it_is_asked_for() -> None:
    """A download is a look that may happen: the hospital can see who had what."""
    queue = Queue(cases=1)
    queue.idle()

    assert queue.audit.records == [("prefetch", queue.ref(1))]


@pytest.mark.parametrize(
    "changes",
    [
        {"jurisdiction": "US-NM"},  # no licence
        {"state": ReadState.CLAIMED, "holder": OTHER.name, "holder_id": OTHER.id},
        {"state": ReadState.FINAL},
    ],
)
def test_what_this_reader_will_not_read_is_not_fetched(changes: dict[str, str]) -> None:
    """Not a byte of a patient whom another reads, or whom this one may not."""
    queue = Queue(cases=1)
    queue.harbor.change("1", **changes)
    queue.worklist.refresh()
    queue.idle()

    assert queue.prefetch.held == (queue.ref(2),)
    assert queue.ref(1) not in queue.archive.refs


def test_while_the_open_case_loads_nothing_else_is_asked_for() -> None:
    """The line belongs to the patient who is being read."""
    queue = Queue()
    queue.archive.gate.set()
    queue.session.turn_to(queue.item(4))  # opened at once; nothing of it is here yet
    queue.idle()
    before = list(queue.archive.refs)
    queue.loader.open(queue.ref(4), first=True)
    queue.idle()

    assert before == []
    assert queue.archive.refs[0] == queue.ref(4)
    assert queue.prefetch.held == (queue.ref(1), queue.ref(2))


def test_a_case_that_was_fetched_is_shown_at_once_when_it_is_opened() -> None:
    """Sign and next: the first image is in memory, nobody is asked for it again."""
    queue = Queue(budget=0)  # the first images alone
    queue.idle()
    asked = len(queue.archive.asked)
    queue.session.turn_to(queue.item(1))
    queue.shown.clear()
    job = queue.loader.open(queue.ref(1), first=True)

    (ref, (shown,)), *_ = queue.shown
    middle = shown.frames[len(shown.frames) // 2]
    assert ref == queue.ref(1)
    assert queue.store.get(middle.key) is not None
    assert job.done
    assert queue.loader.complete(queue.ref(1))
    assert len(queue.archive.asked) == asked  # the rest came as a whole, that one not again


def test_opening_another_case_stops_what_was_on_its_way() -> None:
    """At the next image, not when the study that nobody opened is through."""
    queue = Queue()
    opened: Job[None] = Job()
    came: list[StudyRef] = []

    def enter_at_the_fifth(key: FrameKey) -> None:
        came.append(StudyRef(key.site, key.study))
        if came.count(queue.ref(1)) == 5:
            queue.session.opening.emit((queue.ref(3), opened))

    queue.loader.frame_arrived.connect(enter_at_the_fifth)
    queue.idle()
    before = came.count(queue.ref(1))
    queue.session.turn_to(queue.item(3))
    queue.loader.open(queue.ref(3), first=True)
    opened.settle(None)
    queue.idle()

    assert before == 5
    assert queue.loader.complete(queue.ref(3))
    assert queue.loader.complete(queue.ref(1))  # and taken up again behind it


def test_the_budget_of_memory_holds_for_what_nobody_opened() -> None:
    """Two cases would not fit: of the second there is its first image alone."""
    queue = Queue(budget=BYTES + BYTES // 2)
    queue.idle()

    assert queue.archive.whole("1.2.1")
    assert not queue.archive.whole("1.2.2")
    assert queue.loader.is_described(queue.ref(2))


def test_a_case_that_another_reader_took_leaves_the_memory() -> None:
    queue = Queue()
    queue.idle()
    queue.harbor.change("1", state=ReadState.CLAIMED, holder=OTHER.name, holder_id=OTHER.id)
    queue.idle()

    assert queue.prefetch.held == (queue.ref(2), queue.ref(3))
    assert queue.loader.display_sets(queue.ref(1)) == ()


def test_after_signing_out_nothing_of_the_queue_is_left() -> None:
    queue = Queue()
    queue.idle()
    queue.worklist.sign_out()
    queue.idle()

    assert queue.prefetch.held == ()
    assert queue.store.nbytes == 0


def test_what_goes_wrong_with_a_case_nobody_opened_is_told_when_it_is_opened() -> None:
    """A warning about another patient while one is read is a warning too many."""
    queue = Queue(cases=1)
    queue.archive.broken = {}
    lost = series("1.2.1.5", [0.0]).uid
    queue.archive.lost = {lost}
    queue.idle(1.1)
    before = list(queue.told)
    queue.session.turn_to(queue.item(1))
    queue.loader.open(queue.ref(1), first=True)

    assert before == []
    assert any("the site is down" in words for words in queue.told)


def test_the_best_prior_comes_along() -> None:
    """A case without its comparison is half a case."""
    queue = Queue(cases=1)
    ref = StudyRef(HARBOR, StudyUID("1.2.77"))
    prior = PriorStudy(ref, None, "CT chest", "CT", "P-77", "Chest", "", IMAGES)
    queue.harbor.priors = lambda _item: (prior,)  # type: ignore[method-assign]
    queue.harbor.change("1", prior_count=1)
    queue.idle()

    assert queue.prefetch.held == (queue.ref(1), ref)


def test_a_site_that_gives_no_priors_does_not_hold_the_others_up() -> None:
    queue = Queue()

    def silent(_item: WorklistItem) -> tuple[PriorStudy, ...]:
        raise SiteUnavailable("no answer")

    queue.harbor.priors = silent  # type: ignore[method-assign]
    queue.harbor.change("1", prior_count=1)
    queue.idle()

    assert queue.prefetch.held == (queue.ref(1), queue.ref(2))


def test_none_are_fetched_where_the_line_is_paid_by_volume() -> None:
    queue = Queue(cases=0)
    queue.idle()

    assert queue.archive.refs == []


def test_from_the_moment_a_case_is_asked_for_the_line_is_its_own() -> None:
    """The claim itself takes a round trip; on a slow line what is fetched ahead is in its way."""
    queue = Queue()
    queue.idle()
    held = [ref for ref in (queue.ref(1), queue.ref(2)) if queue.loader.complete(ref)]
    opened: Job[None] = Job()
    stopped: list[StudyRef] = []
    setattr(queue.loader, "hold_back", stopped.append)  # noqa: B010
    queue.session.opening.emit((queue.ref(2), opened))
    asked = len(queue.archive.bulk)
    queue.idle()

    assert held == [queue.ref(1), queue.ref(2)]
    assert stopped == [queue.ref(1)]
    assert len(queue.archive.bulk) == asked  # nothing more, until the case is open or refused

    opened.settle(None)
    queue.idle()

    assert len(queue.archive.bulk) >= asked


def test_what_a_view_begins_with_is_in_memory_before_the_case_is_opened() -> None:
    """Sign and next: the picture is there, whatever the line; the thumbnail's would not do."""
    queue = Queue(budget=0)  # nothing but first images
    queue.idle()
    (shown,) = queue.loader.display_sets(queue.ref(1))

    assert queue.store.has(shown.frames[0].key)
    assert queue.loader.is_described(queue.ref(1))
