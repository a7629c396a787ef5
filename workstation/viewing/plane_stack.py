"""All planes of one direction through a volume, so far apart: what is saved as a series."""

from attrs import evolve, frozen

from workstation.domain.geometry import ImagePlane, Vector, dot
from workstation.domain.study import Frame
from workstation.viewing import mpr
from workstation.viewing.mpr import Box, Mpr
from workstation.viewing.planes import Plane, nearest_plane

#: Cosine beyond which images and planes are parallel.
_PARALLEL = 0.9999


@frozen
class PlaneStack:
    """In the order in which they are read; `size` is columns, rows of each."""

    planes: tuple[ImagePlane, ...]
    size: tuple[int, int]
    apart_mm: float

    @property
    def leans(self) -> bool:
        """Whether they cut each other, as sections along a curve do."""
        first = self.planes[0].normal
        return any(dot(each.normal, first) < _PARALLEL for each in self.planes)


def stack_of(state: Mpr, box: Box, plane: Plane, apart_mm: float) -> PlaneStack:
    """Through all of the volume, as the plane lies now, in the picture of its view."""
    placed, normal = mpr.rectangle(state, box, plane), state.axes(plane).normal
    first, length, sign = mpr.reading_order(state, box, plane)
    count = max(1, round(length / apart_mm))
    middle = (count - 1) / 2
    here = dot(placed.plane.origin, normal)
    planes = []
    for index in range(count):
        wanted = first + sign * (length / 2 + (index - middle) * apart_mm)
        planes.append(
            evolve(placed.plane, origin=_moved(placed.plane.origin, normal, wanted - here))
        )
    return PlaneStack(tuple(planes), placed.size, apart_mm)


def along(frame: Frame, box: Box) -> tuple[Mpr, Plane]:
    """The planes in which the images of a stack lie."""
    assert frame.plane is not None  # a volume has planes
    nearest = nearest_plane(frame.plane)
    through = mpr.begun(box, frame.plane.origin)
    return mpr.laid(through, box, nearest, frame.plane), nearest


def made_of(plane: ImagePlane, half_mm: float, frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """The images whose voxels a plane or slab takes, with those that it is interpolated from."""
    first, last = frames[0].plane, frames[-1].plane
    assert first is not None
    assert last is not None
    if abs(dot(first.normal, plane.normal)) < _PARALLEL:
        return frames
    step = abs(last.position_mm - first.position_mm) / max(1, len(frames) - 1)
    away = [abs(plane.to_pixel(frame.plane.origin)[2]) for frame in frames if frame.plane]
    near = [
        frame for frame, mm in zip(frames, away, strict=True) if mm < half_mm + step * (1 - 1e-6)
    ]
    return tuple(near)


def _moved(point: Vector, direction: Vector, mm: float) -> Vector:
    x, y, z = (p + mm * d for p, d in zip(point, direction, strict=True))
    return x, y, z
