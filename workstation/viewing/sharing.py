"""What linked views of two studies share beside the level: the window and the scale.

A window goes over where one number means the same on both: Hounsfield units, SUV. Grey values
of MR, radiographs and PET counts mean something in their own study only. A scale goes over
where both images lie in a patient: so many screen pixels to the millimetre, about the same place.
"""

from typing import Final

from attrs import evolve

from workstation.domain.geometry import ImagePlane, dot
from workstation.domain.measurement import PixelPoint
from workstation.domain.registration import IDENTITY, Rigid
from workstation.domain.study import DisplaySet, Frame
from workstation.domain.suv import UNITS
from workstation.viewing.linking import parallel, space
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ZOOM_LIMITS, ViewportState

#: Units whose numbers are the same on every scanner (PS3.3 C.11.1.1.2), or made to be.
_ABSOLUTE: Final = frozenset({"HU", *UNITS.values()})


def share_windows(a: DisplaySet, b: DisplaySet) -> bool:
    """Whether a window of one looks alike on the other."""
    if a.modality != b.modality or not a.frames or not b.frames:
        return False
    unit = a.frames[0].rescale.unit
    return unit in _ABSOLUTE and unit == b.frames[0].rescale.unit


def relative_index(index: int, count: int, other_count: int) -> int:
    """As far along a stack of `other_count` frames as `index` is in one of `count`."""
    return round(index / max(1, count - 1) * (other_count - 1))


def at_scale(
    source: ResolvedView,
    frame: Frame,
    other: ViewportState,
    other_frame: Frame,
    size: tuple[int, int],
    rigid: Rigid | None = None,
) -> ViewportState | None:
    """The other view at as many pixels per mm, about the same place; None: not comparable.

    `size` of the other view, width and height in device pixels.
    The same place is the patient's where both share a frame of reference, or `rigid` leads from
    one to the other; otherwise as far from the middle of the image, in mm along the patient's
    axes.
    """
    plane, other_plane = frame.plane, other_frame.plane
    if plane is None or other_plane is None or not parallel(plane, other_plane):
        return None
    fitted = evolve(other, zoom=1.0, one_to_one=False)
    fit = ResolvedView.of(fitted, other_frame, *size).scale
    wanted = source.scale / plane.column_spacing * other_plane.column_spacing / fit
    low, high = ZOOM_LIMITS
    shared = IDENTITY if space(frame) == space(other_frame) else rigid
    pan = _same_place(source, plane, other_plane, other_frame, shared)
    return evolve(fitted, zoom=max(low, min(wanted, high)), pan=pan)


def _same_place(
    source: ResolvedView, plane: ImagePlane, other: ImagePlane, frame: Frame, shared: Rigid | None
) -> PixelPoint:
    """Image pixels from the middle of the other image to what is in the middle of its view."""
    middle = source.to_image((source.width / 2, source.height / 2))
    columns, rows = (frame.pixels.columns - 1) / 2, (frame.pixels.rows - 1) / 2
    here = plane.to_patient(*middle)
    if shared is not None:
        x, y, _ = other.to_pixel(shared.point(here))
        return x - columns, y - rows
    away = tuple(a - b for a, b in zip(here, plane.to_patient(*source.centre), strict=True))
    way = (away[0], away[1], away[2])
    return dot(way, other.row) / other.column_spacing, dot(way, other.column) / other.row_spacing
