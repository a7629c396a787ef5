"""Marks in the patient on the images they lie in: SCOORD3D of reports (PS3.3 C.18.9)."""

from collections.abc import Iterator

from workstation.domain.geometry import dot
from workstation.domain.mark_set import PlacedMark
from workstation.domain.measurement import PixelPoint
from workstation.domain.study import DisplaySet, Frame

#: Of normals that are one direction; coordinates are single precision.
_PARALLEL = 1e-3


def pixels_on(mark: PlacedMark, frame: Frame, reach: float) -> tuple[PixelPoint, ...] | None:
    """The outline in pixels of an image of its space; None unless every point of it lies in
    the image's plane, `reach` mm before or behind it at most."""
    if frame.plane is None or not mark.space or mark.space != frame.frame_of_reference:
        return None
    found = [frame.plane.to_pixel(point) for point in mark.points]
    if any(abs(away) > reach for _, _, away in found):
        return None
    return tuple((x, y) for x, y, _ in found)


def reach_mm(display_set: DisplaySet, index: int) -> float:
    """How far from the plane of an image a point is still its own: half of its thickness, and
    never beyond the middle between it and the next image."""
    frame = display_set.frames[index]
    halves = [step / 2 for step in _steps(display_set, index)]
    if frame.thickness_mm:
        halves.append(frame.thickness_mm / 2)
    return min(halves, default=0.0)


def _steps(display_set: DisplaySet, index: int) -> Iterator[float]:
    """To each neighbour in the order of the stack that is parallel and somewhere else."""
    here = display_set.frames[index].plane
    for at in (index - 1, index + 1):
        if here is None or not 0 <= at < len(display_set.frames):
            continue
        other = display_set.frames[at].plane
        if other is None or abs(abs(dot(other.normal, here.normal)) - 1) > _PARALLEL:
            continue
        step = abs(here.to_pixel(other.origin)[2])
        if step > _PARALLEL:
            yield step
