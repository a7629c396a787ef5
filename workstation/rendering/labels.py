"""Labels of measurements: what they say, and where they stand so that they hide nothing."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.measurement import WORDS, Measurement, MeasurementKind
from workstation.domain.study import SpacingOrigin
from workstation.imaging.measure import NOTES
from workstation.rendering.ink import Box, Canvas, Plate, Point, bounds
from workstation.rendering.shapes import nearest
from workstation.text import tr

#: Where a label may stand: eight directions, 24 to 48 px off what it names.
_DIRECTIONS: Final = ((1, 0), (1, -1), (1, 1), (-1, 0), (-1, -1), (-1, 1), (0, -1), (0, 1))
_DISTANCE: Final = 30.0

#: Where a shape fills the view: so far from its edges, clear of the words in its corners.
_EDGE: Final = (24.0, 72.0)
#: What it costs to lie on what is measured, and on other ink.
_COVERS: Final = 9000.0
_CROWDS: Final = 1500.0

#: How much outward is worth, in grey levels from the middle of the view to its corner.
_OUTWARDS: Final = 300.0


def words(measurement: Measurement) -> tuple[str, str]:
    """The two lines of a label: name, value, unit and honesty; then what belongs to them."""
    if measurement.kind in WORDS:
        return f"{measurement.id}  {measurement.text}".rstrip(), ""
    first = f"{measurement.id}  {value_line(measurement)}"
    below = "" if "radius" in measurement.layer else _more(measurement)  # a sphere is a line alone
    parts = [below, _layer(measurement), measurement.text, _whose(measurement)[1]]
    return first, "  ".join(part for part in parts if part)


def explained(measurement: Measurement) -> str:
    """What the label has no room for: the ends of a region's values, how sure a length is."""
    first, _ = words(measurement)
    first = ", ".join(filter(None, (first, _whose(measurement)[1])))
    first = ", ".join(filter(None, (first, _how_sure(measurement))))
    stats, unit = measurement.stats, measurement.stats_unit
    if {"min", "max"} <= stats.keys():
        low, high = (_figure(stats[name]) for name in ("min", "max"))
        more = tr("min {low}  max {high} {unit}", low=low, high=high, unit=unit)
        counted = tr("{n} pixels", n=round(stats["pixels"])) if "pixels" in stats else ""
        return ", ".join(filter(None, (first, more, counted)))
    return first


def _how_sure(measurement: Measurement) -> str:
    """As far as a hand can tell pixels apart (`imaging.uncertainty` has the formulas)."""
    doubt = measurement.uncertainty
    if doubt is None:
        return ""
    size, unit = _figure(doubt), measurement.unit
    said = f"± {size}{unit}" if unit == "°" else f"± {size} {unit}".rstrip()
    return tr("{doubt} (half a pixel at each point)", doubt=said)


def value_line(measurement: Measurement) -> str:
    """Value, unit and whose millimetres; or why there is none."""
    if measurement.value is None:
        if measurement.note:
            return tr("not defined ({note})", note=measurement.note)
        return tr("not defined")
    value, unit = _number(measurement, measurement.value), measurement.unit
    if unit == "°":
        return f"{value}°"
    if note := _whose(measurement)[0]:
        unit = tr("{unit} ({note})", unit=unit, note=note)
    if "short" in measurement.stats:
        value = f"{value} × {_number(measurement, measurement.stats['short'])}"
    return f"{value} {unit}".rstrip()


def _whose(measurement: Measurement) -> tuple[str, str]:
    """Whose millimetres, for the first line; and by which reader since when, for the second."""
    user = NOTES[SpacingOrigin.USER]
    if measurement.note.startswith(user):
        return tr(user), measurement.note.removeprefix(user).strip()
    return measurement.note, ""


def _number(measurement: Measurement, value: float) -> str:
    if measurement.kind is MeasurementKind.CARDIOTHORACIC:
        return f"{value:.2f}"
    if measurement.kind is MeasurementKind.POINT:
        return _figure(value)
    digits = 2 if measurement.unit == "cm²" else 1  # as ours in mm², to the pixel
    return f"{value:.{digits}f}".replace("-", "−")


def _more(measurement: Measurement) -> str:
    stats, unit = measurement.stats, measurement.stats_unit
    if "mean" in stats and not {"sd", "max"} <= stats.keys():  # as another program reports it
        return tr("mean {mean} {unit}", mean=_figure(stats["mean"]), unit=unit).rstrip()
    if "mean" in stats:
        mean, sd, most = (_figure(stats[name]) for name in ("mean", "sd", "max"))
        if unit.startswith("SUV"):  # read for its hottest pixel
            return tr("{unit} max {most}  mean {mean}", unit=unit, most=most, mean=mean)
        return tr("mean {mean} {unit}  SD {sd}", mean=mean, unit=unit, sd=sd)
    if "time" in stats:
        return tr("time {time} {unit}", time=_figure(stats["time"], 3), unit=unit)
    if "heart" in stats:
        heart, thorax = (f"{stats[name]:.1f}" for name in ("heart", "thorax"))
        return tr("heart {heart}  thorax {thorax} {unit}", heart=heart, thorax=thorax, unit=unit)
    return ""


def _layer(measurement: Measurement) -> str:
    """What was laid over the image says of the same place."""
    layer, unit = measurement.layer, measurement.layer_unit
    if "value" in layer:
        return f"{_figure(layer['value'])} {unit}".rstrip()
    if "radius" in layer:
        return _sphere(layer, unit)
    if "max" in layer:
        most, mean = _figure(layer["max"]), _figure(layer["mean"])
        return tr("{unit} max {most}  mean {mean}", unit=unit, most=most, mean=mean)
    return ""


def _sphere(layer: Mapping[str, float], unit: str) -> str:
    """SUVmax, peak and mean, and what lies above the threshold."""
    most, mean = _figure(layer["max"]), _figure(layer["mean"])
    peak = _figure(layer["peak"]) if "peak" in layer else tr("none")
    inside = tr("{unit} max {most}  peak {peak}  mean {mean}", unit=unit, most=most, peak=peak,
                mean=mean)  # fmt: skip
    size = tr("sphere {mm} mm", mm=round(2 * layer["radius"]))
    above = tr("{percent} %: {ml} ml, TLG {tlg}", percent=round(layer["threshold"]),
               ml=_figure(layer["volume"]), tlg=_figure(layer["tlg"]))  # fmt: skip
    return f"{size}: {inside}  {above}"


def _figure(value: float, digits: int = 1) -> str:
    text = f"{value:.{digits}f}" if abs(value) < 1000 else f"{value:.0f}"
    if value and abs(value) < 0.1:
        text = f"{value:.3g}"
    return text.replace("-", "−")


def plate(
    canvas: Canvas,
    measurement: Measurement,
    shapes: Sequence[Box],
    taken: Sequence[Box],
    places: dict[str, int],
) -> Plate:
    """Where a reader put it, else where it hides least; `places` remembers which spot that is.

    `shapes` is what is measured, all of it on the view; `taken` other ink and words.
    """
    first, second = words(measurement)
    size = canvas.sizer(first, second)
    if measurement.label_at is None:
        box = _proposed(canvas, measurement, size, shapes, taken, places)
    else:
        (x, y), (dx, dy) = measurement.points[0], measurement.label_at
        middle = canvas.at((x + dx, y + dy))
        box = _inside((middle[0] - size[0] / 2, middle[1] - size[1] / 2, *size), canvas.size)
    return Plate(box, first, second, _anchor(canvas, measurement, box), measurement.id)


def _proposed(
    canvas: Canvas,
    measurement: Measurement,
    size: Point,
    shapes: Sequence[Box],
    taken: Sequence[Box],
    places: dict[str, int],
) -> Box:
    """The spot stays while none is better that hides less; a window drag moves no label."""
    own = bounds([canvas.at(p) for p in measurement.points])
    spots = _spots(canvas, own, size)
    hidden = [_hides(spot, shapes, taken) for spot in spots]
    key = f"{measurement.id}/{measurement.revision}"
    kept = places.get(key, len(spots))
    if kept >= len(spots) or hidden[kept] > min(hidden):
        bad = [_badness(canvas, spot, own, (*shapes, *taken)) for spot in spots]
        kept = places[key] = min(range(len(spots)), key=lambda each: (hidden[each], bad[each]))
    return spots[kept]


def _hides(spot: Box, shapes: Sequence[Box], taken: Sequence[Box]) -> int:
    """2: something measured; 1: other ink or words; 0: only the image."""
    if any(_overlap(spot, shape) for shape in shapes):
        return 2
    return int(any(_overlap(spot, other) for other in taken))


def _spots(canvas: Canvas, own: Box, size: Point) -> list[Box]:
    """Beside the shape; only where it fills the view, near the corners of the view."""
    wide, high = canvas.size
    left, right = _EDGE[0], wide - _EDGE[0] - size[0]
    top, bottom = _EDGE[1], high - _EDGE[1] - size[1]
    around = [_inside(_beside(own, each, *size), canvas.size) for each in _DIRECTIONS]
    if not all(_overlap(box, own) for box in around):
        return around
    corners = [(x, y, *size) for x in (left, right) for y in (top, bottom)]
    return [*around, *(_inside(box, canvas.size) for box in corners)]


def _beside(shape: Box, direction: tuple[int, int], width: float, height: float) -> Box:
    left, top, wide, high = shape
    dx, dy = direction
    off = _DISTANCE if dx and dy else _DISTANCE + 6
    x = left + wide / 2 - width / 2 + dx * (wide / 2 + width / 2 + off * (0.8 if dy else 1))
    y = top + high / 2 - height / 2 + dy * (high / 2 + height / 2 + off * (0.8 if dx else 1))
    return x, y, width, height


def _badness(canvas: Canvas, box: Box, own: Box, taken: Sequence[Box]) -> float:
    """What is measured, other ink, bright or busy ground, and the middle of the view are bad
    places, in this order.

    The middle because what is read lies there: lung is dark and flat and no place for words.
    """
    wide, high = canvas.size
    away = math.dist(_middle(box), (wide / 2, high / 2))
    bad = -_OUTWARDS * away / math.hypot(wide / 2, high / 2)
    bad += _COVERS * _shared(box, own)
    bad += sum(_CROWDS for other in taken if _overlap(box, other))
    ground = _ground(canvas, box)
    if ground is not None and ground.size:
        bad += float(ground.mean()) + 2 * float(ground.std())
    return bad


def _middle(box: Box) -> Point:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def _shared(box: Box, own: Box) -> float:
    """How much of a label lies on what is measured: 0 for none, 1 and more for some of it."""
    wide = min(box[0] + box[2], own[0] + own[2]) - max(box[0], own[0])
    high = min(box[1] + box[3], own[1] + own[3]) - max(box[1], own[1])
    if not _overlap(box, own):
        return 0.0
    return 1.0 + wide * high / (box[2] * box[3])


def _ground(canvas: Canvas, box: Box) -> NDArray[np.uint8] | None:
    picture = canvas.picture
    if picture is None:
        return None
    part = picture.part
    left, top, wide, high = (round(v * canvas.ratio) for v in box)
    x, y = max(0, left - picture.left) // part, max(0, top - picture.top) // part
    x_end, y_end = max(0, left + wide - picture.left), max(0, top + high - picture.top)
    return picture.pixels[y : y_end // part, x : x_end // part]


def _inside(box: Box, size: Point) -> Box:
    """Moved so that it clears the edges, the words in the corners' margins and the bar."""
    left, top, wide, high = box
    x = min(max(left, 10.0), max(10.0, size[0] - 22 - wide))
    y = min(max(top, 8.0), max(8.0, size[1] - 8 - high))
    return x, y, wide, high


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def _anchor(canvas: Canvas, measurement: Measurement, box: Box) -> Point:
    """Where the leader of a label meets what it names: its tail, or its line."""
    if measurement.kind is MeasurementKind.ARROW:
        return canvas.at(measurement.points[0])
    return nearest(canvas, measurement, _middle(box))
