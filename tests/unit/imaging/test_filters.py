"""Filters of the picture, against the sums they stand for written out."""

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import frame
from numpy.typing import NDArray

from workstation.imaging import filters
from workstation.imaging.filters import DisplayFilter, equalised, filtered

NOISE = np.random.default_rng(90).normal(100, 20, (23, 31))
ONE = frame(shape=(23, 31))


def blurred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each pixel the mean of those within three, weighted by exp(-r²/2): a double sum."""
    found = np.empty_like(values)
    rows, columns = values.shape
    for y in range(rows):
        for x in range(columns):
            near = [
                (np.exp(-((y - v) ** 2 + (x - u) ** 2) / 2), values[v, u])
                for v in range(max(0, y - 3), min(rows, y + 4))
                for u in range(max(0, x - 3), min(columns, x + 4))
            ]
            found[y, x] = sum(w * value for w, value in near) / sum(w for w, _ in near)
    return found


def test_smooth_is_the_weighted_mean_of_what_is_near() -> None:
    assert filtered(NOISE, ONE, DisplayFilter.SMOOTH) == pytest.approx(blurred(NOISE), abs=1e-9)


def test_sharpen_adds_once_more_what_the_blur_takes_away() -> None:
    expected = NOISE + (NOISE - blurred(NOISE))

    assert filtered(NOISE, ONE, DisplayFilter.SHARPEN) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("kind", [DisplayFilter.SMOOTH, DisplayFilter.SHARPEN])
def test_padding_stays_and_casts_no_shadow(kind: DisplayFilter) -> None:
    """A dark or bright rim along the edge of a scan field looks like an effusion or a fracture."""
    padded = evolve(ONE, pixels=evolve(ONE.pixels, padding=-2000))
    stored = np.full((23, 31), 40, np.int16)
    stored[:, :9] = -2000

    assert np.array_equal(filtered(stored, padded, kind), stored)


def test_a_sharpened_value_does_not_come_round_at_the_other_end() -> None:
    """Metal at 4095 that wraps to 0 is a black hole in a bone."""
    bits = evolve(ONE, pixels=evolve(ONE.pixels, bits_stored=12, signed=False))
    stored = np.zeros((23, 31), np.uint16)
    stored[8:14, 8:14] = 4095

    found = filtered(stored, bits, DisplayFilter.SHARPEN)

    assert found.dtype == np.uint16
    assert found[10, 10] == 4095
    assert (found[7, 8:14] == 0).all()
    assert found.max() == 4095


def test_what_is_filtered_is_a_copy() -> None:
    stored = NOISE.astype(np.int16)
    before = stored.copy()
    stored.flags.writeable = False

    filtered(stored, ONE, DisplayFilter.SHARPEN)

    assert np.array_equal(stored, before)


def test_one_tile_without_a_limit_is_plain_equalisation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The share of pixels at most as bright, black apart: counted pixel by pixel."""
    monkeypatch.setattr(filters, "TILES", 1)
    monkeypatch.setattr(filters, "MOST_CONTRAST", 1e9)
    grey = np.random.default_rng(1).integers(0, 120, (24, 40)).astype(np.uint8)
    black = (grey == 0).sum()
    share = np.array([(grey <= v).sum() - black for v in grey.ravel()]) / (grey.size - black)

    found = equalised(grey).ravel().astype(int)

    assert np.abs(found - 255 * share).max() <= 0.51


def test_contrast_is_limited() -> None:
    """Noise of an even region must not become a texture: no step steeper than the limit."""
    grey = np.full((256, 256), 100, np.uint8)
    grey[::2] = 101

    found = equalised(grey).astype(int)

    assert 0 < found.max() - found.min() <= filters.MOST_CONTRAST + 1


def test_what_is_faint_in_the_dark_and_in_the_bright_is_seen_better() -> None:
    rng = np.random.default_rng(2)
    grey = np.empty((128, 256))
    grey[:, :128], grey[:, 128:] = 30, 210
    for left in (0, 128):
        grey[58:66, left + 60 : left + 70] += 6
    found = equalised((grey + rng.normal(0, 2, grey.shape)).astype(np.uint8)).astype(float)

    for left in (0, 128):
        inside = found[58:66, left + 60 : left + 70].mean()
        outside = found[46:56, left + 60 : left + 70].mean()
        assert inside - outside > 9  # of 6


def test_black_stays_black() -> None:
    """Padding and collimation are not lifted to grey."""
    grey = np.zeros((64, 64), np.uint8)
    grey[20:50, 20:50] = np.random.default_rng(3).integers(1, 255, (30, 30))

    assert not equalised(grey)[grey == 0].any()
    assert not equalised(np.zeros((5, 3), np.uint8)).any()
