"""What of an image is covered when it is shown (PS3.3 C.7.6.11, C.7.6.12, C.7.6.15)."""

from attrs import field, frozen

from workstation.domain.presentation import OverlayPlane
from workstation.domain.structure import Colour

#: Column and row, the first of each is 1, as objects write them.
Corner = tuple[int, int]


@frozen
class Rectangle:
    """Columns and rows that are still seen, both ends included."""

    left: int
    right: int
    top: int
    bottom: int


@frozen
class Circle:
    centre: Corner
    radius: int


@frozen
class Polygon:
    """Closed; what lies outside it is covered."""

    corners: tuple[Corner, ...] = field(repr=False)


@frozen
class Shutter:
    """Everything outside its shapes is covered; of several shapes what all of them leave
    open is seen (PS3.3 C.7.6.11.1.1).

    `level` is the grey the covered part takes, 0 black to 65535 white, never inverted;
    `colour` takes its place where the object names one. `bitmap` covers where its bits are 1.
    """

    rectangle: Rectangle | None = None
    circle: Circle | None = None
    polygon: Polygon | None = None
    bitmap: OverlayPlane | None = None
    level: int = 0
    colour: Colour | None = None
