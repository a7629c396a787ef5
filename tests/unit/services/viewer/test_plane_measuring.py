"""Measurements on planes: in the patient's millimetres, of what lies there, and nowhere else."""

import json
import math

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import add_length, opened
from numpy.typing import NDArray
from volume_phantoms import SCANS, display_set, noise, trilinear

from workstation.domain.measurement import MeasurementKind, is_writable
from workstation.domain.presentation import Rescale
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import CommandError
from workstation.services.screen.citing import cite
from workstation.services.screen.drafted_measurements import from_plain, to_plain
from workstation.services.viewer.viewer import Viewer
from workstation.viewing.planes import Plane
from workstation.viewing.viewport import SlabMode

COUNT, SHAPE = 34, (42, 46)
VOXELS = noise((COUNT, *SHAPE))
AXIAL, STACK, CORONAL, SAGITTAL = range(4)


def in_planes(
    name: str = "straight", active: int = CORONAL, rescale: Rescale | None = None
) -> tuple[Viewer, DisplaySet]:
    scan = display_set(SCANS[name], COUNT, SHAPE, rescale=rescale or Rescale(1.0, 0.0, "HU"))
    viewer, loader = opened(scan, load=False)
    for index, frame in enumerate(scan.frames):
        loader.arrive(frame, VOXELS[index].copy())
    for index in range(4):
        viewer.resized(index, 400, 300, 1.0)
    viewer.toggle_mpr()
    viewer.activate(active)
    return viewer, scan


def frame_of(viewer: Viewer, index: int) -> Frame:
    shown = viewer.shown(index)
    assert shown is not None
    return shown.frame


def values(viewer: Viewer, index: int, name: str = "straight") -> NDArray[np.float64]:
    """Of all pixels of a plane, by float64 interpolation."""
    frame = frame_of(viewer, index)
    assert frame.plane is not None
    places = [
        [frame.plane.to_patient(x, y) for x in range(frame.pixels.columns)]
        for y in range(frame.pixels.rows)
    ]
    return trilinear(VOXELS.astype(np.float64), SCANS[name], np.array(places))


# --- values ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCANS)
def test_a_length_is_the_way_in_the_patient(name: str) -> None:
    """Whatever the spacing of slices and rows: millimetres of a reformat are the patient's."""
    viewer, _ = in_planes(name)
    viewer.turn_planes(25.0, Plane.AXIAL)
    plane = frame_of(viewer, CORONAL).plane
    assert plane is not None

    mark = add_length(viewer, 8.0, 3.0, 21.0, 17.0)

    assert mark.value == pytest.approx(
        math.dist(plane.to_patient(8.0, 3.0), plane.to_patient(21.0, 17.0))
    )
    assert (mark.unit, mark.note) == ("mm", "")
    assert mark.in_patient == (plane.to_patient(8.0, 3.0), plane.to_patient(21.0, 17.0))


def test_a_region_has_the_values_of_the_plane_it_is_drawn_on() -> None:
    viewer, _ = in_planes(rescale=Rescale(2.0, -1024.0, "HU"))

    mark = viewer.add(MeasurementKind.RECTANGLE, ((10.0, 8.0), (20.0, 15.0)))

    there = 2.0 * values(viewer, CORONAL)[8:16, 10:21] - 1024.0
    assert mark.stats["pixels"] == there.size
    assert mark.stats["mean"] == pytest.approx(there.mean(), abs=1e-3)
    assert mark.stats["max"] == pytest.approx(there.max(), abs=1e-3)
    assert mark.stats_unit == "HU"
    assert mark.value == pytest.approx(10 * 7 * 0.64)
    assert mark.unit == "mm²"


def test_a_region_of_a_slab_is_of_the_slab_and_says_so() -> None:
    """The brightest vessel of 8 mm is no mean of the tissue in one plane."""
    viewer, _ = in_planes()
    flat = viewer.add(MeasurementKind.RECTANGLE, ((10.0, 8.0), (20.0, 15.0)))
    viewer.set_slab(8.0, SlabMode.MIP)

    mark = viewer.add(MeasurementKind.RECTANGLE, ((10.0, 8.0), (20.0, 15.0)))

    assert mark.note == "MIP 8 mm"
    assert mark.stats["mean"] > flat.stats["mean"] + 100
    assert mark.stats["max"] >= flat.stats["max"]
    assert flat.note == ""


def test_what_lies_beside_the_volume_has_no_value() -> None:
    viewer, _ = in_planes(active=AXIAL)

    mark = viewer.add(MeasurementKind.RECTANGLE, ((-30.0, -30.0), (-20.0, -20.0)))

    assert mark.stats == {}


def test_the_probe_tells_the_value_of_the_plane() -> None:
    viewer, _ = in_planes("anisotropic", rescale=Rescale(1.0, -1024.0, "HU"))
    wanted = values(viewer, CORONAL, "anisotropic")[60, 30] - 1024.0

    found = viewer.show_probe((30.2, 59.7))

    assert found.at == (30, 60)
    assert found.number == pytest.approx(wanted, abs=0.01)
    assert found.unit == "HU"


def test_nothing_is_measured_before_the_volume_is_here() -> None:
    scan = display_set(SCANS["straight"], COUNT, SHAPE)
    viewer, _ = opened(scan, load=False)
    viewer.toggle_mpr()
    viewer.activate(CORONAL)

    with pytest.raises(CommandError, match="reformats wait for all images"):
        add_length(viewer, 1, 1, 9, 9)


# --- where it is drawn --------------------------------------------------------------------------


def drawn(viewer: Viewer, index: int) -> list[str]:
    return [mark.id for mark in viewer.measurements_on(frame_of(viewer, index))]


def test_a_mark_is_drawn_in_its_plane_and_gone_beside_it() -> None:
    viewer, _ = in_planes()
    add_length(viewer, 8.0, 3.0, 21.0, 17.0)
    before = drawn(viewer, CORONAL)

    viewer.scroll(2)

    assert before == ["A1"]
    assert drawn(viewer, CORONAL) == []
    assert drawn(viewer, AXIAL) == drawn(viewer, STACK) == []


def test_a_mark_of_an_axial_plane_is_drawn_on_the_slice_it_lies_in() -> None:
    """What was measured on a reformat is found again by who reads the slices."""
    viewer, scan = in_planes(active=AXIAL)
    mark = add_length(viewer, 8.0, 3.0, 21.0, 17.0)

    on_slice = viewer.measurements_on(frame_of(viewer, STACK))

    plane = frame_of(viewer, STACK).plane
    assert plane is not None
    for (x, y), point in zip(on_slice[0].points, mark.in_patient, strict=True):
        assert plane.to_patient(x, y) == pytest.approx(point)
    assert mark.frame == frame_of(viewer, STACK).key
    assert len([f for f in scan.frames if viewer.measurements_on(f)]) == 3  # thickness 2.5 mm


def test_it_is_moved_where_it_is_drawn() -> None:
    viewer, _ = in_planes()
    add_length(viewer, 8.0, 3.0, 21.0, 3.0)

    moved = viewer.move_measurement("A1", ((8.0, 3.0), (18.0, 3.0)))

    assert moved.value == pytest.approx(8.0)
    assert moved.revision == 2
    viewer.scroll(5)
    with pytest.raises(CommandError, match="A1 is on another image"):
        viewer.move_measurement("A1", ((8.0, 3.0), (28.0, 3.0)))


def test_going_to_it_shows_its_plane_again() -> None:
    """Oblique, in its slab, from anywhere."""
    viewer, _ = in_planes()
    viewer.turn_planes(25.0, Plane.AXIAL)
    viewer.turn_planes(-13.0, Plane.SAGITTAL)
    viewer.set_slab(6.0, SlabMode.MEAN)
    mark = add_length(viewer, 8.0, 3.0, 21.0, 17.0)
    viewer.toggle_mpr()
    viewer.go(2)

    viewer.go_to_measurement("A1")

    assert viewer.viewports[viewer.active].plane is Plane.CORONAL
    assert drawn(viewer, viewer.active) == ["A1"]
    state = viewer.viewports[viewer.active]
    assert (state.slab_mm, state.slab_mode) == (6.0, SlabMode.MEAN)
    plane = frame_of(viewer, viewer.active).plane
    assert plane is not None
    assert all(abs(plane.to_pixel(point)[2]) < 1e-6 for point in mark.in_patient)


# --- kept and told --------------------------------------------------------------------------------


def test_it_comes_back_from_a_draft_as_it_was() -> None:
    viewer, _ = in_planes()
    viewer.turn_planes(25.0, Plane.AXIAL)
    viewer.set_slab(6.0, SlabMode.MEAN)
    mark = viewer.add(MeasurementKind.ELLIPSE, ((8.0, 3.0), (21.0, 17.0)))

    assert from_plain(json.loads(json.dumps(dict(to_plain(mark))))) == mark


def test_a_report_says_on_which_plane_and_near_which_image() -> None:
    viewer, scan = in_planes()
    straight = add_length(viewer, 8.0, 3.0, 21.0, 3.0)
    viewer.turn_planes(25.0, Plane.AXIAL)
    oblique = add_length(viewer, 8.0, 3.0, 21.0, 3.0)

    assert cite(straight).words == "10.4 mm (series Axial 2.5, coronal MPR, image 31)"
    assert "oblique MPR" in cite(oblique).place
    assert straight.frame == scan.frames[30].key


def test_without_a_frame_of_reference_it_is_written_into_no_document() -> None:
    """A point in the patient of nobody knows which scan would be drawn anywhere."""
    viewer, _ = in_planes()
    mark = add_length(viewer, 8.0, 3.0, 21.0, 3.0)
    assert mark.on is not None

    assert is_writable(mark)
    assert not is_writable(evolve(mark, on=evolve(mark.on, space="series 1.2.3")))


@pytest.mark.parametrize("kind", [MeasurementKind.TEXT, MeasurementKind.POINT])
def test_words_and_points_are_of_the_plane_too(kind: MeasurementKind) -> None:
    viewer, _ = in_planes()

    mark = viewer.add(kind, ((12.0, 9.0),), "here" if kind is MeasurementKind.TEXT else "")

    assert mark.on is not None
    assert drawn(viewer, CORONAL) == ["A1"]
    if kind is MeasurementKind.POINT:
        assert mark.value == pytest.approx(values(viewer, CORONAL)[9, 12], abs=1e-3)


def test_what_was_measured_on_a_slice_is_drawn_on_the_plane_through_it() -> None:
    """The reader turns to the planes for the very lesion that he has measured."""
    viewer, _ = in_planes(active=STACK)
    mark = add_length(viewer, 8.0, 3.0, 21.0, 17.0)

    on_plane = viewer.measurements_on(frame_of(viewer, AXIAL))

    plane, image = frame_of(viewer, AXIAL).plane, frame_of(viewer, STACK).plane
    assert plane is not None
    assert image is not None
    for (x, y), (u, v) in zip(on_plane[0].points, mark.points, strict=True):
        assert plane.to_patient(x, y) == pytest.approx(image.to_patient(u, v))
    assert drawn(viewer, CORONAL) == []
    viewer.activate(AXIAL)
    viewer.scroll(1)
    assert drawn(viewer, AXIAL) == []


def test_a_hidden_mark_is_hidden_on_planes_too() -> None:
    viewer, _ = in_planes(active=STACK)
    add_length(viewer, 8.0, 3.0, 21.0, 17.0)

    viewer.toggle_measurement("A1")

    assert drawn(viewer, AXIAL) == []
