"""Display shutters out of metadata (PS3.3 C.7.6.11, C.7.6.12, C.7.6.15, C.7.6.16.2.16).

A shape whose numbers make none is left out: the image is rather seen than covered.
"""

from collections.abc import Sequence
from typing import Final

from workstation.domain.presentation import OverlayPlane
from workstation.domain.shutter import Circle, Corner, Polygon, Rectangle, Shutter
from workstation.domain.structure import Colour
from workstation.imaging.cielab import to_srgb
from workstation.protocols.dicom_attributes import Attributes

#: Corners of one outline; a collimator has eight.
MOST_CORNERS: Final = 2_000
_FARTHEST: Final = 1 << 20  # pixels
_WHITE: Final = 65_535
_LAB: Final = 3


def shutter_of(values: Attributes, planes: Sequence[OverlayPlane] = ()) -> Shutter | None:
    """None where nothing is covered. `planes` are the overlays of a presentation state."""
    shapes = set(values.texts("00181600"))
    found = Shutter(
        rectangle=_rectangle(values) if "RECTANGULAR" in shapes else None,
        circle=_circle(values) if "CIRCULAR" in shapes else None,
        polygon=_polygon(values) if "POLYGONAL" in shapes else None,
        bitmap=_bitmap(values, planes) if "BITMAP" in shapes else None,
        level=min(max(values.whole("00181622") or 0, 0), _WHITE),
        colour=lab_colour(values, "00181624"),
    )
    shaped = (found.rectangle, found.circle, found.polygon, found.bitmap)
    return None if all(each is None for each in shaped) else found


def is_unusable(values: Attributes, planes: Sequence[OverlayPlane] = ()) -> bool:
    """Whether a shutter is named that cannot be drawn in all of its shapes."""
    shapes = set(values.texts("00181600")) - {""}
    found = shutter_of(values, planes)
    if not shapes or found is None:
        return bool(shapes)
    drawn = (found.rectangle, found.circle, found.polygon, found.bitmap)
    return sum(each is not None for each in drawn) < len(shapes)


def lab_colour(values: Attributes, tag: str) -> Colour | None:
    """A recommended colour; what are not three values of 16 bits is none."""
    encoded = [int(each) for each in values.numbers(tag)]
    usable = len(encoded) == _LAB and all(0 <= each <= _WHITE for each in encoded)
    return to_srgb(encoded) if usable else None


def _bitmap(values: Attributes, planes: Sequence[OverlayPlane]) -> OverlayPlane | None:
    group = values.whole("00181623")
    return next((each for each in planes if each.group == group and each.bits), None)


def _rectangle(values: Attributes) -> Rectangle | None:
    tags = ("00181602", "00181604", "00181606", "00181608")
    left, right, top, bottom = (values.whole(tag) for tag in tags)
    if left is None or right is None or top is None or bottom is None:
        return None
    if left > right or top > bottom or max(map(abs, (left, right, top, bottom))) > _FARTHEST:
        return None
    return Rectangle(left, right, top, bottom)


def _circle(values: Attributes) -> Circle | None:
    centre, radius = values.numbers("00181610"), values.whole("00181612")
    if len(centre) != 2 or radius is None or not 0 < radius <= _FARTHEST:
        return None
    row, column = (int(each) for each in centre)
    return Circle((column, row), radius) if max(abs(row), abs(column)) <= _FARTHEST else None


def _polygon(values: Attributes) -> Polygon | None:
    written = values.numbers("00181620")
    if len(written) % 2 or not 6 <= len(written) <= 2 * MOST_CORNERS:
        return None
    if max(map(abs, written)) > _FARTHEST:
        return None
    corners: tuple[Corner, ...] = tuple(
        (int(column), int(row)) for row, column in zip(written[::2], written[1::2], strict=True)
    )
    return Polygon(corners)
