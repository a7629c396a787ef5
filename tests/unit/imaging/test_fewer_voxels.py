"""Volumes of which memory has no room for every voxel: what is left lies where it was."""

import numpy as np
import pytest
from volume_phantoms import SCANS, Decoder, fewer_voxels, noise, positions

from workstation.domain.presentation import Rescale
from workstation.domain.study import PixelFormat
from workstation.imaging.fewer_voxels import LEAST, MOST, Fewer, fewer_that_fit
from workstation.imaging.volume_voxels import PADDED

SHAPE = (34, 42, 46)
EVERY = [Fewer(1, 3, 3), Fewer(4, 2, 2)]
HU = Rescale(1.0, 0.0, "HU")
FLOATS = PixelFormat(*SHAPE[1:], 32, 32, 31, True, floating=True)


@pytest.mark.parametrize("name", SCANS)
@pytest.mark.parametrize("fewer", EVERY)
def test_the_middle_of_a_coarse_voxel_lies_where_it_is_in_the_patient(
    name: str, fewer: Fewer
) -> None:
    """A nodule that a preview shows beside itself is looked for in the wrong place. Voxels that
    hold their own coordinate say where their mean is; the outermost may be of fewer."""
    placed = SCANS[name]
    where = positions(placed, SHAPE)
    made = [
        fewer_voxels(where[..., axis].astype(np.float32), placed, fewer, pixels=FLOATS, rescale=HU)
        for axis in range(3)
    ]
    volume = made[0][0]
    means = np.stack([each.voxels for each, _ in made], axis=-1)
    said = positions(volume.affine.matrix, volume.voxels.shape)
    off = np.linalg.inv(volume.affine.matrix[:3, :3]) @ (means - said).reshape(-1, 3).T

    assert np.abs(off).max() < 0.5
    whole = tuple(slice(0, n // f) for n, f in zip(SHAPE, _factors(fewer), strict=True))
    assert np.abs((means - said)[whole]).max() < 1e-3


def _factors(fewer: Fewer) -> tuple[int, int, int]:
    return fewer.slices, fewer.rows, fewer.columns


@pytest.mark.parametrize("fewer", EVERY)
def test_a_coarse_voxel_is_the_mean_of_those_behind_it(fewer: Fewer) -> None:
    voxels = noise(SHAPE)
    volume, _ = fewer_voxels(voxels, SCANS["oblique"], fewer)

    s, r, c = _factors(fewer)
    for k, j, i in [(0, 0, 0), (3, 4, 5), tuple(n - 1 for n in volume.voxels.shape)]:
        behind = voxels[k * s : k * s + s, j * r : j * r + r, i * c : i * c + c]
        assert abs(float(volume.voxels[k, j, i]) - behind.mean(dtype=np.float64)) <= 0.51
    assert (volume.low, volume.high) == (voxels.min(), voxels.max())


def test_voxels_that_only_fill_their_frame_are_no_part_of_a_mean() -> None:
    """Else the patient has a grey rim of 2,000 HU below air."""
    voxels = noise((8, 10, 12))
    voxels[:, :5, :5] = -2000
    format_ = PixelFormat(10, 12, 16, 16, 15, True, padding=-2000)
    volume, _ = fewer_voxels(voxels, SCANS["straight"], Fewer(2, 2, 2), pixels=format_)

    assert volume.padded is not None
    assert (volume.padded[:, :2, :2] == PADDED).all()
    assert (volume.padded[:, 2:] == 0).all()
    assert abs(float(volume.voxels[0, 2, 0]) - voxels[:2, 5, :2].mean()) <= 0.51
    assert volume.low > -2000
    assert volume.padding == (-2000, -2000)


def test_the_finest_that_fits_is_as_even_as_may_be() -> None:
    """600 thin slices: a voxel of 1.4 x 1.4 x 1.2 mm, not one of 0.7 x 0.7 x 4.8."""
    shape, spacing = (600, 512, 512), (0.7, 0.7, 0.6)
    full = 600 * 512 * 512 * 2

    assert fewer_that_fit(shape, spacing, 2, full) == Fewer()
    assert fewer_that_fit(shape, spacing, 2, full // 2) == Fewer(2, 1, 1)
    assert fewer_that_fit(shape, spacing, 2, full // 8) == Fewer(2, 2, 2)
    assert fewer_that_fit((60, 512, 512), (0.7, 0.7, 5.0), 2, full // 40) == Fewer(1, 2, 2)
    assert fewer_that_fit(shape, spacing, 2, full // (MOST**3) - 1) is None


@pytest.mark.parametrize("at_once", [LEAST, 7, 40])
@pytest.mark.parametrize("beside", [1, 2])
def test_each_slice_is_decoded_once_and_few_are_in_memory(at_once: int, beside: int) -> None:
    """The ceiling is the reader's: a laptop that swaps is a laptop that hangs."""
    voxels = noise(SHAPE)
    volume, decoder = fewer_voxels(voxels, SCANS["straight"], Fewer(2, 2, 2), at_once)
    assert decoder.decoded == list(range(SHAPE[0]))
    decoder.decoded.clear()

    seen = np.zeros(SHAPE[0])
    for run in volume.every.runs(-0.5, SHAPE[0] - 0.5, beside, lambda: True):
        start = round(run.volume.affine.matrix[2, 3] / 0.8 - 50)
        held = run.volume.voxels
        assert len(held) <= at_once
        assert np.array_equal(held, voxels[start : start + len(held)])
        low, high = (round(min(max(x, 0), SHAPE[0] - 1)) for x in (run.start, run.stop))
        seen[int(low) : int(np.ceil(high)) + (run.stop > SHAPE[0])] += 1
        assert max(0, low - (beside - 1)) >= start
        assert min(SHAPE[0] - 1, np.ceil(high) - 1 + beside) <= start + len(held) - 1

    assert (seen == 1).all()
    assert decoder.decoded == list(range(SHAPE[0]))
    assert decoder.most_alive == voxels[0].nbytes  # one frame at a time


def test_of_a_plane_between_two_slices_two_are_decoded() -> None:
    volume, decoder = fewer_voxels(noise(SHAPE), SCANS["straight"], Fewer(2, 2, 2), 16)
    decoder.decoded.clear()

    runs = list(volume.every.runs(10.4, 10.4, 1, lambda: True))

    assert len(runs) == 1
    assert decoder.decoded == [10, 11]


def test_it_ends_when_nobody_waits_any_more() -> None:
    volume, decoder = fewer_voxels(noise(SHAPE), SCANS["straight"], Fewer(2, 2, 2), 8)
    decoder.decoded.clear()

    list(volume.every.runs(0, SHAPE[0], 1, lambda: len(decoder.decoded) < 5))

    assert decoder.decoded == [0, 1, 2, 3, 4]


def test_padding_goes_along_from_run_to_run() -> None:
    """What fills a frame in one slice does not in the next that takes its place in memory."""
    voxels = noise((20, 10, 12))
    voxels[3:5, :5, :5] = -2000
    voxels[11, 5:] = -2000
    format_ = PixelFormat(10, 12, 16, 16, 15, True, padding=-2000)
    volume, _ = fewer_voxels(voxels, SCANS["straight"], Fewer(2, 2, 2), LEAST, pixels=format_)

    for run in volume.every.runs(0, 19, 1, lambda: True):
        padded = run.volume.padded
        found = np.zeros_like(run.volume.voxels) if padded is None else padded
        assert np.array_equal(found > 0, run.volume.voxels == -2000)


def test_a_decoder_counts_what_is_alive() -> None:
    """The measure of the tests above is no measure if it always says little."""
    decoder = Decoder(noise(SHAPE))
    held = [decoder(0), decoder(1)]
    assert decoder.alive == 2 * held[0].nbytes
    held.clear()
    assert decoder.alive == 0
