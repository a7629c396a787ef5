"""Lengths and regions: arithmetic on a frame and its stored values, and whose millimetres.

A pixel belongs to a region when its centre lies in it, the outline included. Points are in
image pixels; (0, 0) is the centre of the first. All sums are in double precision.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint
from workstation.domain.study import Frame, PixelSpacing, SpacingOrigin, UltrasoundRegion
from workstation.imaging.pixels import FramePixels
from workstation.imaging.voi import is_padding, rescaled
from workstation.text import tr

#: A centre on the outline counts in spite of rounding; far below what a hand can place.
_EDGE: Final = 1e-9

#: What stands beside a length that is not simply the patient's.
NOTES: Final = MappingProxyType(
    {
        SpacingOrigin.PATIENT: "",
        SpacingOrigin.DETECTOR: "detector",
        SpacingOrigin.MAGNIFIED: "estimated magnification",
        SpacingOrigin.CALIBRATED: "calibrated",
        SpacingOrigin.FILM: "film",
        SpacingOrigin.REGION: "region",
        SpacingOrigin.NONE: "",
    }
)


def measure(
    kind: MeasurementKind,
    points: tuple[PixelPoint, ...],
    frame: Frame,
    pixels: FramePixels,
) -> Measurement:
    """The measurement without its number: the caller gives it one.

    Parameters
    ----------
    points
        Two: the ends of a length, or opposite corners of the box around a region.

    Returns
    -------
    A length in mm, or in px where no spacing is known. A region's value is the area of the
    outline (mm² or px²); its `stats` are of the pixels in it and are empty for colour and
    where no pixel but padding lies in it. From one region of an ultrasound image to another
    neither is defined.
    """
    (x1, y1), (x2, y2) = points
    if crosses_regions(frame, points):
        return Measurement("", kind, frame.key, points, None, "", tr("across regions"))
    spacing = spacing_at(frame, points)
    across, down, unit = _scale(spacing)
    width, height = abs(x2 - x1) * across, abs(y2 - y1) * down
    stats: Mapping[str, float] = MappingProxyType({})
    match kind:
        case MeasurementKind.LENGTH:
            value = math.hypot(width, height)
        case MeasurementKind.ELLIPSE:
            value = math.pi / 4 * width * height
            stats = region_statistics(kind, points, frame, pixels)
        case MeasurementKind.RECTANGLE:
            value = width * height
            stats = region_statistics(kind, points, frame, pixels)
    return Measurement(
        id="",
        kind=kind,
        frame=frame.key,
        points=points,
        value=value,
        unit=unit if kind is MeasurementKind.LENGTH else f"{unit}²",
        note=note_of(spacing),
        stats=stats,
        stats_unit=frame.rescale.unit if stats else "",
    )


def _scale(spacing: PixelSpacing) -> tuple[float, float, str]:
    """Size of a pixel along a row and down a column, and its unit.

    Without millimetres a pixel is counted by its shorter side: of pixels that are not square
    an oblique length would else depend on its direction.
    """
    if spacing.origin is not SpacingOrigin.NONE:
        return spacing.column, spacing.row, "mm"
    return spacing.column or 1.0, spacing.row or 1.0, "px"


def note_of(spacing: PixelSpacing) -> str:
    """Beside a value: whose millimetres, and by which factor where one was estimated."""
    if spacing.origin is SpacingOrigin.MAGNIFIED and spacing.magnification is not None:
        return tr("est. mag {factor:g}", factor=spacing.magnification)
    return NOTES[spacing.origin]


def crosses_regions(frame: Frame, points: Sequence[PixelPoint]) -> bool:
    """Whether points of an ultrasound image lie in regions of which none holds all of them.

    Beside every region a distance is one on the screen, in px.
    """
    touched = [r for r in frame.regions if any(_is_in(r, x, y) for x, y in points)]
    return bool(touched) and not any(all(_is_in(r, x, y) for x, y in points) for r in touched)


def spacing_at(frame: Frame, points: Sequence[PixelPoint]) -> PixelSpacing:
    """The scale that holds for all of these points.

    In ultrasound that of the region all of them lie in (PS3.3 C.8.5.5): across two regions,
    or outside every one, there is none.
    """
    if not frame.regions:
        return frame.spacing
    around = [region for region in frame.regions if all(_is_in(region, x, y) for x, y in points)]
    if not around:
        return PixelSpacing()
    # Where regions overlap the one that does not yield wins, then the smaller one.
    area = {id(r): (r.right - r.left) * (r.bottom - r.top) for r in around}
    return min(around, key=lambda region: (region.yields, area[id(region)])).spacing


def _is_in(region: UltrasoundRegion, x: float, y: float) -> bool:
    """Pixels reach half a pixel beyond their centres."""
    across = region.left - 0.5 <= x <= region.right + 0.5
    return across and region.top - 0.5 <= y <= region.bottom + 0.5


def length_unit(frames: Iterable[Frame]) -> tuple[str, str]:
    """Unit of a length on any of the frames, and the note beside it.

    Frames that differ have no common unit: they say px, and that they differ.
    """
    origins = {frame.spacing.origin for frame in frames}
    if len(origins) > 1:
        return "px", "differs between images"
    origin = next(iter(origins), SpacingOrigin.NONE)
    return "px" if origin is SpacingOrigin.NONE else "mm", NOTES[origin]


def region_statistics(
    kind: MeasurementKind,
    points: tuple[PixelPoint, ...],
    frame: Frame,
    pixels: FramePixels,
) -> Mapping[str, float]:
    """mean, sd (of all pixels in it: divided by n), min, max and their number, `pixels`."""
    if pixels.stored.ndim != 2:
        return MappingProxyType({})
    stored = _inside(kind, points, pixels.stored)
    values = rescaled(stored[~is_padding(stored, frame)], frame.rescale)
    if not values.size:
        return MappingProxyType({})
    return MappingProxyType(
        {
            "mean": float(values.mean()),
            "sd": float(values.std()),
            "min": float(values.min()),
            "max": float(values.max()),
            "pixels": float(values.size),
        }
    )


def _inside(
    kind: MeasurementKind, points: tuple[PixelPoint, ...], stored: NDArray[Any]
) -> NDArray[Any]:
    """The stored values whose pixel centres lie in the region, the outline included."""
    (x1, y1), (x2, y2) = points
    cols = _centres(min(x1, x2), max(x1, x2), stored.shape[1])
    rows = _centres(min(y1, y2), max(y1, y2), stored.shape[0])
    part = stored[rows.start : rows.stop, cols.start : cols.stop]
    if kind is MeasurementKind.RECTANGLE:
        return part.ravel()
    u = _reach(np.asarray(cols, np.float64), (x1 + x2) / 2, abs(x2 - x1) / 2)
    v = _reach(np.asarray(rows, np.float64), (y1 + y2) / 2, abs(y2 - y1) / 2)
    return part[u[None, :] + v[:, None] <= 1 + _EDGE]


def _centres(low: float, high: float, count: int) -> range:
    """Indices between two positions, both included, as far as the image goes."""
    first = max(0, math.ceil(low - _EDGE))
    return range(first, max(first, min(count, math.floor(high + _EDGE) + 1)))


def _reach(at: NDArray[np.float64], middle: float, semi: float) -> NDArray[np.float64]:
    """((at - middle) / semi)², 0 for the one line that a flat ellipse consists of."""
    return np.zeros_like(at) if semi == 0 else ((at - middle) / semi) ** 2


def value_at(point: PixelPoint, frame: Frame, pixels: FramePixels) -> float | None:
    """The value under the probe, in the unit of the frame's rescale.

    That of the pixel whose square the point lies in, never an interpolated one. None outside
    the image, on padding and for colour.
    """
    column, row = (math.floor(part + 0.5) for part in point)
    rows, columns = pixels.stored.shape[:2]
    if pixels.stored.ndim != 2 or not (0 <= column < columns and 0 <= row < rows):
        return None
    stored = pixels.stored[row : row + 1, column : column + 1]
    if is_padding(stored, frame).any():
        return None
    return float(rescaled(stored, frame.rescale)[0, 0])
