"""Recorded timing, attribute by attribute (PS3.3 C.7.6.5)."""

from typing import Any

import pytest

from workstation.domain.cine import Sequencing, Timed
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_cine import timing_of


def said(**tags: Any) -> Attributes:
    return Attributes(
        {
            tag[1:]: {"vr": "DS", "Value": each if isinstance(each, list) else [each]}
            for tag, each in tags.items()
        }
    )


@pytest.mark.parametrize(
    ("values", "seconds", "source"),
    [
        (said(_00181063=40), 0.04, Timed.FRAME_TIME),
        (said(_00180040=25), 0.04, Timed.CINE_RATE),
        (said(_00082144=15, _00181063=40), 1 / 15, Timed.RECOMMENDED),
        (said(_00181063=40, _00180040=30), 0.04, Timed.FRAME_TIME),
        (said(_00181063=0, _00180040=30), 1 / 30, Timed.CINE_RATE),
    ],
)
def test_steady_rates(values: Attributes, seconds: float, source: Timed) -> None:
    """What is recommended for display goes first; 0 is no time."""
    found = timing_of(values, 3)

    assert found is not None
    assert found.seconds == pytest.approx((seconds,) * 3)
    assert found.source is source


def test_a_vector_is_honoured_frame_by_frame() -> None:
    """Angiography slows down: 250 ms, then a second. The last frame has no successor."""
    found = timing_of(said(_00181065=[0, 250, 250, 1000], _00082144=15), 4)

    assert found is not None
    assert found.seconds == pytest.approx((0.25, 0.25, 1.0, 0.5))
    assert found.source is Timed.VECTOR


@pytest.mark.parametrize("vector", [[0, 40], [0, -5, 40], [0, 0, 0], [0, 1e9, 40]])
def test_a_vector_that_cannot_be_is_not_believed(vector: list[float]) -> None:
    found = timing_of(said(_00181065=vector, _00181063=50), 3)

    assert found is not None
    assert found.source is Timed.FRAME_TIME


def test_sweep_and_trim() -> None:
    found = timing_of(said(_00181063=40, _00181244=1, _00082142=2, _00082143=5), 6)

    assert found is not None
    assert found.sequencing is Sequencing.SWEEP
    assert (found.first, found.last) == (1, 4)


def test_nothing_is_invented() -> None:
    assert timing_of(said(), 10) is None
    assert timing_of(said(_00181063=40), 1) is None
