"""Regions of an ultrasound image (PS3.3 C.8.5.5): which one counts, and what its axes measure."""

from collections.abc import Sequence
from types import MappingProxyType

from workstation.domain.measurement import MeasurementKind, PixelPoint
from workstation.domain.study import Frame, SpacingOrigin, UltrasoundRegion
from workstation.imaging.lengths import Value
from workstation.text import tr


def region_at(frame: Frame, points: Sequence[PixelPoint]) -> UltrasoundRegion | None:
    """The region that all of these points lie in; None where no single one holds them.

    Where regions overlap the one that does not yield wins, then the smaller one.
    """
    around = [region for region in frame.regions if all(_is_in(region, x, y) for x, y in points)]
    area = {id(r): (r.right - r.left) * (r.bottom - r.top) for r in around}
    return min(around, key=lambda region: (region.yields, area[id(region)]), default=None)


def crosses_regions(frame: Frame, points: Sequence[PixelPoint]) -> bool:
    """Whether points lie in regions of which none holds all of them.

    Beside every region a distance is one on the screen, in px.
    """
    touched = any(_is_in(region, x, y) for region in frame.regions for x, y in points)
    return touched and region_at(frame, points) is None


def _is_in(region: UltrasoundRegion, x: float, y: float) -> bool:
    """Pixels reach half a pixel beyond their centres."""
    across = region.left - 0.5 <= x <= region.right + 0.5
    return across and region.top - 0.5 <= y <= region.bottom + 0.5


def traced(
    kind: MeasurementKind, points: Sequence[PixelPoint], region: UltrasoundRegion | None
) -> Value | None:
    """What a trace measures (M-mode, spectral Doppler); None where the region is no trace.

    Of a line the difference along the upright axis, and beside it that along the other one;
    of a point the value of its height, where the object says where zero is. Nothing else
    has a meaning there.
    """
    if region is None or region.spacing.origin is not SpacingOrigin.NONE:
        return None
    across, down = region.across, region.down
    if across is None or down is None:
        return None
    if kind is MeasurementKind.LENGTH:
        (x1, y1), (x2, y2) = points
        beside = MappingProxyType({"time" if across.unit == "s" else "across":
                                   abs((x2 - x1) * across.step)})  # fmt: skip
        return Value(abs((y2 - y1) * down.step), down.unit, beside, across.unit)
    if kind is MeasurementKind.POINT and down.zero is not None:
        height = points[0][1] - region.top - down.zero
        return Value(height * down.step + down.at_zero, down.unit)
    return Value(None, "", why_not=tr("no lengths in this region"))
