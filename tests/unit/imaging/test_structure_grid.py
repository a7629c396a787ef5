"""Structures in the patient: what a plane cuts of them is what their voxels say, and no more."""

import numpy as np
import pytest
from numpy.typing import NDArray
from volume_phantoms import SCANS, display_set, middle, positions, rotation

from workstation.domain.geometry import Affine, ImagePlane, Vector
from workstation.imaging.structure_grid import Grid, cut, of_contours, of_masks

SHAPE = (34, 42, 46)
Floats = NDArray[np.float64]


def ball(placed: Floats, radius: float = 9.0) -> NDArray[np.bool_]:
    """A ball in the middle, beside it a smaller one: no side is like another."""
    at = positions(placed, SHAPE)
    centre = middle(placed, SHAPE)
    away = np.linalg.norm(at - centre, axis=-1)
    other = np.linalg.norm(at - centre - (6.0, 9.0, 3.0), axis=-1)
    return (away < radius) | (other < radius / 2)


def planes(name: str) -> list[ImagePlane]:
    found = [frame.plane for frame in display_set(SCANS[name], SHAPE[0], SHAPE[1:]).frames]
    return [plane for plane in found if plane is not None]


def oblique(placed: Floats, seed: int) -> ImagePlane:
    turn, (x, y, z) = rotation(seed), middle(placed, SHAPE)
    row, column = turn[:, 0], turn[:, 1]
    start = np.array((x, y, z)) - 15.0 * row - 12.0 * column
    return ImagePlane(_vector(start), _vector(row), _vector(column), 0.5, 0.5)


def _vector(values: Floats) -> Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z


def nearest(mask: NDArray[np.bool_], placed: Floats, plane: ImagePlane) -> NDArray[np.bool_]:
    """Pixel by pixel: whether the voxel in which its centre lies belongs."""
    found = np.zeros((48, 60), np.bool_)
    inverse = np.linalg.inv(placed)
    for y in range(48):
        for x in range(60):
            i, j, k, _ = np.floor(inverse @ (*plane.to_patient(x, y), 1.0) + 0.5).astype(int)
            if 0 <= k < SHAPE[0] and 0 <= j < SHAPE[1] and 0 <= i < SHAPE[2]:
                found[y, x] = mask[k, j, i]
    return found


@pytest.mark.parametrize("name", SCANS)
def test_a_plane_cuts_the_voxels_it_goes_through(name: str) -> None:
    """A border beside the lesion moves the needle (F121); flipped columns are the usual fault."""
    placed = SCANS[name]
    mask = ball(placed)
    grid = of_masks(planes(name), list(mask))
    assert grid is not None
    for seed in range(3):
        plane = oblique(placed, seed)

        found = cut(grid, plane, (60, 48))

        assert found.any()
        wanted = nearest(mask, placed, plane)
        assert np.mean(found != wanted) < 0.001  # a centre on the border of two voxels


def test_frames_in_any_order_and_with_gaps_are_one_grid() -> None:
    """Segmentations leave out the frames in which nothing is."""
    mask = ball(SCANS["oblique"])
    mask[14] = False
    kept = [index for index in range(SHAPE[0]) if mask[index].any()]
    order = np.random.default_rng(3).permutation(kept).tolist()
    own = planes("oblique")

    grid = of_masks([own[index] for index in order], [mask[index] for index in order])

    assert grid is not None
    assert grid.inside.sum() == mask.sum()
    plane = oblique(SCANS["oblique"], 1)
    assert np.mean(cut(grid, plane, (60, 48)) != nearest(mask, SCANS["oblique"], plane)) < 0.001


def test_segments_that_overlap_on_one_slice_are_one() -> None:
    own = planes("straight")
    a, b = np.zeros(SHAPE[1:], np.bool_), np.zeros(SHAPE[1:], np.bool_)
    a[3:9, 4:8], b[7:12, 6:20] = True, True

    grid = of_masks([own[5], own[5], own[6]], [a, b, a])

    assert grid is not None
    assert grid.inside.sum() == (a | b).sum() + a.sum()


def test_masks_that_make_no_grid_are_not_cut() -> None:
    """What lies between slices of any distance would be a guess."""
    own = planes("straight")
    mask = np.ones(SHAPE[1:], np.bool_)
    shifted = ImagePlane((3.0, 0.0, 41.0), own[0].row, own[0].column, 0.8, 0.8)

    assert of_masks([own[0], own[2], own[5], own[6]], [mask] * 4) is not None
    assert of_masks([own[0], own[2], shifted], [mask] * 3) is None


def corners(x: float, y: float, wide: float, high: float, z: float) -> list[Vector]:
    """A box on a slice of "straight", in the patient."""
    matrix = SCANS["straight"]
    flat = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]
    return [_vector((matrix @ (i, j, z, 1.0))[:3]) for i, j in flat]


def filled(outlines: list[list[Vector]]) -> Grid:
    grid = of_contours(outlines, Affine(SCANS["straight"]), SHAPE)
    assert grid is not None
    return grid


def test_a_contour_within_another_is_a_hole() -> None:
    """A lumen is no wall (keyhole contours of RTSTRUCT)."""
    grid = filled([corners(10, 8, 20, 14, 7), corners(15, 11, 6, 5, 7)])

    assert grid.inside.sum() == 21 * 15 - 7 * 6


def test_contours_on_every_other_slice_leave_no_stripes() -> None:
    grid = filled([corners(10, 8, 20, 14, z) for z in (4, 6, 8, 10)])

    assert grid.inside.shape[0] == 7
    assert grid.inside.any(axis=(1, 2)).all()


def test_two_parts_far_from_each_other_stay_apart() -> None:
    grid = filled([corners(10, 8, 20, 14, z) for z in (4, 5, 6, 20, 21, 22)])

    assert grid.inside.any(axis=(1, 2)).sum() == 6


def test_a_contour_across_slices_is_not_cut() -> None:
    leaning = [
        (*point[:2], point[2] + 0.8 * index) for index, point in enumerate(corners(1, 1, 9, 9, 5))
    ]

    assert of_contours([leaning], Affine(SCANS["straight"]), SHAPE) is None


def test_an_empty_structure_is_nothing() -> None:
    own = planes("straight")
    grid = of_masks(own[:3], [np.zeros(SHAPE[1:], np.bool_)] * 3)

    assert grid is not None
    assert not cut(grid, oblique(SCANS["straight"], 1), (20, 20)).any()
