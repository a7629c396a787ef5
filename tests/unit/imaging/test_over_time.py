"""What phases give together, beside numpy in double precision."""

import numpy as np
import pytest
from attrs import evolve
from numpy.typing import NDArray
from volume_phantoms import SCANS, display_set

from workstation.domain.presentation import Rescale
from workstation.domain.study import Frame
from workstation.imaging.over_time import How, Phase, bytes_of, combined
from workstation.imaging.pixels import FramePixels
from workstation.imaging.voi import rescaled
from workstation.imaging.volume_voxels import Volume

COUNT, SHAPE = 5, (6, 7)
GOLDEN = {How.MIP: np.max, How.MINIP: np.min, How.MEAN: np.mean}
Values = NDArray[np.float64]
Place = tuple[int, int, int]


def phase(
    number: int, rescale: Rescale, *, bits: int = 12, holes: tuple[Place, ...] = ()
) -> tuple[Phase, Values]:
    """Stored values of one moment, and what they mean; `holes` only fill the frame."""
    rng = np.random.default_rng(number)
    made = display_set(SCANS["straight"], COUNT, SHAPE)
    most = 2**bits - 1

    def said(frame: Frame) -> Frame:
        pixels = evolve(frame.pixels, bits_stored=bits, signed=False)
        return evolve(
            frame, rescale=rescale, pixels=evolve(pixels, padding=most) if holes else pixels
        )

    own = evolve(made, id=f"{number}", frames=tuple(map(said, made.frames)))
    stored = rng.integers(0, most if holes else most + 1, (COUNT, *SHAPE)).astype(np.uint16)
    values = stored.astype(np.float64) * rescale.slope + rescale.intercept
    for hole in holes:
        stored[hole] = most
    stored.flags.writeable = False
    return Phase(own, lambda index: FramePixels(stored[index])), values


def values_of(volume: Volume) -> Values:
    return rescaled(volume.voxels, volume.frame.rescale)


@pytest.mark.parametrize("how", GOLDEN)
def test_the_most_the_least_and_the_mean_over_time_are_those_of_numpy(how: How) -> None:
    """F120: twenty phases of a heart, in Hounsfield units, to the half of a step."""
    rescale = Rescale(1.0, -1024.0, "HU")
    phases, values = zip(*(phase(n, rescale) for n in range(20)), strict=True)

    made = combined(phases, how)

    assert np.abs(values_of(made) - GOLDEN[how](values, axis=0)).max() < 1e-4
    assert made.frame.rescale.unit == "HU"
    assert values_of(made).min() == pytest.approx(made.low * made.frame.rescale.slope
                                                  + made.frame.rescale.intercept)  # fmt: skip


def test_one_phase_less_another_is_their_difference_and_no_intercept_stays() -> None:
    """F124: what a contrast agent adds; air less air is 0, not -1024."""
    rescale = Rescale(1.0, -1024.0, "HU")
    (late, after), (early, before) = phase(1, rescale), phase(2, rescale)

    made = combined([late, early], How.MINUS)

    assert made.voxels.dtype == np.int16
    assert np.array_equal(values_of(made), after - before)
    assert np.array_equal(values_of(combined([late, late], How.MINUS)), np.zeros_like(after))


def test_phases_that_rescale_differently_are_put_together_by_their_values() -> None:
    """PET, and MR of some makers: equal stored numbers are not equal values."""
    (a, first), (b, second) = phase(1, Rescale(0.5, 3.0)), phase(2, Rescale(2.25, -7.0))

    assert np.allclose(values_of(combined([a, b], How.MINUS)), first - second, rtol=1e-6)
    assert np.allclose(values_of(combined([a, b], How.MIP)), np.maximum(first, second), rtol=1e-6)


def test_sixteen_bits_do_not_run_over() -> None:
    """65535 less 0 is no -1."""
    rescale = Rescale()
    (a, first), (b, second) = phase(1, rescale, bits=16), phase(2, rescale, bits=16)

    for how, golden in ((How.MINUS, first - second), (How.MIP, np.maximum(first, second))):
        made = combined([a, b], how)
        assert np.array_equal(values_of(made), golden)
        assert made.voxels.nbytes == bytes_of([a.display_set, b.display_set], how)


def test_what_only_fills_a_frame_at_one_moment_does_not_count() -> None:
    """A field of view that breathes: the edge of one phase is no value of the others."""
    here, everywhere = (1, 2, 3), (4, 0, 0)
    a, _ = phase(1, Rescale(), holes=(here, everywhere))
    b, second = phase(2, Rescale(), holes=(everywhere,))

    for how in (How.MIP, How.MINIP, How.MEAN):
        made = combined([a, b], how)
        assert made.padded is not None
        assert (made.padded[everywhere] > 0, made.padded[here] > 0) == (True, False)
        assert values_of(made)[here] == second[here]
    less = combined([a, b], How.MINUS)
    assert less.padded is not None
    assert less.padded[here] > 0
