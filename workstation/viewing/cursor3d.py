"""The 3D cursor: one point of a patient, and where it lies on other images.

A point has a meaning in its own frame of reference alone: images of another one are never
marked by the program, however alike they look.
"""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from workstation.domain.geometry import Vector
from workstation.domain.measurement import PixelPoint
from workstation.domain.study import Frame
from workstation.viewing.linking import space

#: A point within so much of half a slice lies in it: positions are written with few digits.
_ROUNDING_MM: Final = 0.05


@frozen
class Spot:
    """A place in a patient, in LPS millimetres of the frame of reference `space`."""

    point: Vector
    space: str


@frozen
class Located:
    """Where a spot lies on an image: on the pixel under it, `off_mm` along the normal.

    `inside` the slice, or seen only in projection.
    """

    at: PixelPoint
    off_mm: float
    inside: bool


def spot_of(frame: Frame, at: PixelPoint) -> Spot | None:
    """What lies under a point of an image; None where it has no place in a patient."""
    return None if frame.plane is None else Spot(frame.plane.to_patient(*at), space(frame))


def located(spot: Spot, frame: Frame) -> Located | None:
    """Where an image shows the spot; None beside the image, and in another frame of reference."""
    if frame.plane is None or space(frame) != spot.space:
        return None
    x, y, off = frame.plane.to_pixel(spot.point)
    columns, rows = frame.pixels.columns, frame.pixels.rows
    if not (-0.5 <= x <= columns - 0.5 and -0.5 <= y <= rows - 0.5):
        return None
    half = (frame.thickness_mm or 0.0) / 2 + _ROUNDING_MM
    return Located((x, y), off, abs(off) <= half)


def nearest(spot: Spot, frames: Sequence[Frame], at: int) -> int | None:
    """The image of a stack that is nearest to the spot and shows it; None: none does.

    Of several as near (phases, echoes at one position) the one nearest to `at`, where the
    view is.
    """
    by_distance = sorted(
        (round(abs(frame.plane.off_mm(spot.point)), 3), abs(index - at), index)
        for index, frame in enumerate(frames)
        if frame.plane is not None
    )
    shows = (index for *_, index in by_distance if located(spot, frames[index]) is not None)
    return next(shows, None)
