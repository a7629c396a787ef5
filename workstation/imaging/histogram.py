"""How many voxels of a volume have which value: what a curve of volume rendering is drawn over."""

from typing import Any, Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from workstation.imaging.volume_voxels import Volume

BINS: Final = 512
#: So many voxels tell as much as all of them.
_ENOUGH: Final = 4_000_000


@frozen(eq=False)
class Histogram:
    """Counts of `BINS` equal ranges of modality values from `low` to `high`."""

    counts: NDArray[np.int64] = field(repr=False)
    low: float
    high: float


def histogram(volume: Volume) -> Histogram:
    """Of every n-th slice of a large volume; of what only fills the frame, nothing."""
    every = max(1, volume.voxels.size // _ENOUGH)
    voxels: NDArray[Any] = volume.voxels[::every]
    if volume.padded is not None:
        voxels = voxels[volume.padded[::every] == 0]
    rescale = volume.frame.rescale
    ends = sorted(end * rescale.slope + rescale.intercept for end in (volume.low, volume.high))
    stored = sorted((volume.low, volume.high))
    top = stored[1] if stored[1] > stored[0] else stored[0] + 1.0
    counts, _ = np.histogram(voxels, bins=BINS, range=(stored[0], top))
    if rescale.slope < 0:
        counts = counts[::-1]
    high = ends[1] if ends[1] > ends[0] else ends[0] + 1.0
    return Histogram(counts, ends[0], high)
