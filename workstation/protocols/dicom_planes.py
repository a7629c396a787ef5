"""Where frames lie in the patient, as each kind of object says it.

Slices and enhanced frames carry a position each. Reconstructed nuclear medicine and dose
grids carry the first one's and a vector.
"""

import math
from typing import Final

from attrs import evolve, frozen

from workstation.domain.geometry import ImagePlane, Vector, dot
from workstation.protocols.dicom_attributes import Attributes

#: Directions are written with few digits: this far from a right angle is no plane.
_ORTHOGONAL: Final = 1e-2
_POSITION: Final = "00200032"
_DIRECTIONS: Final = "00200037"
#: Image Position and Orientation (Volume): millimetres in axes of the volume itself (PS3.3
#: C.8.24.2.1), to the right, deeper and on along the probe.
_POSITION_IN_VOLUME: Final = "00209301"
_DIRECTIONS_IN_VOLUME: Final = "00209302"
#: No table is so long: a position beyond it is a mistake, and its arithmetic would be one.
_FARTHEST_MM: Final = 1e6
#: Image Type value 3 of nuclear medicine that is slices (PS3.3 C.8.4.9.1.1).
_NM_SLICES: Final = frozenset({"RECON TOMO", "RECON GATED TOMO"})

#: Along a row, down a column, between rows, between columns.
Grid = tuple[Vector, Vector, float, float]


def plane_of(origin: Vector | None, grid: Grid | None) -> ImagePlane | None:
    """Where the frame lies, if it says so completely and without contradiction."""
    if grid is None or origin is None or max(map(abs, origin)) > _FARTHEST_MM:
        return None
    return ImagePlane(origin, *grid)


@frozen
class Place:
    """Of which point the first pixel of a frame is; not `in_patient`: in axes of its volume."""

    origin: Vector | None
    in_patient: bool = True


def place_of(values: Attributes) -> Place:
    """An ultrasound volume need not know where the patient is; what it says of him goes first."""
    said = values.vector(_POSITION)
    if said is None and (own := values.vector(_POSITION_IN_VOLUME)) is not None:
        return Place(own, in_patient=False)
    return Place(said)


def grid_of(values: Attributes, *, in_patient: bool = True) -> Grid | None:
    """Directions and spacings of a frame: what slices of one stack share."""
    axes = values.numbers(_DIRECTIONS if in_patient else _DIRECTIONS_IN_VOLUME)
    spacing = values.numbers("00280030")
    if len(axes) != 6 or len(spacing) != 2 or min(spacing) <= 0:
        return None
    row, column = _unit(axes[:3]), _unit(axes[3:])
    if row is None or column is None or abs(dot(row, column)) > _ORTHOGONAL:
        return None
    return row, column, spacing[0], spacing[1]


def plane_in_grid(values: Attributes, modality: str, index: int) -> ImagePlane | None:
    """The plane of one frame of an object that says only where its first one lies."""
    if modality == "NM":
        return _nuclear_plane(values, index)
    if modality == "RTDOSE":
        return _dose_plane(values, index)
    return None


def _nuclear_plane(values: Attributes, index: int) -> ImagePlane | None:
    """PS3.3 C.8.4.15: Spacing Between Slices runs along the normal of the first slice; a
    negative one stacks against it."""
    if not _NM_SLICES.intersection(values.texts("00080008")):
        return None
    detector = values.item("00540022").over(values)
    first = plane_of(detector.vector(_POSITION), grid_of(detector))
    slices, spacing = values.numbers("00540080"), values.number("00180088")
    if first is None or spacing is None or index >= len(slices):
        return None
    return _moved(first, (slices[index] - 1) * spacing)


def _dose_plane(values: Attributes, index: int) -> ImagePlane | None:
    """Grid Frame Offset Vector (PS3.3 C.8.8.3.2): from the first plane, or, of axial grids,
    the patient's z of each."""
    first, offsets = plane_of(values.vector(_POSITION), grid_of(values)), values.numbers("3004000C")
    if first is None or index >= len(offsets):
        return None
    against = -1 if offsets[0] != 0 and first.normal[2] < 0 else 1
    return _moved(first, against * (offsets[index] - offsets[0]))


def _moved(plane: ImagePlane, distance: float) -> ImagePlane:
    (x, y, z), (a, b, c) = plane.origin, plane.normal
    return evolve(plane, origin=(x + distance * a, y + distance * b, z + distance * c))


def _unit(axis: tuple[float, ...]) -> Vector | None:
    """Cosines are written with few digits; a length far from 1 is no direction."""
    length = math.hypot(*axis)
    if abs(length - 1) > _ORTHOGONAL:
        return None
    return axis[0] / length, axis[1] / length, axis[2] / length
