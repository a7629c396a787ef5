"""What is fetched first, what is told, and what goes on when something fails."""

import threading
import weakref
from collections.abc import Callable, Iterator

import pytest
from attrs import evolve
from fakes import FakeClock, Home, InlineJobs
from fakes_images import REF, FakeSource, pixels, series

from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID, StudyRef, StudyUID
from workstation.domain.presentation import Rescale
from workstation.domain.study import Series
from workstation.domain.suv import SuvBasis, SuvType
from workstation.errors import GivenUp, NotDisplayable, SiteUnavailable
from workstation.imaging.fewer_voxels import FewerVoxels
from workstation.rendering.volume_slice import plane_samples
from workstation.services.images.fetching import AGAIN_S, FRAME_WORKERS, SetProgress, outward
from workstation.services.images.frames import Dropped, FrameStore
from workstation.services.images.loading import Loader
from workstation.services.jobs import Jobs
from workstation.services.ports.images import Demand
from workstation.services.viewer.volumes import Volumes

Make = Callable[[FakeSource], tuple[Loader, FrameStore, Home]]
CHEST = series("1.5", [float(-z) for z in range(11)])


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Jobs] = []

    def built(source: FakeSource) -> tuple[Loader, FrameStore, Home]:
        home = Home()
        jobs = Jobs(home.post)
        made.append(jobs)
        store = FrameStore()
        return Loader({REF.site: source}, store, jobs), store, home

    yield built
    for jobs in made:
        jobs.close()


def loaded(loader: Loader, home: Home, ref: StudyRef = REF) -> None:
    loader.open(ref, first=True)
    home.drain(lambda: loader.complete(ref))


def test_a_study_is_loaded_whole_and_counted(make: Make) -> None:
    """Progress per series is what tells a reader that an image is not there yet."""
    loader, store, home = make(FakeSource([CHEST]))

    loaded(loader, home)

    (shown,) = loader.display_sets(REF)
    assert loader.progress(shown.id) == SetProgress(11, 0, 11)
    assert all(store.get(frame.key) is not None for frame in shown.frames)


def test_the_first_image_waits_for_its_own_series_alone(make: Make) -> None:
    """Study-wide metadata has cost other viewers minutes."""
    source = FakeSource([CHEST, series("1.6", [1.0])])
    loader, _, home = make(source)
    ready: list[int] = []
    loader.study_ready.connect(lambda told: ready.append(len(told[1])))
    loader.open(REF, first=True)

    home.drain(lambda: len(ready) == 1)

    assert ready == [1]


def test_the_frame_in_the_middle_is_asked_for_first(make: Make) -> None:
    """It is what a stack shows first, unless the viewer looks elsewhere."""
    source = FakeSource([CHEST])
    source.gate.clear()
    loader, _, home = make(source)

    home.settled(loader.open(REF, first=True))
    source.asking.wait(10)
    source.gate.set()
    home.drain(lambda: loader.complete(REF))

    assert source.asked[0].sop == SopUID("1.5.6")
    assert [key.sop for key in source.bulk[0]][:3] == ["1.5.6", "1.5.5", "1.5.7"]


def test_what_is_looked_at_comes_next_and_nothing_twice(make: Make) -> None:
    """Scrolling must not wait behind what is not looked at."""
    source = FakeSource([CHEST])
    source.gate.clear()
    loader, _, home = make(source)
    loader.study_ready.connect(lambda told: loader.look_at(told[1][0], 9))

    home.settled(loader.open(REF, first=True))
    source.asking.wait(10)
    source.gate.set()
    home.drain(lambda: loader.complete(REF))

    assert len(source.asked) == len(set(source.asked))
    assert SopUID("1.5.10") in [key.sop for key in source.asked[:FRAME_WORKERS]]


def test_a_frame_that_cannot_be_shown_is_told_and_the_rest_goes_on(make: Make) -> None:
    """One damaged image never costs the others; and never looks like 'still loading'."""
    source = FakeSource([CHEST])
    source.broken = {SopUID("1.5.3"): NotDisplayable("it is damaged", "damaged")}
    loader, store, home = make(source)
    told: list[str] = []
    loader.problems.connect(lambda problem: told.append(problem[1]))

    loaded(loader, home)
    home.drain(lambda: bool(told))

    (shown,) = loader.display_sets(REF)
    assert loader.progress(shown.id) == SetProgress(10, 1, 11)
    assert told == ["Axial Lung: 1 of 11 images cannot be shown. it is damaged"]
    failure = store.failure(shown.frames[2].key)
    assert failure is not None
    assert failure.reason == "damaged"


def test_a_series_that_cannot_be_described_is_told_as_missing(make: Make) -> None:
    """A study with a lost series must not look complete."""
    source = FakeSource([CHEST, series("1.6", [1.0], description="Bone")])
    source.lost = {SeriesUID("1.6")}
    loader, _, home = make(source)
    told: list[str] = []
    loader.problems.connect(lambda problem: told.append(problem[1]))

    loaded(loader, home)

    assert told == ["Series Bone is missing: the site is down"]
    assert loader.lost_series(REF) == 1
    assert len(loader.display_sets(REF)) == 1


def test_a_passing_failure_is_tried_again_when_looked_at(make: Make) -> None:
    """A line that broke may be back; damage is not tried again."""
    source = FakeSource([CHEST])
    source.broken = {SopUID("1.5.3"): NotDisplayable("no answer", "not-delivered")}
    loader, _, home = make(source)
    loaded(loader, home)
    (shown,) = loader.display_sets(REF)
    source.broken = {}

    loader.look_at(shown, 2)
    home.drain(lambda: loader.progress(shown.id).loaded == 11)

    assert loader.progress(shown.id) == SetProgress(11, 0, 11)


def test_a_site_that_goes_down_in_the_middle_leaves_every_frame_accounted_for(make: Make) -> None:
    """Loaded or failed: nothing stays 'loading' for ever."""
    source = FakeSource([CHEST])
    source.broken = {SopUID("1.5.2"): SiteUnavailable("the site is down")}
    loader, _, home = make(source)

    loaded(loader, home)

    (shown,) = loader.display_sets(REF)
    progress = loader.progress(shown.id)
    assert progress.loaded + progress.failed == 11
    assert progress.failed >= 1


def test_a_closed_study_is_forgotten_even_while_it_loads(make: Make) -> None:
    """The next patient's case must not find the last one's images."""
    source = FakeSource([CHEST])
    source.gate.clear()
    loader, store, home = make(source)
    home.settled(loader.open(REF, first=True))
    arrived: list[FrameKey] = []
    loader.frame_arrived.connect(arrived.append)

    loader.close(REF)
    source.gate.set()
    other = StudyRef(REF.site, StudyUID("1.2.4"))
    loaded(loader, home, other)

    assert {key.study for key in arrived} == {other.study}
    assert store.get(evolve(arrived[0], study=REF.study)) is None
    assert loader.display_sets(REF) == ()


def test_what_is_fetched_ahead_stops_in_the_middle_and_goes_on_when_it_is_asked_again(
    make: Make,
) -> None:
    """A single image can be fifty megabytes: whoever opens another case does not wait for it."""
    source = FakeSource([CHEST])
    source.gate.clear()
    loader, store, home = make(source)
    ahead = StudyRef(REF.site, StudyUID("1.2.4"))
    loader.fetch_ahead(ahead)
    home.drain(lambda: bool(loader.display_sets(ahead)))
    assert source.begun.acquire(timeout=10)  # where a view begins
    assert source.begun.acquire(timeout=10)  # and the thumbnail
    on_its_way = set(source.asked)

    loader.open(REF, first=True)
    home.drain(lambda: bool(loader.display_sets(REF)))
    given_up = {source.given_up.get(timeout=10) for _ in on_its_way}
    source.gate.set()
    home.drain(lambda: loader.complete(REF))
    of_ahead = [key for key in source.asked if key.study == ahead.study]
    here = [key for key in of_ahead if store.has(key) or store.failure(key) is not None]
    loader.fetch_ahead(ahead)
    home.drain(lambda: all(map(store.has, on_its_way)))

    assert given_up == on_its_way == set(of_ahead)
    assert here == []  # no half image, and no failure that nobody caused


def test_a_description_that_was_put_off_comes_when_it_is_asked_again(make: Make) -> None:
    """Of 600 slices it is a megabyte or two: a third of a second of a home line."""
    source = FakeSource([CHEST])
    loader, _, home = make(source)
    ahead = StudyRef(REF.site, StudyUID("1.2.4"))
    begun, free, over = threading.Event(), threading.Event(), threading.Event()
    described = source.metadata

    def slow(ref: StudyRef, uid: SeriesUID, demand: Demand) -> Series:
        if ref == ahead and not free.is_set():
            begun.set()
            home.post(lambda: None)
            while not demand.over():
                free.wait(0.01)
            over.set()
            raise GivenUp
        return described(ref, uid, demand)

    source.metadata = slow  # type: ignore[assignment]
    loader.fetch_ahead(ahead)
    home.drain(begun.is_set)
    loaded(loader, home)
    stopped = over.wait(10)
    before = loader.is_described(ahead)
    free.set()
    loader.fetch_ahead(ahead)
    home.drain(lambda: loader.is_described(ahead))

    assert stopped
    assert not before
    assert loader.lost_series(ahead) == 0


def test_outward_goes_to_both_sides() -> None:
    """Nearest first; past an end only the other side is left."""
    assert outward(6, 4) == [4, 3, 5, 2, 1, 0]
    assert outward(3, 99) == [2, 1, 0]


def test_the_store_keeps_the_open_case_and_drops_what_was_looked_at_longest_ago() -> None:
    """A budget that evicted the image on screen would be no help."""
    one, two, three = (
        FrameKey(REF.site, StudyUID(f"1.{n}"), SeriesUID("2"), SopUID("3")) for n in (1, 2, 3)
    )
    store = FrameStore(budget_bytes=2 * pixels().nbytes)
    store.protect(StudyRef(one.site, one.study))
    dropped: list[StudyRef] = []
    store.dropped.connect(lambda gone: dropped.append(gone.ref))

    for key in (one, two, three):
        store.put(key, pixels())

    assert store.get(one) is not None
    assert store.get(two) is None
    assert store.get(three) is not None
    assert [ref.study for ref in dropped] == [two.study]
    assert store.nbytes == 2 * pixels().nbytes


def test_a_dropped_study_is_freed_by_whoever_was_told() -> None:
    """Giving 300 MB back takes the system 100 ms: the screen must not stand still for it."""
    key = FrameKey(REF.site, REF.study, SeriesUID("2"), SopUID("3"))
    store, gone = FrameStore(), list[Dropped]()
    store.dropped.connect(gone.append)
    frame = pixels()
    held = weakref.ref(frame)
    store.put(key, frame)
    del frame

    store.drop(REF)

    assert store.get(key) is None
    assert held() is not None
    gone[0].let_go()
    assert held() is None


# --- arrivals ---------------------------------------------------------------------


def grown(source: FakeSource, places: list[float]) -> None:
    """The site has the series with these slices now, uid by place: slices that were there stay."""
    found = series("1.5", places)
    source.found[SeriesUID("1.5")] = evolve(
        found,
        instances=tuple(
            evolve(
                each,
                sop=SopUID(f"1.5.{int(-z) + 1}"),
                frames=tuple(
                    evolve(f, key=evolve(f.key, sop=SopUID(f"1.5.{int(-z) + 1}")))
                    for f in each.frames
                ),
            )
            for each, z in zip(found.instances, places, strict=True)
        ),
    )


def test_images_that_arrive_while_the_study_is_open_are_taken_in_and_told(make: Make) -> None:
    """Acquisition goes on while the radiologist reads; what came late must not be missed."""
    source = FakeSource([CHEST])
    loader, _, home = make(source)
    loaded(loader, home)
    news: list[str] = []
    loader.news.connect(lambda told: news.append(told[1]))
    grown(source, [float(-z) for z in range(14)])

    loader.refresh(REF)
    home.drain(lambda: bool(news) and loader.complete(REF))

    (shown,) = loader.display_sets(REF)
    assert news == ["3 more images arrived: Lung"]
    assert loader.progress(shown.id) == SetProgress(14, 0, 14)
    assert len(source.bulk[-1]) == 3  # what is here is not fetched again


def test_a_site_without_news_is_asked_for_nothing(make: Make) -> None:
    """A worklist row changes often; images are not described again for that."""
    source = FakeSource([CHEST])
    loader, _, home = make(source)
    loaded(loader, home)
    described = len(source.described)

    loader.refresh(REF)
    home.drain(lambda: source.listed == 2)
    loader.refresh(REF)
    home.drain(lambda: source.listed == 3)

    assert len(source.described) == described


# --- a broken line ----------------------------------------------------------------


def test_what_a_broken_line_cost_is_asked_for_again_by_itself() -> None:
    """A site restarts while a study loads: the rest comes when it is back, by itself."""
    clock = FakeClock()
    jobs, store = InlineJobs(clock), FrameStore()
    source = FakeSource([CHEST])
    source.broken = {SopUID("1.5.3"): NotDisplayable("no answer", "not-delivered")}
    loader = Loader({REF.site: source}, store, jobs)
    loader.open(REF, first=True)
    (shown,) = loader.display_sets(REF)
    before = loader.progress(shown.id)
    source.broken = {}

    jobs.advance(AGAIN_S[0])

    assert before == SetProgress(10, 1, 11)
    assert loader.progress(shown.id) == SetProgress(11, 0, 11)
    assert [key.sop for key in source.bulk[-1]] == ["1.5.3"]


def test_a_damaged_image_is_not_asked_for_again_and_again() -> None:
    """What is damaged at the site stays damaged; asking would only cost the line."""
    jobs = InlineJobs(FakeClock())
    source = FakeSource([CHEST])
    source.broken = {SopUID("1.5.3"): NotDisplayable("it is damaged", "damaged")}
    Loader({REF.site: source}, FrameStore(), jobs).open(REF, first=True)

    jobs.advance(sum(AGAIN_S))

    assert len(source.bulk) == 1


# --- more than the memory holds ---------------------------------------------------


def test_a_study_larger_than_the_memory_is_here_whole_and_decoded_when_looked_at() -> None:
    """11 images of 32 bytes, room for four: nothing is missing, little is decoded."""
    source, store = FakeSource([CHEST]), FrameStore(4 * 32)
    loader = Loader({REF.site: source}, store, InlineJobs(FakeClock()))
    loader.open(REF, first=True)
    (shown,) = loader.display_sets(REF)

    loader.look_at(shown, 9)

    assert loader.progress(shown.id) == SetProgress(11, 0, 11)
    assert store.get(shown.frames[9].key) is not None
    assert store.nbytes <= 4 * 32
    assert all(store.has(frame.key) for frame in shown.frames)


def test_the_memory_holds_no_more_with_a_volume_of_fewer_voxels_beside_its_images() -> None:
    """11 images of 32 bytes, room for ten: coarse voxels, the slices that an exact plane goes
    through and what was looked at are within it together, and with the case all of it is gone."""
    source, store = FakeSource([CHEST]), FrameStore(10 * 32)
    jobs = InlineJobs(FakeClock())
    loader = Loader({REF.site: source}, store, jobs)
    volumes = Volumes(store, loader, jobs, plane_samples)
    loader.open(REF, first=True)
    (shown,) = loader.display_sets(REF)
    assert loader.free == 10 * 32

    volumes.want(shown)
    made = volumes.to_see(shown)
    most = 0
    for index in range(11):
        loader.look_at(shown, index)
        most = max(most, store.nbytes)

    assert isinstance(made, FewerVoxels)
    beside = made.voxels.nbytes + made.every.at_once * 32
    assert store.room == 10 * 32 - beside
    assert beside < most <= 10 * 32
    volumes.forget()
    loader.close(REF)
    assert (store.nbytes, store.room) == (0, 10 * 32)


def test_what_others_may_take_is_not_free() -> None:
    """A volume of fewer voxels takes no room that was promised to images on their way."""
    source, store = FakeSource([CHEST]), FrameStore(20 * 32)
    loader = Loader({REF.site: source}, store, InlineJobs(FakeClock()))

    loader.open(REF, first=True)

    assert loader.free == 9 * 32


@pytest.mark.parametrize(("asked", "unit"), [(SuvType.BW, "SUVbw"), (None, "Bq/ml")])
def test_pet_is_read_in_what_the_settings_ask_for(asked: SuvType | None, unit: str) -> None:
    """From the first image on, and black on white: a window that changes later is missed."""
    basis = SuvBasis(
        "BQML", corrected=("ATTN", "DECY"), decay="ADMIN", weight_kg=80.0, dose_bq=400e6
    )
    told = series("1.5", [0.0, 4.0])
    pet = evolve(
        told,
        modality="PT",
        instances=tuple(
            evolve(
                each,
                frames=tuple(
                    evolve(frame, rescale=Rescale(2.0, 0.0, "Bq/ml"), suv_basis=basis)
                    for frame in each.frames
                ),
            )
            for each in told.instances
        ),
    )
    jobs = InlineJobs(FakeClock())
    loader = Loader({REF.site: FakeSource([pet])}, FrameStore(), jobs, asked)
    loader.open(REF, first=True)

    (shown,) = loader.display_sets(REF)

    slope = 2.0 * 80_000 / 400e6 if asked else 2.0
    assert {frame.rescale for frame in shown.frames} == {Rescale(slope, 0.0, unit)}
    assert all(frame.inverse for frame in shown.frames)
