"""Measurements: arithmetic on a frame and its stored values, and whose millimetres.

Which pixels belong to a region says `imaging.regions`, what lengths and angles are
`imaging.lengths`. All sums are in double precision.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from workstation.domain.measurement import (
    REGIONS,
    WORDS,
    Measurement,
    MeasurementKind,
    PixelPoint,
)
from workstation.domain.presentation import RealWorldMap, Rescale
from workstation.domain.study import Frame, PixelSpacing, SpacingOrigin
from workstation.imaging.lengths import Value, value_of
from workstation.imaging.mark_points import squared
from workstation.imaging.pixels import FramePixels
from workstation.imaging.real_world import is_linear, measured_by, quantity, unit_of
from workstation.imaging.regions import inside
from workstation.imaging.ultrasound import crosses_regions, region_at, traced
from workstation.imaging.uncertainty import uncertainty
from workstation.imaging.voi import is_padding
from workstation.text import tr

#: What stands beside a length that is not simply the patient's.
NOTES: Final = MappingProxyType(
    {
        SpacingOrigin.PATIENT: "",
        SpacingOrigin.DETECTOR: "detector",
        SpacingOrigin.MAGNIFIED: "estimated magnification",
        SpacingOrigin.CALIBRATED: "calibrated",
        SpacingOrigin.FILM: "film",
        SpacingOrigin.REGION: "region",
        SpacingOrigin.USER: "user calibrated",
        SpacingOrigin.NONE: "",
    }
)


def measure(
    kind: MeasurementKind,
    points: tuple[PixelPoint, ...],
    frame: Frame,
    pixels: FramePixels,
    zoom: float = 1.0,
) -> Measurement:
    """The measurement without its number: the caller gives it one.

    Parameters
    ----------
    points
        As many as `domain.measurement.POINTS` says; of an ellipse and a rectangle opposite
        corners of their box, of two axes the four ends.
    zoom
        Logical pixels of the screen for one of the image, where the points were placed.

    Returns
    -------
    Lengths in mm, or in px where no spacing is known; angles in degrees, between the lines
    as they lie in the patient. A region's value is the area of the outline (mm² or px²);
    its `stats` are of the pixels in it and are empty for colour and where no pixel but
    padding lies in it. From one region of an ultrasound image to another nothing is defined.
    """
    blank = Measurement("", kind, frame.key, points, None, "")
    if kind in WORDS:
        return blank
    trace = traced(kind, points, region_at(frame, points))
    if trace is not None:
        return _said(blank, trace, tr("region"))
    if kind is MeasurementKind.POINT:
        reading = value_at(points[0], frame, pixels)
        return blank if reading is None else evolve(blank, value=reading.value, unit=reading.unit)
    if crosses_regions(frame, points):
        return evolve(blank, note=tr("across regions"))
    spacing = spacing_at(frame, points)
    made = _placed(blank, spacing, zoom)
    if kind in REGIONS and made.value is not None:
        stats, unit = region_statistics(kind, points, frame, pixels)
        return evolve(made, stats=stats, stats_unit=unit if stats else "")
    return made


def rescaled(measurement: Measurement, frame: Frame, zoom: float = 1.0) -> Measurement:
    """The same points in the millimetres that hold now; what its pixels say does not change."""
    kind, points = measurement.kind, measurement.points
    if kind in WORDS or kind is MeasurementKind.POINT or frame.regions:
        return measurement
    made = _placed(measurement, spacing_at(frame, points), zoom)
    if kind in REGIONS:
        return evolve(made, stats=measurement.stats, stats_unit=measurement.stats_unit)
    return made


def _placed(blank: Measurement, spacing: PixelSpacing, zoom: float) -> Measurement:
    """Length, angle or area of the points, and how sure it is."""
    kind, points = blank.kind, blank.points
    across, down, unit = scale_of(spacing)
    points = squared(points, across, down) if kind is MeasurementKind.BIDIRECTIONAL else points
    at = tuple((x * across, y * down) for x, y in points)
    found = value_of(kind, at, unit)
    honest = note_of(spacing) if found.unit not in ("", "°") else ""
    said = _said(evolve(blank, points=points), found, honest)
    if said.value is None:
        return evolve(said, uncertainty=None)
    pixel = max(across, down) * max(1.0, 1 / zoom)
    return evolve(said, uncertainty=uncertainty(kind, at, said.value, pixel, spacing.relative))


def _said(blank: Measurement, found: Value, note: str) -> Measurement:
    return evolve(
        blank,
        value=found.value,
        unit=found.unit if found.value is not None else "",
        note=found.why_not or note,
        stats=found.others,
        stats_unit=found.others_unit if found.others else "",
    )


def scale_of(spacing: PixelSpacing) -> tuple[float, float, str]:
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
    if spacing.origin is SpacingOrigin.USER:
        return f"{NOTES[SpacingOrigin.USER]} {spacing.calibrated}"
    return NOTES[spacing.origin]


def spacing_at(frame: Frame, points: Sequence[PixelPoint]) -> PixelSpacing:
    """The scale that holds for all of these points.

    In ultrasound that of the region all of them lie in: across two regions, or outside
    every one, there is none.
    """
    if not frame.regions:
        return frame.spacing
    region = region_at(frame, points)
    return PixelSpacing() if region is None else region.spacing


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
) -> tuple[Mapping[str, float], str]:
    """mean, sd (of all pixels in it: divided by n), min, max and their number, `pixels`.

    In the quantity that the object says its values stand for, and its unit.
    """
    if pixels.stored.ndim != 2:
        return MappingProxyType({}), ""
    stored = inside(kind, points, pixels.stored)
    stored = stored[~is_padding(stored, frame)]
    by = measured_by(stored, frame)
    return _statistics(stored, by) if stored.size else MappingProxyType({}), unit_of(by)


def _statistics(stored: NDArray[Any], by: Rescale | RealWorldMap) -> Mapping[str, float]:
    # A slope of 1e-6 beside an intercept of 1000 has few digits left after the sum: the
    # spread is that of the stored values, and it is scaled alone.
    linear = is_linear(by)
    basis = stored.astype(np.float64) if linear else quantity(stored, by)
    scale = abs(by.slope) if linear else 1.0
    ends = quantity(np.array([stored.min(), stored.max()]), by) if linear else basis
    mean = float(basis.mean())
    return MappingProxyType(
        {
            "mean": mean * by.slope + by.intercept if linear else mean,
            "sd": float(basis.std()) * scale,
            "min": float(ends.min()),
            "max": float(ends.max()),
            "pixels": float(stored.size),
        }
    )


@frozen
class Reading:
    """What one pixel measures."""

    value: float
    unit: str


def value_at(point: PixelPoint, frame: Frame, pixels: FramePixels) -> Reading | None:
    """The value under the probe, in the quantity that the object says it stands for.

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
    by = measured_by(stored, frame)
    return Reading(float(quantity(stored, by)[0, 0]), unit_of(by))
