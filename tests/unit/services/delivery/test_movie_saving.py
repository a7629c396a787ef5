"""A volume that turns, handed on as a film: once around, whole, and only of the open case."""

import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pydicom
import pytest
from attrs import evolve
from fakes_planes import CT_HEADER, READER, ImageSite, Queue
from fakes_report import item
from fakes_viewer import PATIENT, SITE, larger, opened
from numpy.typing import NDArray
from volume_phantoms import SCANS, display_set

from workstation.domain.identifiers import StudyUID
from workstation.errors import CommandError, NotDisplayable, SiteUnavailable
from workstation.imaging.surface import Surface
from workstation.services.delivery import movie_saving
from workstation.services.delivery.movie_saving import MovieSaving
from workstation.services.jobs import Job
from workstation.services.screen.viewed import Shown
from workstation.viewing.volume_look import From, VolumeLook, standard_view

CT = display_set(SCANS["straight"], 20, (30, 34), space="1.2.9.1")
QUARTER = 18  # pictures of 72


class Painter:
    """Draws the number of the picture, and keeps from where it was seen."""

    def __init__(self) -> None:
        self.looks: list[VolumeLook] = []
        self.fails_at = -1
        self.waits: Callable[[], None] = lambda: None

    def __call__(
        self, shown: Shown, _surfaces: tuple[Surface, ...], side: int, waits: Callable[[], None]
    ) -> NDArray[np.uint8]:
        if len(self.looks) == self.fails_at:
            raise NotDisplayable("there is not enough memory", reason="memory")
        assert shown.state.look is not None
        self.waits = waits
        self.looks.append(shown.state.look)
        return np.full((side, side, 3), len(self.looks), np.uint8)


class Room:
    """A case whose volume is rendered, and the archive that the movie goes to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(movie_saving, "SIDE", 4)
        site: Any = ImageSite(CT, CT_HEADER)
        self.queue, self.painter = Queue(site), Painter()
        self.viewer, self.loader = opened(CT)
        self.viewer.resized(0, 400, 300, 1.0)
        queue = self.queue
        self.saving = MovieSaving(
            self.viewer, self.viewer.volumes, queue.filing, {SITE: site}, lambda: self.painter,
            queue.jobs, queue.clock,
        )  # fmt: skip
        self.item = evolve(item(), site=SITE, study=StudyUID(CT.study), patient=PATIENT)
        self.viewer.set_volume("ct-bone")

    def save(self) -> Job[int]:
        return self.saving.save(self.item, READER)

    @property
    def filed(self) -> pydicom.Dataset:
        (data,) = self.queue.archive.filed.values()
        return pydicom.dcmread(io.BytesIO(data))


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(monkeypatch)


def test_once_around_goes_to_the_archive_as_one_film(room: Room) -> None:
    """Who referred the patient sees the fracture turn, in any viewer, as long as here."""
    done = room.save()

    assert done.result() == 72
    made = room.filed
    assert made.SOPClassUID == pydicom.uid.MultiFrameTrueColorSecondaryCaptureImageStorage
    assert float(made.FrameTime) * made.NumberOfFrames == pytest.approx(12_000, abs=0.01)
    pictures = made.pixel_array
    assert [int(each[0, 0, 0]) for each in pictures] == list(range(1, 73))
    assert room.queue.sealed == []


def test_what_is_in_front_goes_to_the_right(room: Room) -> None:
    """As a hand turns it: a quarter after the front the patient's right side is seen."""
    room.viewer.see_volume_from(From.A)

    room.save()

    seen = [standard_view(each.axes) for each in room.painter.looks]
    assert [seen[at] for at in (0, QUARTER, 2 * QUARTER, 3 * QUARTER)] == [*"arpl"]
    assert len({each.axes for each in room.painter.looks}) == 72


def test_it_says_of_what_it_was_made_and_of_whom(room: Room) -> None:
    """A picture without its source cannot be checked against it."""
    room.save()

    made = room.filed
    sources = {each.ReferencedSOPInstanceUID for each in made.SourceImageSequence}
    assert sources == {frame.key.sop for frame in CT.frames}
    assert (made.PatientID, made.StudyInstanceUID) == ("HG-100482", CT.study)
    assert made.SeriesInstanceUID != CT.series
    assert "Bone" in made.SeriesDescription
    assert made.Modality == "CT"


def test_what_was_made_here_is_no_image_that_nobody_looked_at(room: Room) -> None:
    room.save()

    assert room.filed.SeriesInstanceUID in room.viewer.saved_planes


def test_a_movie_that_leaves_is_on_record(room: Room) -> None:
    room.save()

    leaves = [json.loads(leaf) for leaf in room.queue.store.audit()]
    assert [leaf["detail"]["what"] for leaf in leaves if leaf["action"] == "export"] == ["movie"]


def test_the_view_stays_as_it_is(room: Room) -> None:
    """The reader goes on reading meanwhile."""
    before = room.viewer.viewports

    room.save()

    assert room.viewer.viewports == before


def test_while_the_reader_moves_something_it_stands_still(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scrolling must not stick because a film is made behind it."""
    room.save()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        room.queue.clock.advance(0.1)

    monkeypatch.setattr(movie_saving.time, "sleep", sleep)
    room.queue.clock.advance(movie_saving.PAUSE_S)
    room.painter.waits()
    before = len(slept)
    room.viewer.turn_volume(5.0, 0.0)

    room.painter.waits()

    assert before == 0
    assert 4 <= len(slept) <= 6  # half a second, as floats add up


def test_how_far_it_is_is_told(room: Room) -> None:
    """Of a large volume it takes minutes: silence would be taken for the end."""
    told: list[int] = []

    room.saving.save(room.item, READER, told.append)

    assert told == [18, 36, 54]


def test_a_case_that_is_left_leaves_no_half_movie(room: Room) -> None:
    """Part of a turn would be taken for all of it; voxels stay nowhere after the case."""
    room.queue.jobs.hold()
    done = room.save()
    room.queue.jobs.go()

    room.viewer.volumes.forget()
    room.queue.jobs.go()

    with pytest.raises(CommandError, match="no movie was saved"):
        done.result()
    assert room.queue.archive.filed == {}
    assert len(room.painter.looks) < 72


def test_a_second_movie_waits_for_the_first(room: Room) -> None:
    room.queue.jobs.hold()
    room.save()

    with pytest.raises(CommandError, match="being made already"):
        room.save()


def test_without_memory_it_ends_in_a_sentence_and_the_next_may_begin(room: Room) -> None:
    room.painter.fails_at = 3
    done = room.save()
    room.painter.fails_at = -1
    room.painter.looks.clear()

    again = room.save()

    assert isinstance(done.error, NotDisplayable)
    assert again.result() == 72


def test_what_a_broken_line_left_goes_later_by_itself(room: Room) -> None:
    room.queue.archive.failing = SiteUnavailable("the line is down")
    done = room.save()

    room.queue.archive.failing = None
    room.queue.jobs.advance(120.0)

    assert isinstance(done.error, SiteUnavailable)
    assert room.filed.NumberOfFrames == 72


def test_a_view_without_a_volume_has_no_movie(room: Room) -> None:
    room.viewer.leave_volume()

    with pytest.raises(CommandError, match="shows no volume"):
        room.save()


def test_no_movie_is_made_of_a_preview(room: Room) -> None:
    """Of a series larger than the memory: who sees the film later does not know of the mark."""
    larger(room.viewer, room.loader, CT)

    with pytest.raises(CommandError, match="this is a preview"):
        room.save()
    assert room.queue.archive.filed == {}


def test_a_prior_study_takes_no_movie(room: Room) -> None:
    room.item = evolve(room.item, study=StudyUID("2.1"))

    with pytest.raises(CommandError, match="study of the open case alone"):
        room.save()
