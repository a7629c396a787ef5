"""The border of a segment in the patient, as rays meet it: a mask with a soft edge.

Steps between slices are rounded by a voxel; what is a single voxel thin is kept.
"""

from functools import cached_property
from typing import Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from workstation.imaging.structure_grid import Grid

#: From this value on a sample lies inside.
INSIDE: Final = 128
_FULL: Final = 255
_ROOM: Final = 2


@frozen(eq=False, slots=False)
class Border:
    """Of one segment; worked out once, on the worker that first asks."""

    grid: Grid

    @cached_property
    def voxels(self) -> NDArray[np.uint8]:
        """0 to 255 (slices, rows, columns), with `_ROOM` empty voxels around it."""
        inside = np.pad(self.grid.inside, _ROOM)
        soft: NDArray[np.float32] = inside.astype(np.float32)
        for axis in range(3):
            beside = np.roll(soft, 1, axis) + np.roll(soft, -1, axis)
            soft = np.asarray((beside + 2 * soft) / 4, np.float32)
        made = np.rint(soft * _FULL).astype(np.uint8)
        return np.where(inside, np.maximum(made, INSIDE), made)

    @cached_property
    def to_index(self) -> NDArray[np.float64]:
        """LPS mm to column, row, slice of `voxels`."""
        shifted = np.eye(4)
        shifted[:3, 3] = _ROOM
        return np.asarray(shifted @ self.grid.to_index, np.float64)

    @property
    def corners(self) -> NDArray[np.float64]:
        """Of the box about it, (8, 3) LPS mm."""
        slices, rows, columns = self.voxels.shape
        ends = np.array([(i, j, k, 1.0) for i in (0, columns - 1)
                         for j in (0, rows - 1) for k in (0, slices - 1)])  # fmt: skip
        return np.asarray((ends @ np.linalg.inv(self.to_index).T)[:, :3])


@frozen
class Surface:
    """A segment as it is seen in a rendered volume; `opacity` of its front, colours parts of 1."""

    border: Border = field(repr=False)
    colour: tuple[float, float, float]
    opacity: float = 1.0
