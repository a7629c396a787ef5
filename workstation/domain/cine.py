"""How an object says that its frames follow each other in time."""

from enum import StrEnum

from attrs import frozen


class Sequencing(StrEnum):
    """Preferred Playback Sequencing (0018,1244)."""

    LOOP = "loop"
    SWEEP = "sweep"


class Timed(StrEnum):
    """Which attribute the times come from."""

    VECTOR = "Frame Time Vector"
    RECOMMENDED = "Recommended Display Frame Rate"
    FRAME_TIME = "Frame Time"
    CINE_RATE = "Cine Rate"


@frozen
class CineTiming:
    """For how long each frame of one object is seen, in seconds (PS3.3 C.7.6.5).

    `first` and `last` are the frames to play, counted from 0 (Start and Stop Trim).
    """

    seconds: tuple[float, ...]
    source: Timed
    sequencing: Sequencing = Sequencing.LOOP
    first: int = 0
    last: int = -1
