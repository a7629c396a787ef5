"""What a structure holds of a volume: how large it is, and the values of the voxels in it."""

import numpy as np
from attrs import frozen

from workstation.domain.geometry import ImagePlane
from workstation.imaging.structure_grid import Grid, cut
from workstation.imaging.voi import rescaled
from workstation.imaging.volume_voxels import Volume


@frozen
class StructureValues:
    """`ml` of the structure as its object draws it; values of the voxels whose centres lie in
    it, in `unit`. Without such voxels there are none."""

    ml: float
    voxels: int
    unit: str = ""
    mean: float = 0.0
    sd: float = 0.0
    low: float = 0.0
    high: float = 0.0


def values_in(grid: Grid, volume: Volume) -> StructureValues:
    """Voxels that only fill their frame do not count; of colour there is the size alone."""
    cell = abs(1.0 / float(np.linalg.det(grid.to_index[:3, :3])))
    ml = float(grid.inside.sum()) * cell / 1000.0
    unit = volume.frame.rescale.unit
    if volume.voxels.ndim != 3:
        return StructureValues(ml, 0)
    found = []
    rows, columns = volume.voxels.shape[1:3]
    for number, plane in enumerate(_planes(volume)):
        inside = cut(grid, plane, (columns, rows))
        if volume.padded is not None:
            inside &= volume.padded[number] == 0
        if inside.any():
            found.append(volume.voxels[number][inside])
    if not found:
        return StructureValues(ml, 0, unit)
    values = rescaled(np.concatenate(found), volume.frame.rescale)
    return StructureValues(
        ml, values.size, unit, float(values.mean()), float(values.std()), float(values.min()),
        float(values.max()),
    )  # fmt: skip


def _planes(volume: Volume) -> list[ImagePlane]:
    """Of every slice, as the affine says."""
    m = volume.affine.matrix
    across, down = (float(np.linalg.norm(m[:3, axis])) for axis in (0, 1))
    row, column = (tuple((m[:3, axis] / size).tolist()) for axis, size in ((0, across), (1, down)))
    return [
        ImagePlane(tuple((m[:3, 3] + k * m[:3, 2]).tolist()), row, column, down, across)
        for k in range(volume.voxels.shape[0])
    ]
