"""One direction of view on one viewport: scouts in three planes are three stacks.

A turning camera is the exception: when nearly every image has a direction of its own, they
are one rotation and are scrolled as one.
"""

from typing import Final

from workstation.dicom.coincidence import SAME_DIRECTION
from workstation.domain.geometry import ImagePlane, dot
from workstation.domain.study import Frame
from workstation.imaging.volume import SPACING_TOLERANCE

#: Up to so many directions are stacks whatever their size: three-plane scouts, and one more.
_FEW: Final = 4
#: More directions than this are not compared with each other any further.
_MOST: Final = 64

Frames = tuple[Frame, ...]


def split_by_orientation(frames: Frames) -> list[Frames]:
    """Frames of one direction and pixel size each; those without a place are a part too."""
    parts: list[list[Frame]] = []
    for frame in frames:
        for part in parts:
            if _is_alike(part[0].plane, frame.plane):
                part.append(frame)
                break
        else:
            parts.append([frame])
            if len(parts) > _MOST:
                return [frames]
    if len(parts) > _FEW and 2 * len(parts) > len(frames):
        return [frames]
    return [tuple(part) for part in parts] or [frames]


def _is_alike(a: ImagePlane | None, b: ImagePlane | None) -> bool:
    if a is None or b is None:
        return a is b
    if dot(a.row, b.row) < SAME_DIRECTION or dot(a.column, b.column) < SAME_DIRECTION:
        return False
    return _is_near(a.row_spacing, b.row_spacing) and _is_near(a.column_spacing, b.column_spacing)


def _is_near(a: float, b: float) -> bool:
    return abs(a - b) <= SPACING_TOLERANCE * min(a, b)
