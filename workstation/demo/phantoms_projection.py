"""Chest radiographs: the chest phantom, seen through.

The attenuation of the CT phantom is summed along the beam (parallel, at the detector's
scale); vessels are added at the detector's resolution, or they would blur away.
"""

import functools
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from workstation.demo.phantoms_chest import chest_slice, is_lung
from workstation.demo.phantoms_lung_tree import lung_trees, splat
from workstation.demo.phantoms_shapes import Array, Grid, noise
from workstation.demo.phantoms_trunk import Trunk

View = Literal["PA", "LAT"]

DETECTOR_SPACING: Final = 0.4
ROWS: Final = 800
COLUMNS: Final = 960
_TOP: Final = 116.0
_STEP: Final = 2.4
#: Calcium absorbs the softer beam of a radiograph more than CT numbers say.
BONE_BOOST: Final = 1.1
_COARSE: Final = Grid(256, 1.6)


@functools.lru_cache(maxsize=6)
def _sums(trunk: Trunk) -> tuple[Array, Array]:
    """Water-equivalent mm along y and along x, one row per level, coarse."""
    front, side = [], []
    for level in range(int(ROWS * DETECTOR_SPACING / _STEP) + 1):
        hu = chest_slice(trunk, _TOP - level * _STEP, _COARSE, _STEP, couch=False)
        mm = np.clip(hu / 1000 + 1, 0, 3.2) + BONE_BOOST * np.clip((hu - 150) / 1000, 0, 2)
        mm *= np.float32(_COARSE.spacing)
        front.append(mm.sum(0))
        side.append(mm.sum(1))
    return np.stack(front), np.stack(side)


def radiograph(trunk: Trunk, view: View) -> NDArray[np.uint16]:
    """12-bit values, bright where much is absorbed (MONOCHROME2), as processed for reading."""
    front, side = _sums(trunk)
    mm = _resample(front if view == "PA" else side, view)
    mm = mm + _vessels(trunk, view)
    shown = mm - 0.62 * _blurred(mm, 26.0) + 0.9 * (mm - _blurred(mm, 2.5))
    low, high = np.percentile(shown, (6.0, 99.7))
    grain = noise(trunk.seed, 900, 1024)[:ROWS, :COLUMNS]
    grain = grain * (9 + 22 * np.clip(mm / 300, 0, 1))
    toe = 1 - np.exp(-1.7 * (shown - low) / (high - low))  # so that the spine does not glare
    values = 380 + toe * 3700 + grain
    values = np.where(mm < 2, 150 + grain, values)
    return np.asarray(np.clip(np.rint(values), 0, 4095), np.uint16)


def _resample(coarse: Array, view: View) -> Array:
    """To the detector's pixels, linear; the patient's right on the left of a PA view."""
    z = np.arange(ROWS) * DETECTOR_SPACING / _STEP
    along = (np.arange(COLUMNS) - (COLUMNS - 1) / 2) * DETECTOR_SPACING / _COARSE.spacing
    along = along + (_COARSE.size - 1) / 2
    across = _weights(along if view == "PA" else along[::1], coarse.shape[1])
    return np.asarray(_weights(z, coarse.shape[0]) @ coarse @ across.T, np.float32)


def _weights(at: Array, count: int) -> Array:
    """Rows of a linear interpolation matrix."""
    at = np.clip(at, 0, count - 1.001)
    low = at.astype(int)
    matrix = np.zeros((at.size, count), np.float32)
    matrix[np.arange(at.size), low] = 1 - (at - low)
    matrix[np.arange(at.size), low + 1] = at - low
    return matrix


def _vessels(trunk: Trunk, view: View) -> Array:
    """The fine vessels and small lesions, as thickness in mm."""
    size = max(ROWS, COLUMNS)
    middle_z = _TOP - (size - 1) / 2 * DETECTOR_SPACING
    grid = Grid(size, DETECTOR_SPACING, (0.0, -middle_z))
    cover = np.zeros((size, size), np.float32)
    axis = 0 if view == "PA" else 1
    for tree in lung_trees(trunk.seed, is_lung):
        xz = np.stack([tree.position[:, axis], -tree.position[:, 2]], 1)
        fine = tree.radius < 2.4
        splat(cover, xz[fine], tree.radius[fine], 1.6 * tree.radius[fine], grid)
    return cover[:ROWS, :COLUMNS]


def _blurred(image: Array, sigma: float) -> Array:
    """Gaussian blur in pixels, mirrored at the edges."""
    reach = int(3 * sigma)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    wide = np.pad(image, reach, mode="reflect")
    size = wide.shape
    transfer = [np.fft.fft(np.roll(np.pad(kernel / kernel.sum(), (0, n - kernel.size)), -reach))
                for n in size]  # fmt: skip
    spectrum = np.fft.rfft2(wide)
    spectrum *= transfer[0][:, None] * transfer[1][None, : spectrum.shape[1]]
    back = np.fft.irfft2(spectrum, tuple(size))
    return np.asarray(back[reach:-reach, reach:-reach], np.float32)
