"""Ink on images as a paint list: pure values that a painter draws one after the other.

Coordinates are logical pixels of the view. Every engine draws the same list; where a line
lies is decided here, from the same `ResolvedView` that placed the pixels.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint
from workstation.domain.study import Frame, SpacingOrigin
from workstation.rendering.picture import Picture
from workstation.services.viewed import Crossing
from workstation.text import tr
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.tool import Preview

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, width, height
Dash = Literal["solid", "dash", "dot", "dashdot"]

#: Where a label may stand: eight directions, 24 to 48 px off what it names.
_DIRECTIONS: Final = ((1, 0), (1, -1), (1, 1), (-1, 0), (-1, -1), (-1, 1), (0, -1), (0, 1))
_DISTANCE: Final = 30.0

#: How much outward is worth, in grey levels from the middle of the view to its corner.
_OUTWARDS: Final = 300.0

_PLANES: Final[Mapping[str, tuple[str, Dash]]] = {
    "A": ("ink.plane_a", "solid"),
    "C": ("ink.plane_c", "dash"),
    "S": ("ink.plane_s", "dashdot"),
}


@frozen
class Stroke:
    """A line through points, with a dark edge where it lies on the image."""

    points: tuple[Point, ...]
    token: str
    width: float = 1.5
    dash: Dash = "solid"
    closed: bool = False
    halo: bool = True


@frozen
class Oval:
    """The ellipse inscribed in a box."""

    box: Box
    token: str
    width: float = 1.5


@frozen
class Handle:
    """A hollow square: a filled one would hide the edge it measures."""

    at: Point


@frozen
class Plate:
    """A label: value first, then what belongs to it; joined to `anchor` by a dotted line."""

    box: Box
    first: str
    second: str
    anchor: Point


@frozen
class Letter:
    """The series letter at the end of a reference line."""

    at: Point
    text: str
    token: str


Item = Stroke | Oval | Handle | Plate | Letter

#: (first, second) to the width and height of the plate, as the fonts in use need it.
Sizer = Callable[[str, str], tuple[float, float]]


@frozen
class Canvas:
    """What the list is made for."""

    view: ResolvedView
    ratio: float
    picture: Picture | None
    sizer: Sizer

    @property
    def size(self) -> Point:
        return self.view.width / self.ratio, self.view.height / self.ratio

    def at(self, point: PixelPoint) -> Point:
        x, y = self.view.to_view(point)  # integer image coordinates are pixel centres
        return x / self.ratio, y / self.ratio


def paint_list(
    canvas: Canvas,
    measurements: Sequence[Measurement],
    selected: str,
    preview: Preview,
    crossings: Sequence[Crossing],
    places: dict[str, int],
) -> tuple[Item, ...]:
    """Everything inked on one view. `places` remembers on which side each label stands."""
    items: list[Item] = []
    for crossing in crossings:
        items.extend(_crossing(canvas, crossing))
    taken: list[Box] = [_bounds([canvas.at(p) for p in m.points]) for m in measurements]
    for measurement in measurements:
        items.append(_shape(canvas, measurement.kind, measurement.points, 1.5))
    for measurement in measurements:
        active = measurement.id == selected
        plate = _plate(canvas, measurement, taken, places)
        if plate is not None:
            taken.append(plate.box)
            items.append(plate)
        if active:
            items.extend(Handle(at) for at in handles(canvas, measurement))
    if preview.kind is not None:
        items.append(_shape(canvas, preview.kind, preview.points, 1.5))
    return tuple(items)


def handles(canvas: Canvas, measurement: Measurement) -> tuple[Point, ...]:
    """Where a measurement can be taken hold of, one for each of its points."""
    return tuple(canvas.at(point) for point in measurement.points)


def distance(canvas: Canvas, measurement: Measurement, at: Point) -> float:
    """From a place on the view to the line of a measurement."""
    points = [canvas.at(p) for p in measurement.points]
    if measurement.kind is MeasurementKind.LENGTH:
        return _to_segment(at, points[0], points[1])
    left, top, width, height = _bounds(points)
    if measurement.kind is MeasurementKind.ELLIPSE and width > 0 and height > 0:
        dx, dy = at[0] - left - width / 2, at[1] - top - height / 2
        radius = math.hypot(dx / (width / 2), dy / (height / 2))
        return abs(radius - 1) * min(width, height) / 2
    corners = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    sides = zip(corners, [*corners[1:], corners[0]], strict=True)
    return min(_to_segment(at, p, q) for p, q in sides)


def words(measurement: Measurement) -> tuple[str, str]:
    """The two lines of a label: name, value, unit and honesty; then the statistics."""
    unit = measurement.unit
    if measurement.note:
        unit = tr("{unit} ({note})", unit=unit, note=measurement.note)
    if measurement.value is None:
        return tr("{id}  not defined", id=measurement.id), ""
    value = f"{measurement.value:.1f}".replace("-", "−")
    first = f"{measurement.id}  {value} {unit}"
    stats = measurement.stats
    if "mean" not in stats:
        return first, ""
    mean, sd = (_figure(stats[name]) for name in ("mean", "sd"))
    parts = tr("mean {mean} {unit}  SD {sd}", mean=mean, unit=measurement.stats_unit, sd=sd)
    return first, parts


def _figure(value: float) -> str:
    text = f"{value:.1f}" if abs(value) < 1000 else f"{value:.0f}"
    if value and abs(value) < 0.1:
        text = f"{value:.3g}"
    return text.replace("-", "−")


@frozen
class ScaleBar:
    """A line of round length, in logical pixels, with its words."""

    length: float
    text: str


def scale_bar(view: ResolvedView, frame: Frame, ratio: float) -> ScaleBar | None:
    """A fifth to a third of the view's width; None where millimetres are not known."""
    across = frame.plane.column_spacing if frame.plane is not None else frame.spacing.column
    if across <= 0:
        return None
    along = math.hypot(*view.vector_to_image(1, 0))
    sideways = view.vector_to_image(1, 0)
    down = frame.plane.row_spacing if frame.plane is not None else frame.spacing.row
    per_pixel = math.hypot(sideways[0] * across, sideways[1] * down) * ratio
    if along <= 0 or per_pixel <= 0:
        return None
    most = view.width / ratio / 4 * per_pixel
    step = 10.0 ** math.floor(math.log10(most))
    length = next(m * step for m in (5.0, 2.0, 1.0) if m * step <= most)
    text = tr("{n:g} mm", n=length)
    if frame.spacing.origin is SpacingOrigin.DETECTOR:
        text = tr("{n:g} mm (detector)", n=length)
    return ScaleBar(length / per_pixel, text)


def runs(states: Sequence[str]) -> tuple[tuple[int, int, str], ...]:
    """Neighbours of one state put together: first, past the last, state."""
    found: list[tuple[int, int, str]] = []
    for index, state in enumerate(states):
        if found and found[-1][2] == state:
            found[-1] = (found[-1][0], index + 1, state)
        else:
            found.append((index, index + 1, state))
    return tuple(found)


def _crossing(canvas: Canvas, crossing: Crossing) -> tuple[Item, Item]:
    token, dash = _PLANES[crossing.letter]
    start, end = canvas.at(crossing.start), canvas.at(crossing.end)
    wide, high = canvas.size
    x = min(max(end[0] - 14, 12.0), wide - 36)
    y = min(max(end[1] - 6, 24.0), high - 12)
    return Stroke((start, end), token, 1.0, dash), Letter((x, y), crossing.letter, token)


def _shape(
    canvas: Canvas, kind: MeasurementKind, points: Sequence[PixelPoint], width: float
) -> Stroke | Oval:
    at = tuple(canvas.at(point) for point in points)
    if kind is MeasurementKind.LENGTH:
        return Stroke(at, "ink.measure", width)
    left, top, wide, high = _bounds(at)
    if kind is MeasurementKind.ELLIPSE:
        return Oval((left, top, wide, high), "ink.measure", width)
    corners = ((left, top), (left + wide, top), (left + wide, top + high), (left, top + high))
    return Stroke(corners, "ink.measure", width, closed=True)


def _plate(
    canvas: Canvas, measurement: Measurement, taken: Sequence[Box], places: dict[str, int]
) -> Plate | None:
    first, second = words(measurement)
    width, height = canvas.sizer(first, second)
    shape = _bounds([canvas.at(p) for p in measurement.points])
    key = f"{measurement.id}/{measurement.revision}"
    if key not in places:
        scores = [_badness(canvas, _beside(shape, d, width, height), taken) for d in _DIRECTIONS]
        places[key] = min(range(len(scores)), key=scores.__getitem__)
    box = _inside(_beside(shape, _DIRECTIONS[places[key]], width, height), canvas.size)
    return Plate(box, first, second, _anchor(canvas, measurement, box))


def _beside(shape: Box, direction: tuple[int, int], width: float, height: float) -> Box:
    left, top, wide, high = shape
    dx, dy = direction
    off = _DISTANCE if dx and dy else _DISTANCE + 6
    x = left + wide / 2 - width / 2 + dx * (wide / 2 + width / 2 + off * (0.8 if dy else 1))
    y = top + high / 2 - height / 2 + dy * (high / 2 + height / 2 + off * (0.8 if dx else 1))
    return x, y, width, height


def _badness(canvas: Canvas, box: Box, taken: Sequence[Box]) -> float:
    """Bright or busy ground, other ink, the edge and the middle of the view are bad places.

    The middle because what is read lies there: lung is dark and flat and no place for words.
    """
    inside = _inside(box, canvas.size)
    wide, high = canvas.size
    x, y = inside[0] + inside[2] / 2 - wide / 2, inside[1] + inside[3] / 2 - high / 2
    bad = -_OUTWARDS * math.hypot(x, y) / math.hypot(wide / 2, high / 2)
    if inside != box:
        bad += 400
    bad += sum(600.0 for other in taken if _overlap(inside, other))
    ground = _ground(canvas, inside)
    if ground is not None and ground.size:
        bad += float(ground.mean()) + 2 * float(ground.std())
    return bad


def _ground(canvas: Canvas, box: Box) -> NDArray[np.uint8] | None:
    picture = canvas.picture
    if picture is None:
        return None
    left, top, wide, high = (round(v * canvas.ratio) for v in box)
    x, y = max(0, left - picture.left), max(0, top - picture.top)
    x_end, y_end = max(0, left + wide - picture.left), max(0, top + high - picture.top)
    return picture.pixels[y:y_end, x:x_end]


def _inside(box: Box, size: Point) -> Box:
    """Moved so that it clears the edges, the words in the corners' margins and the bar."""
    left, top, wide, high = box
    x = min(max(left, 10.0), max(10.0, size[0] - 22 - wide))
    y = min(max(top, 8.0), max(8.0, size[1] - 8 - high))
    return x, y, wide, high


def _bounds(points: Sequence[Point]) -> Box:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def _anchor(canvas: Canvas, measurement: Measurement, box: Box) -> Point:
    """Where the leader of a label meets what it names: on the line, or on the region's box."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    points = [canvas.at(p) for p in measurement.points]
    if measurement.kind is MeasurementKind.LENGTH:
        return _on_segment((x, y), points[0], points[1])
    left, top, wide, high = _bounds(points)
    if measurement.kind is MeasurementKind.RECTANGLE:
        return min(max(x, left), left + wide), min(max(y, top), top + high)
    angle = math.atan2(y - top - high / 2, x - left - wide / 2)
    return (
        left + wide / 2 * (1 + math.cos(angle)),
        top + high / 2 * (1 + math.sin(angle)),
    )


def _on_segment(at: Point, p: Point, q: Point) -> Point:
    dx, dy = q[0] - p[0], q[1] - p[1]
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else ((at[0] - p[0]) * dx + (at[1] - p[1]) * dy) / length
    t = min(max(t, 0.0), 1.0)
    return p[0] + t * dx, p[1] + t * dy


def _to_segment(at: Point, p: Point, q: Point) -> float:
    x, y = _on_segment(at, p, q)
    return math.hypot(at[0] - x, at[1] - y)
