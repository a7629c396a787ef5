"""Which frame of a film is seen at a moment: arithmetic on times, without a clock.

The frame is chosen by the time that has gone by, never by counting: a machine that is too
slow shows fewer frames, and not a slower heart.
"""

from bisect import bisect_right
from itertools import accumulate

from attrs import field, frozen

from workstation.domain.cine import CineTiming, Sequencing


@frozen
class Film:
    """One turn of a film: frames in the order they are seen, and when each one ends."""

    frames: tuple[int, ...]
    ends: tuple[float, ...] = field(repr=False)  # seconds from the beginning of the turn

    @property
    def length(self) -> float:
        return self.ends[-1]

    def frame_at(self, seconds: float) -> int:
        """The frame that is seen so long after the beginning, turn after turn."""
        return self.frames[self._place(seconds)]

    def until_next(self, seconds: float) -> float:
        """How long that frame is still seen."""
        return self.ends[self._place(seconds)] - seconds % self.length

    def begin_of(self, frame: int) -> float:
        """When a frame is first seen; the beginning where it is not part of the film."""
        if frame not in self.frames:
            return 0.0
        at = self.frames.index(frame)
        return self.ends[at - 1] if at else 0.0

    @property
    def rate(self) -> float:
        """Frames a second, on average."""
        return len(self.frames) / self.length

    def _place(self, seconds: float) -> int:
        return min(bisect_right(self.ends, seconds % self.length), len(self.frames) - 1)


def film(
    count: int, timing: CineTiming | None, rate: float, sequencing: Sequencing | None = None
) -> Film:
    """Of `count` frames, as recorded; `rate` a second where nothing is.

    A sweep goes 1, 2 … n, n-1 … 2, 1, 2 …: its ends are seen once (PS3.3 C.7.6.5).
    """
    seconds = (1 / rate,) * count
    first, last = 0, count - 1
    if timing is not None and len(timing.seconds) == count:
        seconds = timing.seconds
        first, last = timing.first, timing.last if timing.last >= 0 else last
        sequencing = sequencing or timing.sequencing
    frames = tuple(range(first, last + 1))
    if sequencing is Sequencing.SWEEP:
        frames += tuple(range(last - 1, first, -1))
    return Film(frames, tuple(accumulate(seconds[each] for each in frames)))
