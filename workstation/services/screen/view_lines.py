"""Lines that planes, curves and other images draw on a view, in pixels of its image."""

from attrs import frozen

from workstation.domain.measurement import PixelPoint
from workstation.viewing.planes import Plane


@frozen
class CrossLine:
    """Another plane as it cuts a view, in pixels of its image: a line through the crosshair."""

    plane: Plane
    direction: PixelPoint  # of 1 mm in the patient
    slab: PixelPoint = (0.0, 0.0)  # from the line to the edge of that plane's slab
    letter: str = ""  # where it is not that of a plane of the body


@frozen
class Crosshair:
    """Where the planes of a reformat meet on one of their views."""

    at: PixelPoint
    lines: tuple[CrossLine, ...]


@frozen
class Bend:
    """A curve on a view, in pixels of its image: parts that lie in it, points and whether each
    lies in it, parts that lie `beside` it, and its section as a line across it.

    `chosen` is the point in hand, `every` the distance of marks along the straight picture.
    """

    lines: tuple[tuple[PixelPoint, ...], ...]
    points: tuple[PixelPoint, ...]
    near: tuple[bool, ...]
    beside: tuple[tuple[PixelPoint, ...], ...] = ()
    section: tuple[PixelPoint, PixelPoint] | None = None
    chosen: int = -1
    every: float = 0.0


@frozen
class Crossing:
    """Where the active viewport's image cuts another one, in that one's pixels."""

    start: PixelPoint
    end: PixelPoint
    letter: str  # A, C or S, or A, B or C: which way the cutting plane lies
