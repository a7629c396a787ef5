"""Segmentations and structure sets on planes: where they lie, when they are asked for, whose."""

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import opened, stack
from numpy.typing import NDArray
from volume_phantoms import SCANS, display_set

from workstation.domain.geometry import Vector
from workstation.domain.identifiers import SopUID
from workstation.domain.structure import Contour, Mask, Structure, StructureSet
from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.services.jobs import Jobs
from workstation.services.screen.structures import Outlined
from workstation.services.viewer.viewer import Viewer

COUNT, SHAPE = 34, (42, 46)
CT = display_set(SCANS["straight"], COUNT, SHAPE)
LESION = Structure(1, "Lesion", "automatic, Finder 1", (255, 0, 0))
AXIAL, STACK, CORONAL, SAGITTAL = range(4)
#: The lesion in voxels: first and past the last column, row, slice.
BOX = ((10, 18), (20, 27), (12, 19))


def segmentation(space: str = "9.1") -> tuple[DisplaySet, NDArray[np.uint8]]:
    """A box in the CT, its frames in an order of their own; no sources are named."""
    voxels = np.zeros((COUNT, *SHAPE), np.uint8)
    (x0, x1), (y0, y1), (z0, z1) = BOX
    voxels[z0:z1, y0:y1, x0:x1] = 1
    order = [*range(z0, z1, 2), *range(z0 + 1, z1, 2)]
    frames = tuple(
        evolve(CT.frames[index], frame_of_reference=space,
               key=evolve(CT.frames[index].key, series="1.1.9", sop="5.5", frame_index=at))
        for at, index in enumerate(order)
    )  # fmt: skip
    drawn = StructureSet(
        SopUID("5.5"), "Seg", (LESION,), masks=tuple(Mask(f.key, 1) for f in frames)
    )
    own = stack(1, series="1.1.9")
    made = evolve(own, kind=DisplaySetKind.SEGMENTATION, frames=frames, structures=drawn)
    return made, voxels[order]


def structure_set() -> DisplaySet:
    """The same box as contours on the slices of the CT."""
    (x0, x1), (y0, y1), (z0, z1) = BOX
    contours = tuple(
        Contour(1, _corners(x0, x1 - 1, y0, y1 - 1, z), True, CT.frames[z].key.sop)
        for z in range(z0, z1)
    )
    drawn = StructureSet(SopUID("5.6"), "RT", (LESION,), contours=contours)
    own = stack(1, series="1.1.8")
    return evolve(own, kind=DisplaySetKind.RT, frames=(), structures=drawn)


def _corners(x0: float, x1: float, y0: float, y1: float, z: float) -> tuple[Vector, ...]:
    flat = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    found = [(SCANS["straight"] @ (x, y, z, 1.0)).tolist() for x, y in flat]
    return tuple((x, y, z) for x, y, z, _ in found)


def in_planes(*objects: DisplaySet, pixels: NDArray[np.uint8] | None = None) -> Viewer:
    viewer, loader = opened(CT, *objects)
    for each in objects:
        for index, frame in enumerate(each.frames):
            assert pixels is not None
            loader.arrive(frame, pixels[index])
    viewer.go(15)
    viewer.toggle_mpr()
    return viewer


def lines(viewer: Viewer, index: int) -> tuple[Outlined, ...]:
    return viewer.scene(index).outlined


def extent(found: tuple[Outlined, ...]) -> tuple[float, float, float, float]:
    """Left, right, top, bottom in pixels of the plane."""
    points = np.array([point for each in found for point in each.line])
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return float(left), float(right), float(top), float(bottom)


@pytest.fixture(params=["SEG", "RTSTRUCT"])
def drawn(request: pytest.FixtureRequest) -> Viewer:
    if request.param == "RTSTRUCT":
        viewer = in_planes(structure_set())
    else:
        seg, pixels = segmentation()
        viewer = in_planes(seg, pixels=pixels)
    viewer.point_at((14.0, 23.0))  # through the lesion
    return viewer


def test_nothing_is_drawn_before_it_is_asked_for(drawn: Viewer) -> None:
    assert all(lines(drawn, index) == () for index in (AXIAL, CORONAL, SAGITTAL))


def test_planes_show_the_border_of_the_structure(drawn: Viewer) -> None:
    """Left, right, up and down as they are: coronal and sagittal from the head downwards."""
    drawn.toggle_structures()

    (x0, x1), (y0, y1), (z0, z1) = BOX
    top, bottom = COUNT - z1 - 0.5, COUNT - z0 - 0.5
    assert extent(lines(drawn, AXIAL)) == (x0 - 0.5, x1 - 0.5, y0 - 0.5, y1 - 0.5)
    assert extent(lines(drawn, CORONAL)) == (x0 - 0.5, x1 - 0.5, top, bottom)
    assert extent(lines(drawn, SAGITTAL)) == (y0 - 0.5, y1 - 0.5, top, bottom)
    assert {each.name for each in lines(drawn, CORONAL)} == {"Lesion (automatic, Finder 1)"}


def test_a_plane_beside_it_shows_none_of_it(drawn: Viewer) -> None:
    drawn.toggle_structures()
    drawn.activate(CORONAL)

    drawn.go(40)

    assert lines(drawn, CORONAL) == ()
    assert lines(drawn, SAGITTAL) != ()


def test_another_frame_of_reference_is_never_cut() -> None:
    seg, pixels = segmentation(space="9.7")
    viewer = in_planes(seg, pixels=pixels)
    viewer.point_at((14.0, 23.0))

    viewer.structures.shown = True

    assert all(lines(viewer, index) == () for index in (AXIAL, CORONAL, SAGITTAL))


def test_while_a_plane_moves_it_has_no_lines_of_the_one_before(drawn: Viewer) -> None:
    """A border that lags behind lies on healthy tissue."""
    drawn.toggle_structures()
    assert lines(drawn, CORONAL) != ()
    jobs: Jobs = drawn.structures._jobs
    jobs.hold()  # type: ignore[attr-defined]
    drawn.activate(CORONAL)

    drawn.scroll(1)
    during = lines(drawn, CORONAL)
    drawn.scroll(1)
    lines(drawn, CORONAL)
    while jobs.waiting:  # type: ignore[attr-defined]
        jobs.go()  # type: ignore[attr-defined]
        lines(drawn, CORONAL)

    assert during == ()
    assert lines(drawn, CORONAL) != ()


# --- slabs, what is left out, fill, values -------------------------------------------------


def test_a_slab_shows_all_that_lies_in_it() -> None:
    """A lesion 4 mm before the plane is in the MIP: its border is where it is seen."""
    seg, pixels = segmentation()
    viewer = in_planes(seg, pixels=pixels)
    viewer.toggle_structures()
    (x0, x1), _, (z0, z1) = BOX
    viewer.activate(CORONAL)
    viewer.go(BOX[1][1] + 4)  # behind it: 4 to 5 voxels of 0.8 mm
    beside = lines(viewer, CORONAL)

    viewer.set_slab(10.0)

    top, bottom = COUNT - z1 - 0.5, COUNT - z0 - 0.5
    assert beside == ()
    assert extent(lines(viewer, CORONAL)) == (x0 - 0.5, x1 - 0.5, top, bottom)


def test_a_slab_does_not_show_what_lies_beyond_it() -> None:
    seg, pixels = segmentation()
    viewer = in_planes(seg, pixels=pixels)
    viewer.toggle_structures()
    viewer.activate(CORONAL)
    viewer.go(BOX[1][1] + 4)

    viewer.set_slab(4.0)  # 2 mm to each side; the lesion ends 3.6 mm before it

    assert lines(viewer, CORONAL) == ()


def test_a_slab_of_the_stack_shows_it_too() -> None:
    seg, pixels = segmentation()
    viewer, loader = opened(CT, seg)
    for index, frame in enumerate(seg.frames):
        loader.arrive(frame, pixels[index])
    viewer.toggle_structures()
    viewer.go(BOX[2][1] + 3)

    viewer.set_slab(10.0)

    (x0, x1), (y0, y1), _ = BOX
    assert extent(lines(viewer, 0)) == (x0 - 0.5, x1 - 0.5, y0 - 0.5, y1 - 0.5)


def test_what_is_not_drawn_on_planes_is_told() -> None:
    """A reader who sees no line must not take it for no lesion."""
    drawn = structure_set()
    assert drawn.structures is not None
    opened_line = evolve(drawn.structures.contours[0], closed=False)
    lines_alone = evolve(drawn, structures=evolve(drawn.structures, contours=(opened_line,)))
    viewer = in_planes(lines_alone)

    viewer.toggle_structures()
    viewer.scene(AXIAL)

    said = [line for line in viewer.overlay(AXIAL).lines if "planes" in line]
    assert said == ["Not, or not wholly, drawn on planes: Lesion"]


def test_what_is_drawn_whole_is_not_told_as_left_out(drawn: Viewer) -> None:
    drawn.toggle_structures()
    drawn.scene(AXIAL)

    assert not [line for line in drawn.overlay(AXIAL).lines if "not wholly" in line]


def test_structures_are_filled_as_densely_as_asked(drawn: Viewer) -> None:
    drawn.fill_structures()
    first = {each.fill for each in lines(drawn, CORONAL)}
    drawn.fill_structures(55)

    assert first == {0.2}
    assert {each.fill for each in lines(drawn, CORONAL)} == {0.55}


def test_filling_goes_back_to_lines_alone(drawn: Viewer) -> None:
    for _ in range(3):
        drawn.fill_structures()

    assert {each.fill for each in lines(drawn, CORONAL)} == {0.0}


def test_a_structure_is_measured_in_the_values_of_the_series(drawn: Viewer) -> None:
    """8 x 7 x 7 voxels of 0.8 mm; each slice of the fake CT has one value, 1 HU higher."""
    job = drawn.measure_structures()

    (x0, x1), (y0, y1), (z0, z1) = BOX
    count = (x1 - x0) * (y1 - y0) * (z1 - z0)
    ml = count * 0.8**3 / 1000
    values = np.arange(z0, z1) + 1000.0 - 1024.0
    assert job.error is None
    (said,) = [line for line in drawn.overlay(AXIAL).lines if " ml, " in line]
    assert f"{ml:.3g} ml" in said
    assert f"mean {values.mean():.3g}".replace("-", "−") in said
    assert f"SD {values.std():.3g}" in said
    assert f"{values.min():.3g} to {values.max():.3g} HU".replace("-", "−") in said


def test_asked_for_again_the_values_are_gone(drawn: Viewer) -> None:
    drawn.measure_structures()
    drawn.measure_structures()

    assert not [line for line in drawn.overlay(AXIAL).lines if " ml, " in line]


def test_the_next_case_has_no_values(drawn: Viewer) -> None:
    drawn.measure_structures()

    drawn.close()

    assert drawn.structures.values == {}
