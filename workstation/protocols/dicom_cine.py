"""Recorded timing of a multi-frame object (PS3.3 C.7.6.5, the Cine Module).

Times that differ from frame to frame are what happened and are kept; else the rate that the
object recommends for display goes before the one it was made at. No rate is invented.
"""

import math
from typing import Final

from workstation.domain.cine import CineTiming, Sequencing, Timed
from workstation.protocols.dicom_attributes import Attributes

_VECTOR, _FRAME_TIME, _CINE_RATE = "00181065", "00181063", "00180040"
_RECOMMENDED, _SEQUENCING = "00082144", "00181244"
_START_TRIM, _STOP_TRIM = "00082142", "00082143"
#: Frames that stand longer than a minute, or go faster than any screen, are no timing.
_LONGEST_S: Final = 60.0
_SHORTEST_S: Final = 1 / 1000


def timing_of(values: Attributes, count: int) -> CineTiming | None:
    """None for single frames, and where nothing usable is said."""
    if count < 2:
        return None
    found = _increments(values, count) or _steady(values, count)
    if found is None:
        return None
    seconds, source = found
    sweeps = values.whole(_SEQUENCING) == 1
    first, last = _trim(values, count)
    return CineTiming(seconds, source, Sequencing.SWEEP if sweeps else Sequencing.LOOP, first, last)


def _increments(values: Attributes, count: int) -> tuple[tuple[float, ...], Timed] | None:
    """Frame Time Vector: milliseconds from the frame before, 0 for the first one. The last
    frame has no successor: it stands as long as the others on average."""
    vector = [ms / 1000 for ms in values.numbers(_VECTOR)]
    if len(vector) != count or not all(map(_usable, vector[1:])):
        return None
    if all(math.isclose(each, vector[1], rel_tol=1e-6) for each in vector[1:]):
        recommended = _steady(values, count)
        if recommended is not None and recommended[1] is Timed.RECOMMENDED:
            return recommended
    return (*vector[1:], math.fsum(vector[1:]) / (count - 1)), Timed.VECTOR


def _steady(values: Attributes, count: int) -> tuple[tuple[float, ...], Timed] | None:
    rates = (values.number(_RECOMMENDED), values.number(_CINE_RATE))
    recommended, cine = (1 / rate if rate is not None and rate > 0 else None for rate in rates)
    frame_ms = values.number(_FRAME_TIME)
    frame_time = None if frame_ms is None else frame_ms / 1000
    offered = (
        (recommended, Timed.RECOMMENDED),
        (frame_time, Timed.FRAME_TIME),
        (cine, Timed.CINE_RATE),
    )
    for seconds, source in offered:
        if seconds is not None and _usable(seconds):
            return (seconds,) * count, source
    return None


def _usable(seconds: float) -> bool:
    return _SHORTEST_S <= seconds <= _LONGEST_S


def _trim(values: Attributes, count: int) -> tuple[int, int]:
    """The frames to play; all of them where the trim makes no sense."""
    start, stop = values.whole(_START_TRIM) or 1, values.whole(_STOP_TRIM) or count
    return (start - 1, stop - 1) if 1 <= start < stop <= count else (0, count - 1)
