"""The matrices of this instant: where each image pixel lies on the view.

A `ResolvedView` is computed, used and thrown away; it is never stored. Picking, drawing
and sampling all use the same one, so that a line lies where the pixels lie.
"""

import math
from typing import Final, Self

from attrs import evolve, frozen

from workstation.domain.measurement import PixelPoint
from workstation.domain.study import Frame, SpacingOrigin
from workstation.viewing.viewport import ViewportState

#: Clockwise quarter turns on a screen whose y axis points down.
_TURNS = ((1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0))


def turned(state: ViewportState) -> tuple[float, float, float, float]:
    """Right and down on the image to right and down on the screen: (a, b, c, d), isometric."""
    a, b, c, d = _TURNS[state.quarter_turns]
    if state.flipped:
        a, c = -a, -c
    if not state.degrees:
        return a, b, c, d
    angle = math.radians(state.degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    return cos * a - sin * c, cos * b - sin * d, sin * a + cos * c, sin * b + cos * d


def aspect(frame: Frame) -> tuple[float, float]:
    """Width and height of one image pixel relative to its shorter side."""
    row, column = frame.spacing.row, frame.spacing.column
    if frame.plane is not None:
        row, column = frame.plane.row_spacing, frame.plane.column_spacing
    if row <= 0 or column <= 0:
        return 1.0, 1.0
    shorter = min(row, column)
    return column / shorter, row / shorter


@frozen
class Framing:
    """How an image lies before the reader moves it: upright and whole, unless a presentation
    state says otherwise.

    Quarter turns are clockwise and come after the flip. `box` is the part that fills the
    view: left, top, right, bottom edges in image pixels. `shape` is that of a pixel, as
    `aspect` gives it. `magnification` is in device pixels for each image pixel.
    """

    quarter_turns: int = 0
    flipped: bool = False
    box: tuple[float, float, float, float] | None = None
    shape: tuple[float, float] | None = None
    magnification: float | None = None

    def centre(self, frame: Frame) -> PixelPoint:
        """The image point that lies in the middle of a view nobody moved."""
        left, top, right, bottom = self.box_of(frame)
        return (left + right) / 2, (top + bottom) / 2

    def box_of(self, frame: Frame) -> tuple[float, float, float, float]:
        return self.box or (-0.5, -0.5, frame.pixels.columns - 0.5, frame.pixels.rows - 0.5)


#: As the pixels come.
UPRIGHT: Final = Framing()


def oriented(state: ViewportState, framing: Framing) -> ViewportState:
    """The state with turns and flip that hold on the screen: the reader's after the framing's."""
    turns = -framing.quarter_turns if state.flipped else framing.quarter_turns
    quarters, flipped = (state.quarter_turns + turns) % 4, state.flipped != framing.flipped
    if (quarters, flipped) == (state.quarter_turns, state.flipped):
        return state
    return evolve(state, quarter_turns=quarters, flipped=flipped)


def pixel_mm(frame: Frame) -> float | None:
    """Millimetres of the shorter side of an image pixel; None where they are not known."""
    if frame.plane is not None:
        return min(frame.plane.row_spacing, frame.plane.column_spacing)
    if frame.spacing.origin is SpacingOrigin.NONE:
        return None
    return min(frame.spacing.row, frame.spacing.column)


@frozen
class ResolvedView:
    """Image pixels to view pixels: (X, Y) = (a x + b y + e, c x + d y + f).

    View pixels are the device's; (0, 0) is the corner of the first one. Image pixels
    have integer centres. `columns`, `rows` are the image's, `width`, `height` the view's.
    """

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    columns: int
    rows: int
    width: int
    height: int

    @classmethod
    def of(
        cls,
        state: ViewportState,
        frame: Frame,
        width: int,
        height: int,
        framing: Framing = UPRIGHT,
    ) -> Self:
        """`width` and `height` of the view in device pixels, at least 1."""
        columns, rows = frame.pixels.columns, frame.pixels.rows
        wide, high = framing.shape or aspect(frame)
        lying = oriented(state, framing)
        m, scale = turned(lying), state.zoom
        if not state.one_to_one:
            fit = _fit(framing, frame, lying, (wide, high), width, height)
            scale *= framing.magnification or fit
        a, b = scale * m[0] * wide, scale * m[1] * high
        c, d = scale * m[2] * wide, scale * m[3] * high
        x, y = (part + moved for part, moved in zip(framing.centre(frame), state.pan, strict=True))
        e, f = width / 2 - a * x - b * y, height / 2 - c * x - d * y
        return cls(a, b, c, d, e, f, columns, rows, width, height)

    @property
    def scale(self) -> float:
        """Device pixels per image pixel, along a row."""
        return math.hypot(self.a, self.c)

    @property
    def centre(self) -> PixelPoint:
        return (self.columns - 1) / 2, (self.rows - 1) / 2

    def to_view(self, point: PixelPoint) -> PixelPoint:
        x, y = point
        return self.a * x + self.b * y + self.e, self.c * x + self.d * y + self.f

    def to_image(self, point: PixelPoint) -> PixelPoint:
        return self.vector_to_image(point[0] - self.e, point[1] - self.f)

    @property
    def oblique(self) -> bool:
        """Turned by other than quarters: the image fills its box on the view only in part."""
        return bool(self.a and self.b)

    def vector_to_image(self, dx: float, dy: float) -> PixelPoint:
        """A way on the view as a way on the image."""
        determinant = self.a * self.d - self.b * self.c
        return (
            (self.d * dx - self.b * dy) / determinant,
            (self.a * dy - self.c * dx) / determinant,
        )

    def contains(self, point: PixelPoint) -> bool:
        """Whether an image point lies on a pixel of the image."""
        return -0.5 <= point[0] <= self.columns - 0.5 and -0.5 <= point[1] <= self.rows - 0.5

    def covered(self) -> tuple[int, int, int, int] | None:
        """Device pixels whose centre lies on the image: left, top, width, height."""
        corners = [
            self.to_view((x, y))
            for x in (-0.5, self.columns - 0.5)
            for y in (-0.5, self.rows - 0.5)
        ]
        left, top = (min(corner[i] for corner in corners) for i in (0, 1))
        right, bottom = (max(corner[i] for corner in corners) for i in (0, 1))
        x0, x1 = max(0, math.ceil(left - 0.5)), min(self.width, math.floor(right - 0.5) + 1)
        y0, y1 = max(0, math.ceil(top - 0.5)), min(self.height, math.floor(bottom - 0.5) + 1)
        return (x0, y0, x1 - x0, y1 - y0) if x1 > x0 and y1 > y0 else None


def whole(view: ResolvedView) -> float:
    """By how much a picture must shrink for all of it to be on the view; 1: it is."""
    corners = [
        view.to_view((x, y)) for x in (-0.5, view.columns - 0.5) for y in (-0.5, view.rows - 0.5)
    ]
    across, down = (max(c[i] for c in corners) - min(c[i] for c in corners) for i in (0, 1))
    return min(1.0, view.width / across, view.height / down)


def _fit(
    framing: Framing,
    frame: Frame,
    state: ViewportState,
    shape: tuple[float, float],
    width: int,
    height: int,
) -> float:
    """Device pixels for the shorter side of a pixel, so that all of the box is on the view.

    While a picture is turned beyond quarters it goes evenly from the one fit to the next:
    a picture that is square keeps its size, and none becomes smaller than at a quarter turn.
    """
    left, top, right, bottom = framing.box_of(frame)
    columns, rows = (right - left) * shape[0], (bottom - top) * shape[1]
    if state.quarter_turns % 2:
        columns, rows = rows, columns
    upright, sideways = min(width / columns, height / rows), min(width / rows, height / columns)
    part = math.sin(math.radians(state.degrees)) ** 2
    return upright * (1 - part) + sideways * part
