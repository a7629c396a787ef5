"""A sphere in a volume, as PET is reported: SUVmax, mean, peak, and what lies above a threshold."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.geometry import Vector
from workstation.imaging.voi import rescaled
from workstation.imaging.volume_voxels import Volume

#: Of the sphere of 1 cm3 that a peak is the mean of (PS3.16, 126031 Peak Value Within ROI).
PEAK_MM: Final = (3000.0 / (4.0 * np.pi)) ** (1.0 / 3.0)
#: Of the hottest voxel: the isocontour that EANM's guideline for FDG measures a lesion by.
USUAL_PERCENT: Final = 41.0
#: A sphere of so many voxels would be a region of the whole body.
MOST_VOXELS: Final = 4_000_000

Floats = NDArray[np.float64]


def sphere_values(
    volume: Volume, centre: Vector, radius_mm: float, percent: float = USUAL_PERCENT
) -> Mapping[str, float]:
    """mean, max, min, sd (divided by n) and `voxels` of the voxels whose centre lies in it.

    `peak` is the highest mean of a sphere of 1 cm3 that is about a voxel and wholly inside; there
    is none where no such sphere fits. `threshold` per cent of the maximum leave `volume` (ml)
    and `tlg`, their mean times that. Empty where the sphere holds no voxel, or too many.
    """
    found = cut(volume, centre, radius_mm)
    if found is None:
        return MappingProxyType({})
    values, away = found.values, found.away_mm
    inside = away <= radius_mm
    kept = values[inside & ~np.isnan(values)]
    if not kept.size:
        return MappingProxyType({})
    hot = kept[kept >= percent / 100.0 * kept.max()]
    ml = hot.size * abs(float(np.linalg.det(volume.affine.matrix[:3, :3]))) / 1000.0
    said = {
        "radius": radius_mm, "mean": float(kept.mean()), "max": float(kept.max()),
        "min": float(kept.min()), "sd": float(kept.std()), "voxels": float(kept.size),
        "threshold": percent, "volume": ml, "tlg": float(hot.mean()) * ml,
    }  # fmt: skip
    peak = peak_of(volume, values, away <= radius_mm - PEAK_MM)
    return MappingProxyType(said if peak is None else {**said, "peak": peak})


@frozen(eq=False)
class Cut:
    """A box of voxels in modality values, NaN where there is none; how far each is from the
    centre of a sphere; and slice, row and column of its first."""

    values: Floats
    away_mm: Floats
    first: tuple[int, int, int]


def cut(volume: Volume, centre: Vector, radius_mm: float) -> Cut | None:
    """The voxels about a sphere; None where there are none, or too many, or they are colours."""
    if volume.voxels.ndim == 4:
        return None
    matrix = volume.affine.matrix
    inverse = np.linalg.inv(matrix)
    middle = inverse[:3, :3] @ np.array(centre) + inverse[:3, 3]
    reach = radius_mm * np.linalg.norm(inverse[:3, :3], axis=1)
    low = np.maximum(np.ceil(middle - reach), 0).astype(int)
    high = np.minimum(np.floor(middle + reach), np.array(volume.voxels.shape[::-1]) - 1).astype(int)
    if (high < low).any() or np.prod(high - low + 1) > MOST_VOXELS:
        return None
    box = tuple(slice(a, b + 1) for a, b in zip(low[::-1], high[::-1], strict=True))
    values = rescaled(volume.voxels[box], volume.frame.rescale)
    if volume.padded is not None:
        values[volume.padded[box] > 0] = np.nan
    k, j, i = np.indices(values.shape, dtype=np.float64)
    steps = np.stack([i + low[0], j + low[1], k + low[2]], axis=-1) - middle
    away = np.linalg.norm(steps @ matrix[:3, :3].T, axis=-1)
    return Cut(values, away, (int(low[2]), int(low[1]), int(low[0])))


def peak_of(volume: Volume, values: Floats, centres: NDArray[np.bool_]) -> float | None:
    """The highest mean of 1 cm3 about one of these voxels of a box, where `values` has all of it;
    None where none has."""
    if not centres.any():
        return None
    offsets = _offsets(volume)
    reach = np.abs(offsets).max(axis=0)
    padded = np.pad(values, [(int(n), int(n)) for n in reach], constant_values=np.nan)
    total, count = np.zeros(values.shape), np.zeros(values.shape)
    for offset in offsets:
        part = padded[
            tuple(
                slice(int(n + d), int(n + d) + size)
                for n, d, size in zip(reach, offset, values.shape, strict=True)
            )
        ]
        known = ~np.isnan(part)
        total[known] += part[known]
        count += known
    whole = centres & (count == len(offsets))
    return float((total[whole] / count[whole]).max()) if whole.any() else None


def _offsets(volume: Volume) -> NDArray[np.int64]:
    """(slice, row, column) from a voxel to every one whose centre lies in the sphere of a peak."""
    axes = volume.affine.matrix[:3, :3]
    reach = np.ceil(PEAK_MM * np.linalg.norm(np.linalg.inv(axes), axis=1)).astype(int)
    ranges = [np.arange(-n, n + 1) for n in reach[::-1]]
    every = np.stack([part.ravel() for part in np.meshgrid(*ranges, indexing="ij")], axis=1)
    away = np.linalg.norm(every[:, ::-1] @ axes.T, axis=1)
    return np.asarray(every[away <= PEAK_MM])
