"""A segment or a region of interest as a grid in the patient, and what a plane cuts of it.

Nothing is smoothed: a pixel of the plane belongs where its centre lies in a voxel that does.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.geometry import Affine, ImagePlane, Vector
from workstation.imaging.regions import polygon_mask

#: Off an even grid by no more than this part of its step, and no more mm sideways.
_OFF_GRID: Final = 0.1
_SIDEWAYS_MM: Final = 0.1
#: A contour lies in its slice within this part of the distance of slices.
_IN_SLICE: Final = 0.25
_NOTHING: Final = 0.01  # mm: two masks so near are at one place

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@frozen(eq=False)
class Grid:
    """`inside` (slices, rows, columns) belongs; `to_index` is 4 x 4, LPS mm to its indices."""

    inside: Bools
    to_index: Floats


def of_masks(planes: Sequence[ImagePlane], masks: Sequence[Bools]) -> Grid | None:
    """Masks that lie on an even grid, in any order; where one is missing nothing belongs.

    None where they make no grid: what lies between them would be a guess. A single mask is as
    thick as its pixels are wide.
    """
    first = planes[0]
    normal = np.asarray(first.normal)
    if any(not _alike(first, plane) for plane in planes[1:]):
        return None
    at = np.array([float(np.dot(np.subtract(p.origin, first.origin), normal)) for p in planes])
    order = np.argsort(at)
    gaps = np.diff(at[order])
    apart = gaps[gaps > _NOTHING]
    step = float(apart.min()) if apart.size else first.column_spacing
    lies = (at - at.min()) / step
    numbers = np.rint(lies).astype(int)
    if np.abs(lies - numbers).max() > _OFF_GRID:
        return None
    way = _way(planes, numbers, normal * step)
    if way is None:
        return None
    stacked = np.zeros((int(numbers.max()) + 1, *masks[0].shape), np.bool_)
    for number, mask in zip(numbers.tolist(), masks, strict=True):
        stacked[number] |= mask
    lowest = planes[int(order[0])]
    return _cropped(stacked, Affine.of_plane(lowest, way))


def _alike(a: ImagePlane, b: ImagePlane) -> bool:
    turned = np.abs(np.subtract((*a.row, *a.column), (*b.row, *b.column))).max()
    scaled = abs(a.row_spacing - b.row_spacing) + abs(a.column_spacing - b.column_spacing)
    return bool(turned < 1e-3 and scaled < 1e-3)


def _way(planes: Sequence[ImagePlane], numbers: NDArray[Any], usual: Floats) -> Vector | None:
    """From one slice to the next; None where they are shifted against each other."""
    low, high = int(np.argmin(numbers)), int(np.argmax(numbers))
    between = int(numbers[high] - numbers[low])
    start, end = np.asarray(planes[low].origin), np.asarray(planes[high].origin)
    way = (end - start) / between if between else usual
    for plane, number in zip(planes, numbers.tolist(), strict=True):
        wanted = start + way * (number - numbers[low])
        if np.linalg.norm(np.subtract(plane.origin, wanted)) > _SIDEWAYS_MM:
            return None
    x, y, z = way.tolist()
    return x, y, z


def of_contours(
    outlines: Sequence[Sequence[Vector]], affine: Affine, shape: tuple[int, int, int]
) -> Grid | None:
    """Closed lines drawn on the slices of a volume of `shape` (slices, rows, columns).

    A line inside another one is a hole. Slices that were left out between two that were drawn
    take the nearer one, no further than lines are apart otherwise. None where a line does not
    lie in a slice.
    """
    to_index = np.linalg.inv(affine.matrix)
    drawn: dict[int, Bools] = {}
    for points in outlines:
        index = np.asarray(points) @ to_index[:3, :3].T + to_index[:3, 3]
        number = round(float(index[:, 2].mean()))
        if np.abs(index[:, 2] - number).max() > _IN_SLICE:
            return None
        if 0 <= number < shape[0]:
            flat = [(float(x), float(y)) for x, y in index[:, :2]]
            mask = polygon_mask(flat, shape[1:])
            drawn[number] = drawn[number] ^ mask if number in drawn else mask
    if not drawn:
        return None
    numbers = np.array(sorted(drawn))
    apart = float(np.median(np.diff(numbers))) if len(numbers) > 1 else 1.0
    first = int(numbers[0])
    stacked = np.zeros((int(numbers[-1]) - first + 1, *shape[1:]), np.bool_)
    for number in range(first, int(numbers[-1]) + 1):
        nearest = int(numbers[np.argmin(np.abs(numbers - number))])
        if abs(nearest - number) <= apart / 2:
            stacked[number - first] = drawn[nearest]
    matrix = affine.matrix.copy()
    matrix[:3, 3] += first * matrix[:3, 2]
    return _cropped(stacked, Affine(matrix))


def _cropped(stacked: Bools, affine: Affine) -> Grid:
    """Without the empty room around it: twenty organs would else be twenty volumes."""
    spans = []
    for axis in range(3):
        others = tuple(each for each in range(3) if each != axis)
        filled = np.flatnonzero(stacked.any(axis=others))
        spans.append(slice(int(filled[0]), int(filled[-1]) + 1) if filled.size else slice(0, 0))
    matrix = affine.matrix.copy()
    k, j, i = (span.start for span in spans)
    matrix[:3, 3] += matrix[:3, :3] @ (i, j, k)
    inside = np.ascontiguousarray(stacked[tuple(spans)])
    return Grid(inside, np.asarray(np.linalg.inv(matrix), np.float64))


def cut(grid: Grid, plane: ImagePlane, size: tuple[int, int]) -> Bools:
    """Which pixels of a plane of `size` columns, rows belong."""
    columns, rows = size
    if not grid.inside.size:
        return np.zeros((rows, columns), np.bool_)
    linear = grid.to_index[:3, :3]
    start = linear @ plane.origin + grid.to_index[:3, 3]
    along = linear @ np.multiply(plane.row, plane.column_spacing)
    down = linear @ np.multiply(plane.column, plane.row_spacing)
    belongs = np.ones((rows, columns), np.bool_)
    index = []
    for axis, count in enumerate(grid.inside.shape[::-1]):
        at = np.add.outer(
            np.arange(rows) * down[axis], np.arange(columns) * along[axis] + start[axis]
        )
        nearest = np.floor(at + 0.5).astype(np.int32)
        belongs &= (nearest >= 0) & (nearest < count)
        index.append(np.clip(nearest, 0, count - 1))
    i, j, k = index
    return np.asarray(belongs & grid.inside[k, j, i])
