"""Series that come object by object: what is here is looked at while the rest is on its way."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest
from attrs import evolve
from fakes import Home
from fakes_images import REF, FakeSource, series

from workstation.domain.identifiers import SeriesUID, StudyRef, StudyUID
from workstation.domain.study import Series
from workstation.services.images.fetching import SetProgress
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.jobs import Jobs
from workstation.services.ports.images import PiecewiseSource

CHEST = series("1.5", [float(-z) for z in range(11)])
NEXT = StudyRef(REF.site, StudyUID("1.2.99"))


class Piecewise(FakeSource):
    """As a PACS by DIMSE: the middle image first, then nothing until `line` is free."""

    def __init__(self) -> None:
        super().__init__([CHEST])
        self.line = Event()
        self.paused: list[StudyRef] = []
        self.asked_for: list[StudyRef] = []

    def arriving(
        self, ref: StudyRef, series: SeriesUID, came: Callable[[Series, int], None]
    ) -> Series:
        self.asked_for.append(ref)
        whole = self.metadata(ref, series)
        came(evolve(whole, instances=whole.instances[5:6]), len(whole.instances) - 1)
        self.line.wait(10)
        return whole

    def pause(self, ref: StudyRef) -> None:
        self.paused.append(ref)

    def forget(self, _ref: StudyRef) -> None: ...


class Desk:
    def __init__(self) -> None:
        self.home, self.source, self.store = Home(), Piecewise(), FrameStore()
        self.jobs = Jobs(self.home.post)
        self.loader = Loader({REF.site: self.source}, self.store, self.jobs)
        self.told: list[str] = []
        self.loader.news.connect(lambda told: self.told.append(told[1]))
        self.loader.study_ready.connect(lambda told: self.loader.look_at(told[1][0], 0))

    def here(self) -> int:
        return sum(self.progress().loaded for _ in self.loader.display_sets(REF)[:1])

    def progress(self) -> SetProgress:
        (shown,) = self.loader.display_sets(REF)
        return self.loader.progress(shown.id)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.source.line.set()
    made.jobs.close()


def test_an_image_is_looked_at_before_its_series_is_here(desk: Desk) -> None:
    """Over DIMSE a series of 600 slices takes seconds, on a slow line minutes."""
    assert isinstance(desk.source, PiecewiseSource)
    desk.loader.open(REF, first=True)

    desk.home.drain(lambda: desk.here() == 1)

    assert desk.progress() == SetProgress(1, 0, 11)  # ten are on their way, and that is said
    assert not desk.loader.complete(REF)
    desk.source.line.set()
    desk.home.drain(lambda: desk.loader.complete(REF))
    assert desk.progress() == SetProgress(11, 0, 11)
    assert desk.told == []  # images of an opened case that come are no news


def test_the_stack_that_grows_keeps_its_name_and_its_order(desk: Desk) -> None:
    """What hangs stays what it is; the order is that of the patient, not of the line."""
    desk.loader.open(REF, first=True)
    desk.home.drain(lambda: desk.here() == 1)
    (before,) = desk.loader.display_sets(REF)
    desk.source.line.set()
    desk.home.drain(lambda: desk.loader.complete(REF))
    (after,) = desk.loader.display_sets(REF)

    assert after.id == before.id
    assert [frame.key.sop for frame in before.frames] == ["1.5.6"]
    assert [frame.key.sop for frame in after.frames] == [f"1.5.{n}" for n in range(1, 12)]


def test_a_case_that_is_opened_has_the_line_and_the_other_goes_on_after_it(desk: Desk) -> None:
    """What was fetched ahead must not keep a reader waiting for a series that nobody opened."""
    desk.loader.fetch_ahead(NEXT)
    desk.home.drain(lambda: desk.source.asked_for == [NEXT])
    desk.loader.open(REF, first=True)
    paused = list(desk.source.paused)
    desk.home.drain(lambda: REF in desk.source.asked_for)
    once = desk.source.asked_for.count(NEXT)
    desk.source.line.set()
    desk.home.drain(lambda: desk.loader.complete(REF))
    by_itself = desk.source.asked_for.count(NEXT)
    desk.loader.fetch_ahead(NEXT)  # by whoever holds it ahead, now that the line is free
    desk.home.drain(lambda: desk.loader.is_described(NEXT))

    assert paused == [NEXT]
    assert by_itself == 1
    assert once == 1
    assert desk.source.asked_for.count(NEXT) == 2


def test_a_case_that_was_put_off_and_is_opened_does_not_wait_for_anybody(desk: Desk) -> None:
    """The reader changed their mind: the case that was held back is the one they want."""
    desk.loader.fetch_ahead(NEXT)
    desk.home.drain(lambda: desk.source.asked_for == [NEXT])
    desk.loader.open(REF, first=True)
    desk.loader.close(REF)
    desk.loader.open(NEXT, first=True)
    desk.source.line.set()

    desk.home.drain(lambda: desk.loader.complete(NEXT))

    assert desk.source.asked_for.count(NEXT) == 2
