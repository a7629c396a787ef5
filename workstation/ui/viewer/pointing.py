"""The pointer on a view: which tool a button is, and what its effects are as command lines."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from attrs import evolve, frozen
from PySide6.QtCore import Qt

from workstation.domain.identifiers import FrameKey
from workstation.domain.measurement import WORDS, Measurement, MeasurementKind, PixelPoint
from workstation.viewing.annotate import KnownLineTool, tool_for
from workstation.viewing.navigate import (
    AreaTool,
    BrushTool,
    CursorTool,
    PanTool,
    ProbeTool,
    ScrollTool,
    TurnTool,
    WindowTool,
    ZoomTool,
)
from workstation.viewing.snapping import SNAPPING
from workstation.viewing.tool import (
    Cancel,
    Commit,
    Effect,
    Known,
    Locate,
    Move,
    PanBy,
    Press,
    Preview,
    Probe,
    Release,
    ScrollBy,
    Stroke,
    Tool,
    TurnBy,
    WindowBy,
    ZoomBy,
    ZoomTo,
)

#: A handle is taken hold of within this many logical pixels, a line within the second.
GRAB: Final = 12.0
NEAR: Final = 6.0

#: What a drag does with Shift and with Ctrl, of what it does without.
FINE: Final = 0.2
COARSE: Final = 4.0

#: The tool of a line over a known distance.
CALIBRATE: Final = "calibrate"
MEASURING: Final = frozenset({CALIBRATE, *(kind.value for kind in MeasurementKind)})
_AIMING: Final = frozenset(kind.value for kind in SNAPPING)

_Aimed = TypeVar("_Aimed", Press, Move, Release)

#: An image point, and whose handle is being placed, to where it falls.
Snap = Callable[[PixelPoint, str], PixelPoint]


def pace_of(keys: Qt.KeyboardModifier) -> float:
    """A drag of the hand with Shift is fine, with Ctrl coarse."""
    if keys & Qt.KeyboardModifier.ShiftModifier:
        return FINE
    return COARSE if keys & Qt.KeyboardModifier.ControlModifier else 1.0


def tool_named(name: str) -> Tool:
    """A fresh tool by the name of its command, ``tool.length`` without the room."""
    if name == CALIBRATE:
        return KnownLineTool()
    if name in MEASURING:
        return tool_for(MeasurementKind(name))
    match name:
        case "pan":
            return PanTool()
        case "area":
            return AreaTool()
        case "zoom":
            return ZoomTool()
        case "turn":
            return TurnTool()
        case "scroll":
            return ScrollTool()
        case "probe":
            return ProbeTool()
        case "cursor3d":
            return CursorTool()
        case "brush":
            return BrushTool()
    return WindowTool()


def line_of(effect: Effect) -> str:
    """The command line of an effect; empty for what only the view itself draws."""
    match effect:
        case ScrollBy(frames=n):
            return f"viewport.scroll {n}"
        case PanBy(dx=dx, dy=dy):
            return f"viewport.pan {dx:.3f} {dy:.3f}"
        case TurnBy(degrees=degrees):
            return f"viewport.turn-by {degrees:.3f}"
        case ZoomTo(start=start, end=end):
            return f"viewport.zoom-to {_numbers((start, end))}"
        case ZoomBy(factor=factor, about=(x, y)):
            return f"viewport.zoom {factor:.5f} {x:.2f} {y:.2f}"
        case WindowBy(dx=dx, dy=dy):
            return f"viewport.window-by {dx:.1f} {dy:.1f}"
        case Commit(kind=kind, points=points):
            return f"tool.{kind.value} {_numbers(points)}"
        case Known(points=points):
            return f"tool.{CALIBRATE} {_numbers(points)}"
        case Probe(at=(x, y)):
            return f"tool.probe {x:.2f} {y:.2f}"
        case Stroke(points=points):
            return f"segment.stroke {_numbers(points)}"
        case Locate(at=(x, y)):
            return f"tool.cursor3d {x:.2f} {y:.2f}"
    return ""


def _numbers(points: tuple[PixelPoint, ...]) -> str:
    return " ".join(f"{value:.2f}" for point in points for value in point)


@frozen
class _Held:
    """A measurement in the hand: it moves as the hand does, and not to the hand."""

    measurement: Measurement
    handle: int | None  # None: all of it
    start: PixelPoint

    def points(self, at: PixelPoint, snap: Snap) -> tuple[PixelPoint, ...]:
        """A single handle falls on those of others; all of it moves as it is."""
        dx, dy = at[0] - self.start[0], at[1] - self.start[1]
        moved = [(x + dx, y + dy) for x, y in self.measurement.points]
        if self.handle is None:
            return tuple(moved)
        found = list(self.measurement.points)
        kind, name = self.measurement.kind, self.measurement.id
        meant = snap(moved[self.handle], name) if kind in SNAPPING else moved[self.handle]
        found[self.handle] = meant
        return tuple(found)


class Pointing:
    """Feeds one view's pointer to tools and runs what they ask for. Owned by its canvas."""

    def __init__(self, run: Callable[[str], None], snap: Snap) -> None:
        self._run = run
        self._snap = snap
        self._name = "window"
        self._tool: Tool = tool_named("window")
        self._drag: Tool | None = None  # another button's tool while it is down
        self._edited: _Held | None = None
        self.preview = Preview(None)

    @property
    def busy(self) -> bool:
        """Whether Escape has something to forget."""
        return self.preview.kind is not None or self._edited is not None

    @property
    def edits(self) -> bool:
        """Whether a measurement is in the hand."""
        return self._edited is not None

    def keep(self, marks: Sequence[Measurement]) -> None:
        """Let go of a measurement that is not, or not as it was, among these any more."""
        if self._edited is not None and self._edited.measurement not in marks:
            self._edited = None
            self.preview = Preview(None)

    def use(self, name: str) -> None:
        """The tool of the left button."""
        if name != self._name:
            self._name, self._tool = name, tool_named(name)
            self.preview = Preview(None)

    def press(self, event: Press, button: str) -> None:
        if button == "left":
            self._tool = self._feed(self._tool, self._aimed(event))
        else:
            self._drag = self._feed(PanTool() if button == "middle" else ZoomTool(), event)

    def move(self, event: Move) -> None:
        if self._edited is not None:
            self._preview_edit(event.at)
        elif self._drag is not None:
            self._drag = self._feed(self._drag, event)
        else:
            self._tool = self._feed(self._tool, self._aimed(event))

    def release(self, event: Release) -> None:
        if self._edited is not None:
            self._finish_edit(event.at, event.frame)
        elif self._drag is not None:
            self._drag = None
        else:
            self._tool = self._feed(self._tool, self._aimed(event))

    def cancel(self) -> None:
        self._edited = self._drag = None
        self._tool = self._feed(self._tool, Cancel())
        self.preview = Preview(None)

    def edit(self, measurement: Measurement, handle: int | None, at: PixelPoint) -> None:
        """Take hold of one point of a measurement, or of all of it; `at` is where the hand is."""
        self._edited = _Held(measurement, handle, at)

    def _aimed(self, event: _Aimed) -> _Aimed:
        """With the point on the handle it falls on, where the tool places ends and corners."""
        if self._name not in _AIMING:
            return event
        return evolve(event, at=self._snap(event.at, ""))

    def _feed(self, tool: Tool, event: Press | Move | Release | Cancel) -> Tool:
        after, effects = tool.on(event)
        for effect in effects:
            if isinstance(effect, Preview):
                self.preview = effect
            else:
                self._run(line_of(effect))
            if isinstance(effect, Commit) and effect.kind in WORDS:
                self._run("measurement.word")  # it is there for what is written beside it
        return after

    def _preview_edit(self, at: PixelPoint) -> None:
        assert self._edited is not None
        points = self._edited.points(at, self._snap)
        self.preview = Preview(self._edited.measurement.kind, points)

    def _finish_edit(self, at: PixelPoint, frame: FrameKey) -> None:
        assert self._edited is not None
        measurement = self._edited.measurement
        points = self._edited.points(at, self._snap)
        self._edited = None
        self.preview = Preview(None)
        if frame == measurement.frame and points != measurement.points:
            self._run(f"measurement.move {measurement.id} {_numbers(points)}")
