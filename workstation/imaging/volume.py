"""Whether frames make a regular grid, and if not, why: what may be reformatted or measured
through the slices.

Tolerances are those of what a reader could see or measure: a tenth of a millimetre between
slices, a thousandth in a direction (0.2 mm over a 200 mm image).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.geometry import ImagePlane, Vector, dot
from workstation.domain.study import GeometryVerdict
from workstation.text import tr

#: Largest difference of two direction cosines, and of two pixel spacings in mm.
DIRECTION_TOLERANCE: Final = 1e-3
#: Planes closer than this are at the same place, mm.
SAME_PLACE_MM: Final = 0.01
#: A distance may differ from the usual one by the larger of this (mm) and 1 % of it.
DISTANCE_TOLERANCE_MM: Final = 0.1
#: Origins may drift in the plane by this from slice to slice (as a share of the distance):
#: more is a gantry tilt; 0.01 is 0.6 degrees.
SHEAR_TOLERANCE: Final = 0.01


@frozen
class Stacking:
    """Frames in the order along their normal; `order` are indices into what was given."""

    order: tuple[int, ...]
    spacing_mm: float  # between neighbours, the median; 0.0 for a single plane
    step: Vector  # from the origin of one to that of the next, mm


def judge(planes: Sequence[ImagePlane | None]) -> tuple[GeometryVerdict, str]:
    """Verdict on frames in any order, and the reason in the reader's words (empty: regular).

    A frame without a plane is None. The worst finding wins: no position, mixed orientation,
    duplicate positions, tilt, missing slices, uneven distances.
    """
    known = [plane for plane in planes if plane is not None]
    if len(known) < len(planes) or not known:
        return GeometryVerdict.NO_POSITION, tr("images without a position in the patient")
    if not _parallel(known):
        return (
            GeometryVerdict.MIXED_ORIENTATION,
            tr("images of more than one orientation or pixel size"),
        )
    if len(known) == 1:
        return GeometryVerdict.REGULAR, ""
    return _judge_distances(known)


def _judge_distances(planes: Sequence[ImagePlane]) -> tuple[GeometryVerdict, str]:
    found = stack(planes)
    origins = np.asarray([planes[index].origin for index in found.order], np.float64)
    normal = np.asarray(planes[0].normal)
    distances = np.diff(origins @ normal)
    count = int((distances < SAME_PLACE_MM).sum())
    if count:
        one = tr("one image at a place that another one has")
        many = tr("{count} images at places that others have", count=count)
        return GeometryVerdict.DUPLICATE_POSITIONS, one if count == 1 else many
    drift = np.diff(origins, axis=0) - np.outer(distances, normal)
    shear = float((np.linalg.norm(drift, axis=1) / distances).max())
    if shear > SHEAR_TOLERANCE:
        tilt = tr("gantry tilt of {degrees}°", degrees=f"{np.degrees(np.arctan(shear)):.1f}")
        also = _judge_evenness(distances)[1]
        return GeometryVerdict.TILTED, f"{tilt}; {also}" if also else tilt
    return _judge_evenness(distances)


def _judge_evenness(distances: NDArray[np.float64]) -> tuple[GeometryVerdict, str]:
    """Regular, or gaps that are whole multiples of the usual distance, or neither."""
    usual = float(np.median(distances))
    allowed = max(DISTANCE_TOLERANCE_MM, 0.01 * usual)
    steps = np.maximum(np.rint(distances / usual), 1)
    if (np.abs(distances - steps * usual) > allowed * steps).any():
        low, high = f"{distances.min():.2f}", f"{distances.max():.2f}"
        return (
            GeometryVerdict.UNEVEN,
            tr("distances between images from {low} to {high} mm", low=low, high=high),
        )
    missing = int((steps - 1).sum())
    if missing:
        one = tr("one image is missing")
        many = tr("{count} images are missing", count=missing)
        return GeometryVerdict.MISSING_SLICES, one if missing == 1 else many
    return GeometryVerdict.REGULAR, ""


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


def _parallel(planes: Sequence[ImagePlane]) -> bool:
    """Same directions, same pixel spacing."""
    axes = np.asarray(
        [(*p.row, *p.column, p.row_spacing, p.column_spacing) for p in planes], np.float64
    )
    return bool((np.abs(axes - axes[0]) <= DIRECTION_TOLERANCE).all())
