"""What the report knows of the images on the desk."""

from types import SimpleNamespace
from typing import Any

from attrs import evolve
from fakes_report import item
from fakes_viewer import SITE, opened, stack, viewed

from workstation.domain.identifiers import StudyRef, StudyUID
from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.services.reading.desk import Desk
from workstation.services.report.checks import Images
from workstation.services.signal import Signal
from workstation.services.viewer.viewer import Viewer


class Room:
    """A case whose images are here, and what its report was told of them last."""

    def __init__(self, *sets: DisplaySet) -> None:
        self.told: list[Images] = []
        self.viewer: Viewer
        self.viewer, loader = opened(*sets)
        reporting = SimpleNamespace(
            received=self.told.append, take_measurements=lambda *_: None,
            displays=lambda _: None, draft_taken_up=Signal[Any](),
        )  # fmt: skip
        self.lost = 0
        self.problems = Signal[tuple[StudyRef, str]]()
        wide = SimpleNamespace(
            display_sets=lambda _: sets, progress=loader.progress, problems=self.problems,
            lost_series=lambda _: self.lost,
        )  # fmt: skip
        desk = Desk(self.viewer, wide, reporting)  # type: ignore[arg-type]
        desk.set_out(evolve(item(), site=SITE, study=StudyUID(viewed().ref.study)))

    @property
    def unseen(self) -> tuple[tuple[str, int], ...]:
        return self.told[-1].unseen


def test_images_are_unseen_until_they_are_painted() -> None:
    """The check before the signature follows the eye, image by image."""
    axial, coronal = stack(3, name="Axial"), stack(2, name="Coronal", series="1.1.2")
    room = Room(axial, coronal)
    before = room.unseen

    for frame in (*axial.frames, coronal.frames[0]):
        room.viewer.mark_seen(frame.key)

    assert before == (("Axial", 3), ("Coronal", 2))
    assert room.unseen == (("Coronal", 1),)


def test_what_is_drawn_on_images_is_not_looked_at_by_itself() -> None:
    """A segmentation is seen where it lies; a warning for its own pixels would always stand."""
    mask = evolve(stack(3, name="Liver", series="1.1.3"), kind=DisplaySetKind.SEGMENTATION)
    room = Room(stack(1, name="Axial"), mask)

    assert room.unseen == (("Axial", 1),)


def test_planes_that_were_saved_from_the_case_are_no_images_to_look_at() -> None:
    """A reader who saves coronals for the surgeon is not warned of thirty images more."""
    saved = stack(3, name="Axial, coronal MPR", series="1.1.3")
    room = Room(stack(1, name="Axial"), saved)
    room.viewer.saved_planes.add(saved.series)

    room.viewer.mark_seen(saved.frames[0].key)

    assert room.unseen == (("Axial", 1),)


def test_a_series_that_could_not_be_fetched_is_not_forgotten_after_it_was_told() -> None:
    """It has no image that is missing, for nobody knows its images: the study looked whole."""
    room = Room(stack(1, name="Axial"))
    before = room.told[-1].lost
    room.lost = 1

    room.problems.emit((viewed().ref, "Series Bone is missing: the site is down"))

    assert (before, room.told[-1].lost) == (0, 1)
