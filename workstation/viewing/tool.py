"""Tools: pointer events in, effects out. No Qt, no pixels, no services.

A tool is a frozen value; `on` gives the next tool and what should happen. The canvas
turns effects into command lines, so that a pointer can do nothing that a script cannot.
"""

import math
from typing import Protocol, Self

from attrs import frozen

from workstation.domain.identifiers import FrameKey
from workstation.domain.measurement import MeasurementKind, PixelPoint


@frozen
class Pointer:
    """A pointer on a view: `at` in image pixels, `screen` in pixels of the view."""

    at: PixelPoint
    screen: PixelPoint
    frame: FrameKey


@frozen
class Press(Pointer):
    """A button went down; `per_frame` pixels of the view are one image of the stack there.

    `middle` of the view, in its pixels.
    """

    per_frame: float = 6.0
    middle: PixelPoint = (0.0, 0.0)


@frozen
class Move(Pointer):
    """The pointer moved; `held` with a button down; `pace` times as far as the hand."""

    held: bool = False
    pace: float = 1.0


@frozen
class Release(Pointer):
    pass


@frozen
class Cancel:
    """Escape."""


Event = Press | Move | Release | Cancel


@frozen
class Preview:
    """Draw this while the reader decides; None draws nothing."""

    kind: MeasurementKind | None
    points: tuple[PixelPoint, ...] = ()


@frozen
class Commit:
    """The reader has placed a measurement."""

    kind: MeasurementKind
    points: tuple[PixelPoint, ...]
    frame: FrameKey


@frozen
class Known:
    """The reader has drawn a line over a distance they know."""

    points: tuple[PixelPoint, ...]


@frozen
class ScrollBy:
    frames: int


@frozen
class PanBy:
    """In image pixels."""

    dx: float
    dy: float


@frozen
class ZoomBy:
    factor: float
    about: PixelPoint


@frozen
class ZoomTo:
    """The box between two image points fills the view."""

    start: PixelPoint
    end: PixelPoint


@frozen
class TurnBy:
    """Clockwise as seen on the screen."""

    degrees: float


@frozen
class WindowBy:
    """In pixels of the view: right is wider, down is brighter."""

    dx: float
    dy: float


@frozen
class Probe:
    """Tell the value under the pointer."""

    at: PixelPoint


@frozen
class Stroke:
    """A brush went over the image along these points."""

    points: tuple[PixelPoint, ...]


@frozen
class Locate:
    """Mark the point of the patient under the pointer wherever it is seen."""

    at: PixelPoint


Effect = (
    Preview | Commit | Known | ScrollBy | PanBy | ZoomBy | ZoomTo | TurnBy | WindowBy | Probe
    | Locate | Stroke
)  # fmt: skip


def within(a: PixelPoint, b: PixelPoint, reach: float) -> bool:
    return math.dist(a, b) <= reach


class Tool(Protocol):
    def on(self, event: Event) -> tuple[Self, tuple[Effect, ...]]: ...
