"""Ink on images as a paint list: pure values that a painter draws one after the other.

Every engine draws the same list; where a line lies is decided here, from the same
`ResolvedView` that placed the pixels.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from attrs import frozen

from workstation.domain.measurement import Measurement, PixelPoint
from workstation.domain.structure import Colour
from workstation.domain.study import Frame, SpacingOrigin
from workstation.rendering.ink import (
    Border,
    Box,
    Canvas,
    Dash,
    Handle,
    Item,
    Letter,
    Oval,
    Point,
    Stroke,
    Tint,
    bounds,
)
from workstation.rendering.labels import plate
from workstation.rendering.shapes import drawn, nearest, shown_handles
from workstation.services.screen.structures import Outlined
from workstation.services.screen.view_lines import Crossing
from workstation.text import tr
from workstation.viewing.cursor3d import Located
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.tool import Preview

_PLANES: Final[Mapping[str, tuple[str, Dash]]] = {
    "A": ("ink.plane_a", "solid"),
    "C": ("ink.plane_c", "dash"),
    "S": ("ink.plane_s", "dashdot"),
    "B": ("ink.plane_s", "dashdot"),  # of a volume in axes of its own: A, B and C
}

#: The colour of where the reader is.
_CURSOR: Final = "hue.here"
_CURSOR_DASH: Final[Mapping[bool, Dash]] = MappingProxyType({True: "solid", False: "dot"})

#: What a row of the scroll bar shows where it stands for several images.
_CONCERN: Final = ("failed", "missing", "loaded", "seen")
#: Where orientation letters, scale bar and scroll bar are: no letter of a line stands there.
_LETTERS: Final = (34.0, 44.0, 58.0, 62.0)  # left, top, right, bottom


def borders(canvas: Canvas, outlined: Sequence[Outlined]) -> tuple[Border | Tint, ...]:
    """What segmentations and structure sets draw; under everything of the reader's own."""
    lines = tuple(
        Border(tuple(canvas.at(point) for point in each.line), each.colour, each.closed)
        for each in outlined
    )
    return (*_tints(outlined, lines), *lines)


def _tints(outlined: Sequence[Outlined], lines: Sequence[Border]) -> Iterator[Tint]:
    """One for each structure, so that a line inside another one is a hole."""
    together: dict[tuple[str, Colour], list[Border]] = {}
    for each, line in zip(outlined, lines, strict=True):
        if each.fill > 0 and each.closed:
            together.setdefault((each.name, each.colour), []).append(line)
    opacity = outlined[0].fill if outlined else 0.0
    for (_, colour), own in together.items():
        yield Tint(tuple(line.points for line in own), colour, opacity)


def paint_list(
    canvas: Canvas,
    measurements: Sequence[Measurement],
    selected: str,
    preview: Preview,
    crossings: Sequence[Crossing],
    places: dict[str, int],
    written: Sequence[Box] = (),
) -> tuple[Item, ...]:
    """Everything inked on one view. `places` remembers on which side each label stands.

    `written` is where words of the view stand: no label lies on them where it has room.
    """
    items: list[Item] = []
    for crossing in crossings:
        items.extend(_crossing(canvas, crossing))
    shapes = tuple(bounds([canvas.at(p) for p in m.points]) for m in measurements)
    taken: list[Box] = list(written)
    for measurement in measurements:
        items.extend(drawn(canvas, measurement.kind, measurement.points))
    for measurement in measurements:
        active = measurement.id == selected
        label = plate(canvas, measurement, shapes, taken, places)
        taken.append(label.box)
        items.append(label)
        if active:
            items.extend(Handle(at) for at in shown_handles(canvas, measurement))
    if preview.kind is not None:
        items.extend(drawn(canvas, preview.kind, preview.points))
    return tuple(items)


def outlines(
    canvas: Canvas, measurements: Sequence[Measurement], preview: Preview
) -> tuple[Item, ...]:
    """The lines alone, without words and handles: what a magnifier has room for."""
    items = [item for one in measurements for item in drawn(canvas, one.kind, one.points)]
    if preview.kind is not None:
        items.extend(drawn(canvas, preview.kind, preview.points))
    return tuple(items)


#: The 3D cursor leaves the pixels it marks free: arms from here to there, in logical pixels.
_GAP: Final = 7.0
_ARM: Final = 17.0


def cursor(canvas: Canvas, spot: Located) -> tuple[Item, ...]:
    """Four arms around the place; dotted, with the distance, where it lies in another slice."""
    (x, y), dash = canvas.at(spot.at), _CURSOR_DASH[spot.inside]
    arms = tuple(
        Stroke(((x + _GAP * a, y + _GAP * b), (x + _ARM * a, y + _ARM * b)), _CURSOR, 2.0, dash)
        for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))
    )
    if spot.inside:
        return arms
    away = tr("{mm:.1f} mm beside this image", mm=abs(spot.off_mm))
    return (*arms, Letter((x + _ARM + 4, y - 8), away, _CURSOR))


#: Across the ring around a handle that a point falls on.
_RING: Final = 15.0


def met(canvas: Canvas, point: PixelPoint) -> Item:
    """A ring around the handle on which the point that is being placed falls."""
    x, y = canvas.at(point)
    return Oval((x - _RING / 2, y - _RING / 2, _RING, _RING), "ink.active", 1.5)


def handles(canvas: Canvas, measurement: Measurement) -> tuple[Point, ...]:
    """Where a measurement can be taken hold of, one for each of its points."""
    return tuple(canvas.at(point) for point in measurement.points)


def distance(canvas: Canvas, measurement: Measurement, at: Point) -> float:
    """From a place on the view to the line of a measurement."""
    x, y = nearest(canvas, measurement, at)
    return math.hypot(at[0] - x, at[1] - y)


#: What the scale bar's millimetres are; those of a patient need no word.
_MM: Final[Mapping[SpacingOrigin, str]] = MappingProxyType(
    dict.fromkeys(SpacingOrigin, "{n:g} mm")
    | {
        SpacingOrigin.DETECTOR: "{n:g} mm (detector)",
        SpacingOrigin.MAGNIFIED: "{n:g} mm (est. mag.)",
        SpacingOrigin.FILM: "{n:g} mm (film)",
        SpacingOrigin.USER: "{n:g} mm (user calibrated)",
    }
)


@frozen
class ScaleBar:
    """A line of round length, in logical pixels, with its words."""

    length: float
    text: str


def scale_bar(view: ResolvedView, frame: Frame, ratio: float) -> ScaleBar | None:
    """A round length, a quarter of the view at most; None where millimetres are not known."""
    if frame.plane is None and frame.spacing.origin is SpacingOrigin.NONE:
        return None
    across = frame.plane.column_spacing if frame.plane is not None else frame.spacing.column
    along = math.hypot(*view.vector_to_image(1, 0))
    sideways = view.vector_to_image(1, 0)
    down = frame.plane.row_spacing if frame.plane is not None else frame.spacing.row
    per_pixel = math.hypot(sideways[0] * across, sideways[1] * down) * ratio
    if along <= 0 or per_pixel <= 0:
        return None
    most = view.width / ratio / 4 * per_pixel
    step = 10.0 ** math.floor(math.log10(most))
    # The logarithm of a number just below a power of ten may be rounded up to it.
    length = next((m * step for m in (5.0, 2.0) if m * step <= most), step)
    return ScaleBar(length / per_pixel, tr(_MM[frame.spacing.origin], n=length))


def runs(states: Sequence[str]) -> tuple[tuple[int, int, str], ...]:
    """Neighbours of one state put together: first, past the last, state."""
    found: list[tuple[int, int, str]] = []
    for index, state in enumerate(states):
        if found and found[-1][2] == state:
            found[-1] = (found[-1][0], index + 1, state)
        else:
            found.append((index, index + 1, state))
    return tuple(found)


def shrunk(states: Sequence[str], rows: int) -> Sequence[str]:
    """At most one state for each row of pixels: of several the one that matters most."""
    count = len(states)
    if count <= rows:
        return states
    edges = [row * count // rows for row in range(rows + 1)]
    return [min(states[first:past], key=_CONCERN.index) for first, past in pairwise(edges)]


def _crossing(canvas: Canvas, crossing: Crossing) -> tuple[Item, Item]:
    token, dash = _PLANES[crossing.letter]
    start, end = canvas.at(crossing.start), canvas.at(crossing.end)
    wide, high = canvas.size
    left, top, right, bottom = _LETTERS
    x = min(max(end[0] - 14, left), wide - right)
    y = min(max(end[1] - 6, top), high - bottom)
    return Stroke((start, end), token, 1.0, dash), Letter((x, y), crossing.letter, token)
