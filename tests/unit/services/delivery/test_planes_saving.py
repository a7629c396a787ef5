"""Planes on their way to the archive: all of them, once, and refused in words where they cannot."""

import io
import json
import math
from types import SimpleNamespace
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
from workstation.domain.key_image import KeyTitle
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError, SiteUnavailable
from workstation.services.delivery.filings import FilingKind
from workstation.services.delivery.planes_saving import PlanesSaving, Written
from workstation.services.jobs import Job
from workstation.viewing.viewport import SlabMode

CT = display_set(SCANS["straight"], 20, (30, 34), space="1.2.9.1")
AXIAL, STACK, CORONAL = range(3)
SECTION = 4


class Room:
    """A case in planes, and the archive that its planes go to."""

    def __init__(self, own: DisplaySet = CT) -> None:
        site: Any = ImageSite(own, CT_HEADER)
        self.queue = Queue(site)
        self.viewer, self.loader = opened(own)
        for index in range(4):
            self.viewer.resized(index, 400, 300, 1.0)
        queue = self.queue
        self.saving = PlanesSaving(
            self.viewer, self.viewer.volumes, queue.filing, {SITE: site}, {SITE: site},
            queue.jobs, queue.clock,
        )  # fmt: skip
        self.item = evolve(item(), site=SITE, study=StudyUID(own.study), patient=PATIENT)

    @property
    def classes(self) -> list[str]:
        """Modalities of what the archive has."""
        filed = self.queue.archive.filed.values()
        return sorted(pydicom.dcmread(io.BytesIO(data)).Modality for data in filed)

    def save(self, apart_mm: float | None = None) -> Job[Written]:
        return self.saving.save(self.item, READER, apart_mm)

    def in_planes(self, view: int) -> None:
        self.viewer.toggle_mpr()
        self.viewer.activate(view)


def test_all_planes_of_the_view_go_to_the_archive() -> None:
    """A surgeon opens the coronals on the ward, where nobody makes reformats."""
    room = Room()
    room.in_planes(CORONAL)

    done = room.save(4.0)

    assert done.result() == Written(6)  # 24 mm
    assert room.classes == ["CT"] * 6
    assert room.queue.sealed == []
    assert room.queue.filing.entries == ()
    assert "6 planes are saved" in done.result().words


def test_planes_lie_as_far_apart_as_they_are_thick_where_nobody_says() -> None:
    room = Room()
    room.in_planes(CORONAL)
    planes = room.save().result().images
    room.viewer.set_slab(6.0, SlabMode.MIP)

    slabs = room.save().result().images

    assert (planes, slabs) == (30, 4)


def test_slabs_of_a_stack_are_saved_too() -> None:
    room = Room()
    room.viewer.set_slab(4.0, SlabMode.MIP)

    assert room.save().result() == Written(4)  # 16 mm


def test_a_plane_is_a_key_image() -> None:
    """A finding is seen best on the plane that shows it: that is what is marked for others."""
    room = Room()
    room.in_planes(CORONAL)

    done = room.saving.save_key_image(room.item, READER, KeyTitle.OF_INTEREST)

    assert done.result() == Written(1)
    assert room.classes == ["CT", "KO"]


def test_of_a_series_larger_than_the_memory_a_key_image_is_made_of_every_voxel() -> None:
    """What others look at for years is no mean of eight voxels: to the last stored value."""

    def saved(*, packed: bool) -> Any:
        room = Room()
        if packed:
            larger(room.viewer, room.loader, CT)
        room.in_planes(CORONAL)
        room.loader.unpacked.clear()
        room.saving.save_key_image(room.item, READER, KeyTitle.OF_INTEREST).result()
        assert len(room.loader.unpacked) == packed * len(CT.frames)
        made = [pydicom.dcmread(io.BytesIO(data)) for data in room.queue.archive.filed.values()]
        return next(each for each in made if each.Modality == "CT")

    coarse, right = saved(packed=True), saved(packed=False)

    assert coarse.PixelData == right.PixelData
    assert (coarse.ImagePositionPatient, coarse.Rows) == (right.ImagePositionPatient, right.Rows)


def test_of_a_series_larger_than_the_memory_no_whole_series_is_saved() -> None:
    """300 planes, each through 2,000 slices, are hours: it is said, and single ones are offered."""
    room = Room()
    larger(room.viewer, room.loader, CT)
    room.in_planes(CORONAL)

    with pytest.raises(CommandError, match="nothing of it is saved but single planes"):
        room.save()


def test_what_a_broken_line_left_goes_later_by_itself() -> None:
    """Half a series would be read as a whole one: what is missing comes."""
    room = Room()
    room.in_planes(CORONAL)
    room.queue.archive.failing = SiteUnavailable("the line is down")
    done = room.save(4.0)
    waiting = [each.kind for each in room.queue.filing.entries]

    room.queue.archive.failing = None
    room.queue.jobs.advance(120.0)

    assert isinstance(done.error, SiteUnavailable)
    assert waiting == [FilingKind.PLANES] * 6
    assert len(room.queue.archive.filed) == 6
    assert room.queue.sealed == []


def test_every_image_that_leaves_is_on_record() -> None:
    room = Room()
    room.in_planes(CORONAL)

    room.save(4.0)

    leaves = [json.loads(leaf) for leaf in room.queue.store.audit()]
    exported = [leaf for leaf in leaves if leaf["action"] == "export"]
    assert len(exported) == 6
    assert {leaf["detail"]["what"] for leaf in exported} == {"planes"}


def test_an_image_is_no_plane() -> None:
    with pytest.raises(CommandError, match="no plane or slab"):
        Room().save()


def test_too_many_planes_are_refused_in_words() -> None:
    room = Room()
    room.in_planes(CORONAL)

    with pytest.raises(CommandError, match="too many for one series"):
        room.save(0.01)


def test_planes_that_were_saved_are_known_when_they_come_back_as_a_series() -> None:
    """They show nothing that was not looked at: no images are missing because of them."""
    room = Room()
    room.in_planes(CORONAL)

    room.save(4.0)

    filed = [pydicom.dcmread(io.BytesIO(data)) for data in room.queue.archive.filed.values()]
    assert {each.SeriesInstanceUID for each in filed} == room.viewer.saved_planes


def test_a_prior_study_takes_no_planes() -> None:
    room = Room()
    room.in_planes(CORONAL)
    room.item = evolve(room.item, study=StudyUID("2.1"))

    with pytest.raises(CommandError, match="study of the open case alone"):
        room.save(4.0)


def test_a_plane_that_is_not_here_is_not_saved() -> None:
    viewer, _ = opened(CT, load=False)
    room = Room()
    room.saving = PlanesSaving(
        viewer,
        viewer.volumes,
        room.queue.filing,
        {},
        {},
        SimpleNamespace(),
        room.queue.clock,
    )
    viewer.toggle_mpr()

    with pytest.raises(CommandError, match="reformats wait for all images"):
        room.save()


def test_a_section_across_a_curve_is_a_key_image() -> None:
    """The narrowest lumen is shown to the surgeon."""
    room = Room()
    for index in range(6):
        room.viewer.resized(index, 400, 300, 1.0)
    room.viewer.toggle_curved()
    room.viewer.activate(1)
    for point in ((8.0, 3.0), (14.0, 12.0)):
        room.viewer.add_course_point(point)
    room.viewer.activate(4)
    section = room.viewer.shown(4)
    assert section is not None
    assert section.frame.plane is not None

    done = room.saving.save_key_image(room.item, READER, KeyTitle.FOR_SURGERY)

    assert done.result() == Written(1)
    images = [pydicom.dcmread(io.BytesIO(each)) for each in room.queue.archive.filed.values()]
    (image,) = [each for each in images if each.Modality == "CT"]
    assert [float(x) for x in image.ImagePositionPatient] == pytest.approx(
        section.frame.plane.origin, abs=1e-6
    )


def along(room: Room, *points: tuple[float, float]) -> None:
    """A curve on the coronal, and its section on the active view."""
    for index in range(6):
        room.viewer.resized(index, 400, 300, 1.0)
    room.viewer.toggle_curved()
    room.viewer.activate(1)
    for point in points:
        room.viewer.add_course_point(point)
    room.viewer.activate(SECTION)


def test_sections_along_an_arch_go_to_the_archive_as_a_series() -> None:
    """An implant is planned on sections every millimetre, by somebody who has no volume."""
    room = Room()
    along(room, (4.0, 10.0), (24.0, 10.0))
    shown = room.viewer.shown(SECTION)
    assert shown is not None
    assert shown.frame.plane is not None
    assert shown.curve is not None

    done = room.save(2.0)

    made = sorted(
        (pydicom.dcmread(io.BytesIO(each)) for each in room.queue.archive.filed.values()),
        key=lambda each: each.InstanceNumber,
    )
    count = math.floor(shown.curve.length_mm / 2.0 + 1e-6) + 1
    assert done.result() == Written(len(made)) == Written(count)
    middles = [_middle(each) for each in made]
    steps = np.diff(middles, axis=0)
    normal = np.array(shown.frame.plane.normal)
    assert np.allclose(np.linalg.norm(steps, axis=1), 2.0, atol=0.51)  # to the nearest pixel
    assert np.allclose(np.abs(steps @ normal), np.linalg.norm(steps, axis=1), atol=1e-3)
    assert len({each.SeriesInstanceUID for each in made}) == 1
    assert {float(each.SpacingBetweenSlices) for each in made} == {2.0}


def test_sections_that_lean_against_each_other_say_of_no_distance_that_it_holds() -> None:
    """Another station would stack them into a jaw that is straight."""
    room = Room()
    along(room, (4.0, 4.0), (14.0, 14.0), (24.0, 4.0))

    room.save(2.0)

    made = [pydicom.dcmread(io.BytesIO(each)) for each in room.queue.archive.filed.values()]
    assert len({str(each.ImageOrientationPatient) for each in made}) == len(made) > 5
    assert all("SpacingBetweenSlices" not in each for each in made)


def test_two_curves_with_the_same_ends_are_two_series() -> None:
    """What lies between them is not the same patient's tooth."""
    uids = set()
    for middle in (8.0, 14.0):
        room = Room()
        along(room, (4.0, 10.0), (14.0, middle), (24.0, 10.0))
        room.save(2.0)
        data = next(iter(room.queue.archive.filed.values()))
        uids.add(pydicom.dcmread(io.BytesIO(data)).SeriesInstanceUID)

    assert len(uids) == 2


def _middle(made: pydicom.Dataset) -> NDArray[np.float64]:
    row, column = np.reshape(np.array(made.ImageOrientationPatient, float), (2, 3))
    down, right = (float(part) for part in made.PixelSpacing)
    origin = np.array(made.ImagePositionPatient, float)
    middle = origin + row * right * (made.Columns - 1) / 2 + column * down * (made.Rows - 1) / 2
    return np.asarray(middle, np.float64)
