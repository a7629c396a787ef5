"""Whether frames make a regular grid, and if not, why: what may be reformatted or measured
through the slices.

Tolerances are those of rounding in real headers, and none is larger than what a reader
could see; docs/validation.md names the scanners they were looked up in.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.geometry import ImagePlane, Vector, dot
from workstation.domain.study import Geometry, GeometryVerdict
from workstation.text import tr

#: Largest difference of two direction cosines: written with three decimals they differ by
#: half of it; over an image of 200 mm it is 0.2 mm.
DIRECTION_TOLERANCE: Final = 1e-3
#: Largest relative difference of two pixel spacings: half a pixel over an image of 512.
SPACING_TOLERANCE: Final = 1e-3
#: Planes closer than this are at the same place, mm: no scanner makes slices so thin.
SAME_PLACE_MM: Final = 0.01
#: A frame may lie off the even grid by the larger of this (mm) and 1 % of the distance:
#: positions of some scanners have one decimal, half a unit at either end.
GRID_TOLERANCE_MM: Final = 0.1
#: Shift in the plane from slice to slice, as a share of the distance. Gantries tilt in steps
#: of half a degree; less than half a step is the rounding of the cosines.
TILT_TOLERANCE: Final = float(np.tan(np.radians(0.25)))
#: Fewer frames have not two distances that could differ.
LEAST_FOR_A_VOLUME: Final = 3
#: Cosine beyond which a normal is called after the body axis.
_NEAR_AXIS: Final = 0.9
#: So many places are named in a reason; the others are counted.
_NAMED: Final = 3

_AXES: Final = ("sagittal", "coronal", "axial")
Floats = NDArray[np.float64]


@frozen
class Stacking:
    """Frames in the order along their normal; `order` are indices into what was given."""

    order: tuple[int, ...]
    spacing_mm: float  # between neighbours, the median; 0.0 for a single plane
    step: Vector  # from the origin of one to that of the next, mm


@frozen
class _Grid:
    """How far the frames are from an even grid; all arrays along the normal."""

    distances: Floats
    steps: NDArray[np.int64]  # how many usual distances each distance is
    usual_mm: float
    even: bool
    sideways_mm: float  # the largest shift in the plane that a tilt does not explain
    tilt: float  # shift in the plane as a share of the distance


def judge(
    planes: Sequence[ImagePlane | None], thicknesses: Sequence[float | None] = ()
) -> Geometry:
    """Verdict on frames in the order they are scrolled.

    A frame without a plane is None. The worst finding wins: no position, mixed orientation,
    duplicate positions, uneven distances, missing slices, tilt. `thicknesses` (mm, one for
    each frame, or none) tell a wider spacing from a gap. The reason numbers the images from
    1 in the order given and is empty only for `regular`.
    """
    known = [plane for plane in planes if plane is not None]
    if len(known) < len(planes) or not known:
        return Geometry(GeometryVerdict.NO_POSITION, _without(len(planes) - len(known), planes))
    column, row = (
        _common([p.column_spacing for p in known]),
        _common([p.row_spacing for p in known]),
    )
    if column is None or row is None or not _parallel(known):
        reason = tr("images of more than one orientation or pixel size")
        return Geometry(GeometryVerdict.MIXED_ORIENTATION, reason, (column, row, None))
    orientation = orientation_of(known[0])
    if len(known) == 1:
        return Geometry(GeometryVerdict.REGULAR, "", (column, row, None), orientation)
    verdict, reason, distance = _judge_stack(known, thicknesses)
    return Geometry(
        verdict,
        reason,
        (column, row, distance),
        orientation,
        mpr=verdict in (GeometryVerdict.REGULAR, GeometryVerdict.TILTED)
        and len(known) >= LEAST_FOR_A_VOLUME,
    )


def orientation_of(plane: ImagePlane) -> str:
    """ "axial", "coronal" or "sagittal" within 25 degrees, else "oblique"."""
    for axis, name in enumerate(_AXES):
        if abs(plane.normal[axis]) > _NEAR_AXIS:
            return name
    return "oblique"


def _without(count: int, planes: Sequence[object]) -> str:
    if count == len(planes):
        return tr("images without a position in the patient")
    return tr("{count} of {all} images without a position in the patient",
              count=count, all=len(planes))  # fmt: skip


def _judge_stack(
    planes: Sequence[ImagePlane], thicknesses: Sequence[float | None]
) -> tuple[GeometryVerdict, str, float | None]:
    """Verdict, reason, and the distance between slices where there is one."""
    found = stack(planes)
    grid = _grid(planes, found)
    if (grid.distances < SAME_PLACE_MM).any():
        reason = _duplicates(grid.distances, found.order)
        return GeometryVerdict.DUPLICATE_POSITIONS, reason, None
    tilt = ""
    if grid.tilt > TILT_TOLERANCE:
        tilt = tr("gantry tilt of {degrees}°", degrees=f"{np.degrees(np.arctan(grid.tilt)):.1f}")
    missing = int((grid.steps - 1).sum())
    if not grid.even or (missing and len(set(thicknesses)) > 1):
        return GeometryVerdict.UNEVEN, _also(_uneven(grid), tilt), None
    if missing:
        reason = _also(_gaps(grid.steps, found.order), tilt)
        return GeometryVerdict.MISSING_SLICES, reason, grid.usual_mm
    if tilt:
        return GeometryVerdict.TILTED, tilt, grid.usual_mm
    return GeometryVerdict.REGULAR, "", grid.usual_mm


def _grid(planes: Sequence[ImagePlane], found: Stacking) -> _Grid:
    normal = np.asarray(planes[0].normal)
    origins = np.asarray([planes[index].origin for index in found.order], np.float64)
    places = origins @ normal
    distances = np.diff(places)
    usual = max(float(np.median(distances)), SAME_PLACE_MM)
    steps = np.maximum(np.rint(distances / usual), 1).astype(np.int64)
    at = np.concatenate(([0], np.cumsum(steps)))
    length = float(places[-1] - places[0])
    pace = length / int(at[-1])
    off_mm = np.abs(places - places[0] - at * pace).max()
    in_plane = origins - origins[0] - np.outer(places - places[0], normal)
    lean = in_plane[-1] / length if length > 0 else np.zeros(3)
    sideways = np.linalg.norm(in_plane - np.outer(places - places[0], lean), axis=1).max()
    allowed = max(GRID_TOLERANCE_MM, 0.01 * usual)
    return _Grid(
        distances=distances,
        steps=steps,
        usual_mm=pace,
        even=bool(off_mm <= allowed and sideways <= allowed),
        sideways_mm=float(sideways),
        tilt=float(np.linalg.norm(lean)),
    )


def _also(reason: str, tilt: str) -> str:
    return f"{reason}; {tilt}" if tilt else reason


def _uneven(grid: _Grid) -> str:
    low, high = f"{grid.distances.min():.2f}", f"{grid.distances.max():.2f}"
    if low == high:
        return tr("images shifted sideways by up to {mm} mm", mm=f"{grid.sideways_mm:.1f}")
    return tr("distances between images from {low} to {high} mm", low=low, high=high)


def _gaps(steps: NDArray[np.int64], order: Sequence[int]) -> str:
    """How many slices are missing, and between which images."""
    gaps = sorted(
        (*sorted((order[at] + 1, order[at + 1] + 1)), int(steps[at]) - 1)
        for at in map(int, np.flatnonzero(steps > 1))
    )
    if len(gaps) == 1:
        first, second, count = gaps[0]
        if count == 1:
            return tr("1 slice missing between images {a} and {b}", a=first, b=second)
        return tr("{n} slices missing between images {a} and {b}", n=count, a=first, b=second)
    where = ", ".join(
        tr("{n} between {a} and {b}", n=count, a=first, b=second)
        for first, second, count in gaps[:_NAMED]
    )
    total = sum(count for _, _, count in gaps)
    if len(gaps) > _NAMED:
        return tr("{n} slices missing at {places} places: {where} …",
                  n=total, places=len(gaps), where=where)  # fmt: skip
    return tr("{n} slices missing: {where}", n=total, where=where)


def _duplicates(distances: Floats, order: Sequence[int]) -> str:
    """How many images share a place, and which."""
    heap: list[list[int]] = [[order[0] + 1]]
    for at, distance in enumerate(distances):
        if distance < SAME_PLACE_MM:
            heap[-1].append(order[at + 1] + 1)
        else:
            heap.append([order[at + 1] + 1])
    shared = sorted(sorted(images) for images in heap if len(images) > 1)
    if len(heap) == 1:
        return tr("{n} images at one place", n=len(order))
    if len(shared) == len(heap) > 1 and len({len(images) for images in shared}) == 1:
        return tr("{n} images at each of {places} places", n=len(shared[0]), places=len(heap))
    where = "; ".join(", ".join(map(str, images)) for images in shared[:_NAMED])
    if len(shared) > _NAMED:
        where += " …"
    return tr("more than one image at {places} of {all} places: images {where}",
              places=len(shared), all=len(heap), where=where)  # fmt: skip


def stack(planes: Sequence[ImagePlane]) -> Stacking:
    """Sort parallel planes along their normal; equal places keep the order given."""
    normal = planes[0].normal
    places = np.asarray([dot(plane.origin, normal) for plane in planes])
    order = np.argsort(places, kind="stable")
    if len(planes) == 1:
        return Stacking((0,), 0.0, (0.0, 0.0, 0.0))
    first, last = planes[order[0]].origin, planes[order[-1]].origin
    gaps = len(planes) - 1
    step = tuple((b - a) / gaps for a, b in zip(first, last, strict=True))
    return Stacking(
        tuple(int(index) for index in order),
        float(np.median(np.diff(places[order]))),
        (step[0], step[1], step[2]),
    )


def _common(spacings: Sequence[float]) -> float | None:
    """The one spacing all have, or None."""
    low, high = min(spacings), max(spacings)
    return spacings[0] if high - low <= SPACING_TOLERANCE * low else None


def _parallel(planes: Sequence[ImagePlane]) -> bool:
    axes = np.asarray([(*p.row, *p.column) for p in planes], np.float64)
    return bool((np.abs(axes - axes[0]) <= DIRECTION_TOLERANCE).all())
