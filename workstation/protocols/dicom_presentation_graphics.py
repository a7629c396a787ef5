"""What a presentation state draws: layers, figures, texts (PS3.3 C.10.5, C.10.7)."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from workstation.domain.measurement import PixelPoint, centred
from workstation.domain.presentation_state import (
    Align,
    Annotation,
    Graphic,
    Layer,
    Shape,
    Units,
    Words,
)
from workstation.domain.structure import Colour
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_references import images_of
from workstation.protocols.dicom_shutter import lab_colour

#: Points of all figures of one state; beyond it the drawing would stall the reader.
MAX_POINTS: Final = 100_000
MAX_OBJECTS: Final = 5_000
_MOST_LETTERS: Final = 4_000
_MOST_LAYERS: Final = 500
#: Pixels; what lies farther out is no place on any image.
_FARTHEST: Final = 1e6
#: How many points a shape has, at least and at most; the fewest of a closed line is 4.
_POINTS: Final = {
    Shape.POINT: (1, 1),
    Shape.POLYLINE: (2, MAX_POINTS),
    Shape.INTERPOLATED: (2, MAX_POINTS),
    Shape.CIRCLE: (2, 2),
    Shape.ELLIPSE: (4, 4),
}


@frozen
class Drawing:
    """The annotations in the order of the object; `lost` counts what could not be taken over."""

    annotations: tuple[Annotation, ...]
    lost: int


def layers_of(values: Attributes) -> tuple[Layer, ...]:
    """By order, lowest first; a layer that is named twice is the first one."""
    found: dict[str, Layer] = {}
    for item in list(values.items("00700060"))[:_MOST_LAYERS]:
        name = item.text("00700002")
        layer = Layer(name, item.whole("00700062") or 0, _colour(item), item.text("00700068"))
        found.setdefault(name, layer)
    return tuple(sorted(found.values(), key=lambda layer: layer.order))


def drawing_of(values: Attributes) -> Drawing:
    """Every annotation; compound figures are drawn by the plain ones that stand beside them
    (C.10.5.1.2.2), and counted as lost where there are none."""
    room, lost, made = _Room(), 0, []
    for item in values.items("00700001"):
        figures, texts = list(item.items("00700009")), list(item.items("00700008"))
        graphics = [g for each in figures if (g := _graphic(each, room)) is not None]
        words = [w for each in texts if (w := _words(each, room)) is not None]
        lost += len(figures) - len(graphics) + len(texts) - len(words)
        lost += _compound_alone(item, [*figures, *texts])
        made.append(
            Annotation(item.text("00700002"), tuple(graphics), tuple(words), images_of(item))
        )
    return Drawing(tuple(made), lost)


class _Room:
    """What one state may still draw."""

    def __init__(self) -> None:
        self._points, self._objects = MAX_POINTS, MAX_OBJECTS

    def takes(self, points: int) -> bool:
        if points > self._points or self._objects == 0:
            return False
        self._points -= points
        self._objects -= 1
        return True


def _graphic(item: Attributes, room: _Room) -> Graphic | None:
    """None for what is no figure: an odd number of coordinates, too few, not finite, in the
    matrix of a whole slide."""
    kind, written = item.text("00700023"), item.numbers("00700022")
    if kind not in set(Shape) or item.text("00700005") not in set(Units) or len(written) % 2:
        return None
    shape, units = Shape(kind), Units(item.text("00700005"))
    least, most = _POINTS[shape]
    if not least <= len(written) // 2 <= most or not _near(written):
        return None
    if not room.takes(len(written) // 2):
        return None
    points = tuple(_placed((x, y), units) for x, y in zip(written[::2], written[1::2], strict=True))
    closed = shape in (Shape.CIRCLE, Shape.ELLIPSE) or points[0] == points[-1]
    return Graphic(
        shape, units, points,
        filled=closed and item.text("00700024") == "Y",
        colour=lab_colour(item.item("00700232"), "00700251"),
    )  # fmt: skip


def _words(item: Attributes, room: _Room) -> Words | None:
    """None without a text, or without a place for it."""
    text = "\n".join(item.lines("00700006"))[:_MOST_LETTERS]
    box_units, anchor_units = (
        Units(said) if (said := item.text(tag)) in set(Units) else None
        for tag in ("00700003", "00700004")
    )
    first, last = _corner(item, "00700010", box_units), _corner(item, "00700011", box_units)
    anchor = _corner(item, "00700014", anchor_units)
    box = (first, last) if first is not None and last is not None else None
    if not text or (box is None and anchor is None) or not room.takes(1):
        return None
    return Words(
        text, box, box_units or Units.PIXEL, anchor, anchor_units or Units.PIXEL,
        anchor_shown=item.text("00700015") == "Y",
        align=Align(said) if (said := item.text("00700012")) in set(Align) else Align.LEFT,
        colour=lab_colour(item.item("00700231"), "00700241"),
    )  # fmt: skip


def _corner(item: Attributes, tag: str, units: Units | None) -> PixelPoint | None:
    written = item.numbers(tag)
    if units is None or len(written) != 2 or not _near(written):
        return None
    return _placed((written[0], written[1]), units)


def _placed(point: PixelPoint, units: Units) -> PixelPoint:
    return point if units is Units.DISPLAY else centred(point)


def _near(written: Sequence[float]) -> bool:
    return all(math.isfinite(each) and abs(each) <= _FARTHEST for each in written)


def _compound_alone(item: Attributes, beside: Sequence[Attributes]) -> int:
    """Compound figures that no plain one stands for."""
    drawn = {each.whole("00700226") for each in beside}
    return sum(1 for each in _compound(item) if each.whole("00700226") not in drawn)


def _compound(item: Attributes) -> Iterator[Attributes]:
    yield from list(item.items("00700209"))[:MAX_OBJECTS]


def _colour(layer: Attributes) -> Colour | None:
    """As recommended; a grey of 16 bits where no colour is (C.10.7.1.1)."""
    colour = lab_colour(layer, "00700401")
    grey = layer.whole("00700066")
    if colour is None and grey is not None and 0 <= grey <= 65_535:
        level = grey // 257
        return level, level, level
    return colour
