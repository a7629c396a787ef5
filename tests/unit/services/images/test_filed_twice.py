"""One identifier in two series of a study: both images are shown, and both say so."""

from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_images import REF, FakeSource, series

from workstation.domain.study import Series
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader


def sharing(one: Series, other: Series) -> Series:
    """`other` with the identifier of the first image of `one` on its first."""
    sop = one.instances[0].sop
    first = other.instances[0]
    frames = tuple(evolve(frame, key=evolve(frame.key, sop=sop)) for frame in first.frames)
    return evolve(
        other, instances=(evolve(first, sop=sop, frames=frames), *other.instances[1:])
    )  # fmt: skip


def test_both_images_of_one_identifier_say_so_and_their_neighbours_do_not() -> None:
    """A workstation that saved a reformat under the identifier of its slice: a finding that is
    cited by it could be on either."""
    axial = series("1.5", [0.0, -1.0, -2.0], description="Axial")
    saved = sharing(axial, series("1.6", [0.0, -5.0], description="Saved"))
    other = series("1.7", [0.0], description="Other")
    store, jobs = FrameStore(), InlineJobs(FakeClock())
    loader = Loader({REF.site: FakeSource([axial, saved, other])}, store, jobs)
    told: list[str] = []
    loader.problems.connect(lambda problem: told.append(problem[1]))
    ready: list[tuple[str, ...]] = []
    loader.study_ready.connect(lambda now: ready.append(tuple(each.label for each in now[1])))

    loader.open(REF, first=True)

    doubts = {
        each.series: [frame.doubts for frame in each.frames] for each in loader.display_sets(REF)
    }
    contested = ("uid-conflict",)
    assert doubts == {"1.5": [contested, (), ()], "1.6": [contested, ()], "1.7": [()]}
    why = "Another image with the same identifier was received."
    assert sorted(told) == [f"Axial, 1 image: {why}", f"Saved, 1 image: {why}"]
    assert loader.complete(REF)
    keys = {frame.key for each in loader.display_sets(REF) for frame in each.frames}
    assert len(keys) == 6
    assert all(store.get(key) is not None for key in keys)
