"""A series larger than the memory: what is said of it is exact, or it is not said."""

import math

import numpy as np
import pytest
from fakes_viewer import FakeLoader, add_length, larger, opened
from volume_phantoms import SCANS, display_set, noise

from workstation.domain.measurement import MeasurementKind
from workstation.domain.presentation import Rescale
from workstation.domain.study import Frame
from workstation.errors import CommandError
from workstation.imaging.fewer_voxels import FewerVoxels
from workstation.services.viewer.segmenting import Segmenting
from workstation.services.viewer.viewer import Viewer

COUNT, SHAPE = 34, (42, 46)
CT = display_set(SCANS["oblique"], COUNT, SHAPE, rescale=Rescale(1.0, 0.0, "HU"))
VOXELS = noise((COUNT, *SHAPE))
CORONAL = 2
NO_VALUES = "no values: the series is larger than the memory"
RECTANGLE = ((10.0, 8.0), (20.0, 15.0))


def in_planes() -> tuple[Viewer, FakeLoader]:
    viewer, loader = opened(CT)
    for frame, stored in zip(CT.frames, VOXELS, strict=True):
        loader.arrive(frame, stored)
    larger(viewer, loader, CT)
    for index in range(4):
        viewer.resized(index, 400, 300, 1.0)
    viewer.toggle_mpr()
    viewer.activate(CORONAL)
    return viewer, loader


def frame_of(viewer: Viewer) -> Frame:
    shown = viewer.shown(CORONAL)
    assert shown is not None
    assert shown.reformat is not None
    assert isinstance(shown.reformat.volume, FewerVoxels)
    return shown.frame


def test_a_length_on_a_preview_is_the_way_in_the_patient() -> None:
    """Places are those of the plane, not of coarse voxels."""
    viewer, _ = in_planes()
    plane = frame_of(viewer).plane
    assert plane is not None

    mark = add_length(viewer, 8.0, 3.0, 21.0, 17.0)

    ends = plane.to_patient(8.0, 3.0), plane.to_patient(21.0, 17.0)
    assert mark.value == pytest.approx(math.dist(*ends))
    assert (mark.in_patient, mark.note) == (ends, "")


def test_a_region_has_its_area_and_says_why_it_has_no_values() -> None:
    """A mean of means is a mean; a maximum of means is a wrong one, and nobody sees it."""
    viewer, loader = in_planes()
    loader.unpacked.clear()

    mark = viewer.add(MeasurementKind.RECTANGLE, RECTANGLE)

    plane = frame_of(viewer).plane
    assert plane is not None
    assert mark.value == pytest.approx(10 * plane.column_spacing * 7 * plane.row_spacing)
    assert mark.stats == {}
    assert mark.note == NO_VALUES
    assert loader.unpacked == []  # nothing is decoded on the home thread


def looked_at(viewer: Viewer, loader: FakeLoader) -> int:
    """An image beside the planes, decoded for that; which one."""
    viewer.activate(1)
    shown = viewer.shown(1)
    assert shown is not None
    loader.arrive(shown.frame, VOXELS[shown.state.frame_index])
    return shown.state.frame_index


def test_a_point_has_no_value_and_the_probe_says_why() -> None:
    viewer, _ = in_planes()

    assert viewer.add(MeasurementKind.POINT, ((12.0, 9.0),)).value is None
    with pytest.raises(CommandError, match=NO_VALUES):
        viewer.show_probe((12.0, 9.0))


def test_values_of_the_images_are_measured_as_ever() -> None:
    """The way out that the reader has: the image is decoded when it is looked at."""
    viewer, loader = in_planes()
    index = looked_at(viewer, loader)

    mark = viewer.add(MeasurementKind.RECTANGLE, RECTANGLE)

    there = VOXELS[index][8:16, 10:21].astype(np.float64)
    assert mark.stats["max"] == there.max()
    assert mark.stats["mean"] == pytest.approx(there.mean())


def test_a_window_by_values_is_told_from_what_is_held() -> None:
    """Its images are decoded when they are looked at: on planes none of them is here."""
    viewer, _ = in_planes()
    viewer.set_window("auto")

    shown = viewer.shown(CORONAL)
    assert shown is not None
    assert shown.voi is not None
    low, high = np.percentile(VOXELS, (1, 99))
    assert low < shown.voi.center - shown.voi.width / 4
    assert high > shown.voi.center + shown.voi.width / 4


def test_nothing_is_grown_in_a_preview() -> None:
    viewer, loader = in_planes()
    looked_at(viewer, loader)
    mark = viewer.add(MeasurementKind.RECTANGLE, RECTANGLE)
    segments = Segmenting(viewer, viewer.structures, viewer.volumes, loader.store)  # type: ignore[arg-type]

    job = segments.grow(mark, -500.0, 500.0)

    assert job is not None
    assert isinstance(job.error, CommandError)
    assert "larger than the memory" in str(job.error)


def test_its_volume_is_rendered_of_what_is_held() -> None:
    """As a preview, at rest too: the mark stays (`ui.viewer.pictures`)."""
    viewer, _ = in_planes()
    viewer.activate(1)
    viewer.set_volume("ct-bone")

    shown = viewer.shown(1)
    assert shown is not None
    assert shown.rendering is not None
    assert isinstance(shown.rendering.volume, FewerVoxels)
    assert shown.is_here
