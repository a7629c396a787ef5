"""Parts of a volume that grow: by a range of values, or from the hottest voxel of a sphere."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.geometry import Vector
from workstation.imaging.drawn import NOTHING, Bools, Slices, slices_of
from workstation.imaging.spheres import cut
from workstation.imaging.voi import rescaled
from workstation.imaging.volume_voxels import Volume

#: A region of more voxels than this is no lesion but the patient.
MOST_VOXELS: Final = 30_000_000


def grown(volume: Volume, seed: Vector, low: float, high: float, reach_mm: float) -> Slices:
    """Voxels from `low` to `high` (modality values) that hang together with the one at `seed`
    (LPS mm) by their faces, their centres no farther from it than `reach_mm`.

    Empty where the voxel at the seed does not belong itself, or lies outside. Raises ValueError
    where the box about it would hold too many voxels, or voxels are colours.
    """
    if volume.voxels.ndim == 4:
        raise ValueError("colours have no threshold")
    matrix = volume.affine.matrix
    inverse = np.linalg.inv(matrix)
    middle = inverse[:3, :3] @ np.array(seed) + inverse[:3, 3]
    at = np.rint(middle).astype(int)[::-1]  # slice, row, column
    shape = np.array(volume.voxels.shape)
    if (at < 0).any() or (at >= shape).any():
        return NOTHING
    reach = np.ceil(reach_mm * np.linalg.norm(inverse[:3, :3], axis=1)).astype(int)[::-1]
    first, last = np.maximum(at - reach, 0), np.minimum(at + reach + 1, shape)
    if int(np.prod(last - first)) > MOST_VOXELS:
        raise ValueError("too many voxels")
    box = tuple(slice(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True))
    values = rescaled(volume.voxels[box], volume.frame.rescale)
    inside = (values >= low) & (values <= high) & (_away(matrix, box, seed) <= reach_mm)
    here = tuple((at - first).tolist())
    if not inside[here]:
        return NOTHING
    kept = _together(inside, here)
    return slices_of(kept, first.tolist(), (int(shape[1]), int(shape[2])))


def isocontour(volume: Volume, centre: Vector, radius_mm: float, percent: float) -> Slices:
    """Voxels of a sphere that have at least so many per cent of the hottest one in it, and hang
    together with that by their faces. Empty where the sphere holds no voxel, or too many."""
    found = cut(volume, centre, radius_mm)
    if found is None:
        return NOTHING
    values = np.where(found.away_mm <= radius_mm, found.values, np.nan)
    if np.isnan(values).all():
        return NOTHING
    hottest = np.unravel_index(int(np.nanargmax(values)), values.shape)
    inside = values >= percent / 100.0 * values[hottest]  # NaN is not
    if not inside[hottest]:  # per cent of what is below zero
        return NOTHING
    kept = _together(np.asarray(inside), tuple(int(part) for part in hottest))
    return slices_of(kept, found.first, (volume.voxels.shape[1], volume.voxels.shape[2]))


def _together(inside: Bools, here: tuple[int, ...]) -> Bools:
    """What hangs together with a voxel by faces."""
    import SimpleITK  # no reader waits for it who does not grow

    image = SimpleITK.GetImageFromArray(inside.astype(np.uint8))
    labels = SimpleITK.GetArrayFromImage(
        SimpleITK.ConnectedComponent(image)  # type: ignore[no-untyped-call]
    )
    return np.asarray(labels == labels[here])


def _away(matrix: NDArray[np.float64], box: tuple[slice, ...], seed: Vector) -> NDArray[np.float64]:
    """mm from the seed to each voxel's centre."""
    k, j, i = np.ogrid[box]
    squared = 0.0
    for axis in range(3):
        along = matrix[axis, 0] * i + matrix[axis, 1] * j + matrix[axis, 2] * k + matrix[axis, 3]
        squared = squared + (along - seed[axis]) ** 2
    return np.asarray(np.sqrt(squared))
