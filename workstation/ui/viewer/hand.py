"""The hand on one canvas: buttons, wheel and the bar, as tools and command lines."""

from collections.abc import Callable, Mapping
from typing import Final, Literal, Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from workstation.domain.geometry import Vector
from workstation.domain.measurement import Measurement, PixelPoint
from workstation.rendering.ink import Box
from workstation.rendering.ink import Canvas as InkCanvas
from workstation.rendering.labels import explained
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.viewer import Viewer
from workstation.ui.viewer.bending import Bending
from workstation.ui.viewer.grasping import Reach
from workstation.ui.viewer.indicating import Indicating
from workstation.ui.viewer.labelling import Labelling
from workstation.ui.viewer.pointing import MEASURING, Pointing, pace_of
from workstation.ui.viewer.sliding import Sliding
from workstation.ui.viewer.spinning import Spinning
from workstation.ui.viewer.turning import Turning
from workstation.viewing.navigate import pixels_per_frame
from workstation.viewing.tool import Move, Press, Preview, Release

_BUTTONS: Final = {
    Qt.MouseButton.LeftButton: "left",
    Qt.MouseButton.MiddleButton: "middle",
    Qt.MouseButton.RightButton: "right",
}

#: Degrees times eight of one notch of a wheel.
_NOTCH: Final = 120
#: Images of one notch with Shift.
_COARSE: Final = 10


class Glass(Protocol):
    """What the hand lies on: the canvas, as far as it needs to know it."""

    def width(self) -> int: ...

    def height(self) -> int: ...

    def activate(self) -> None: ...

    def image_point(self, at: QPointF) -> PixelPoint | None: ...

    @property
    def pointed_at(self) -> Shown | None: ...

    @property
    def ink(self) -> InkCanvas | None: ...

    @property
    def labels(self) -> Mapping[str, Box]: ...

    @property
    def index(self) -> int: ...

    def picked(self, at: QPointF) -> Vector | None: ...


class Hand:
    """One canvas's pointer and wheel. Owned by it; acts by command lines alone."""

    def __init__(self, glass: Glass, viewer: Viewer, run: Callable[[str], None]) -> None:
        self._glass = glass
        self._viewer = viewer
        self._run = run
        self._pointing = Pointing(self._act, self._snapped)
        self._labelling = Labelling(run)
        self._reach = Reach()
        self._near = False  # the pointer is over a handle, a label or a line to take hold of
        self._free = False  # Ctrl is held: no point falls on a handle
        self.met: PixelPoint | None = None  # the handle that a point falls on
        self._wheel = 0
        self._sliding = Sliding(glass, viewer, glass.index, run)
        self._right_at: QPointF | None = None  # where the right button went down
        self._indicating = Indicating(run, glass.activate, self._on_image)
        self._turning = Turning(viewer, glass.index, run)
        self._bending = Bending(viewer, glass.index, run)
        self._spinning = Spinning(run, glass.picked, glass.image_point)

    @property
    def hold(self) -> Literal["held", "near"] | None:
        """Whether something of a measurement or the crosshair is in the hand, or could be."""
        held = self._turning.busy or self._bending.busy
        if self._pointing.edits or self._labelling.busy or held:
            return "held"
        return "near" if self._near else None

    @property
    def preview(self) -> Preview:
        """What is being placed, to be drawn while the reader decides."""
        return self._spinning.preview or self._pointing.preview

    @property
    def busy(self) -> bool:
        """Whether Escape has something to forget."""
        begun = self._pointing.busy or self._labelling.busy or self._spinning.preview
        return bool(begun) or self._viewer.spot is not None

    def use(self, tool: str) -> None:
        self._pointing.use(tool)

    def drop(self) -> None:
        """What was begun here is not ended here: the view is hidden, or the case is closed."""
        self.met, self._near = None, False
        self._sliding.released()
        self._pointing.cancel()
        self._labelling.cancel()
        self._turning.released()
        self._spinning.cancel()
        self._bending.released()
        self._indicating.end()

    def let_go(self) -> None:
        """Escape: forget what was begun, and what is pointed at."""
        self.drop()
        if self._viewer.spot is not None:
            self._run("cursor3d.clear")

    def left(self) -> None:
        """The pointer is on another view, or Shift was let go."""
        self._indicating.end()

    def pressed(self, event: QMouseEvent) -> None:
        self._glass.activate()
        self._viewer.rest()
        at = event.position()
        self._aim(event)
        if event.button() == Qt.MouseButton.RightButton:
            self._right_at = at
        if event.button() == Qt.MouseButton.LeftButton and self._sliding.pressed(at):
            return
        point, shown = self._glass.image_point(at), self._glass.pointed_at
        button = _BUTTONS.get(event.button())
        if point is None or button is None or shown is None:
            return
        if button == "left" and self._viewer.tool in MEASURING and self._viewer.moves(shown.index):
            self._act("cine.stop")  # its next point would lie on another image
        if button == "left" and self._spinning.pressed(shown, self._viewer.tool, at):
            return
        if button == "left" and self._bending.pressed(self._glass.ink, (at.x(), at.y()), point):
            return
        if button == "left" and self._take_hold((at.x(), at.y()), point):
            return
        if button == "left" and self._turning.pressed(self._glass.ink, (at.x(), at.y()), point):
            return
        per_frame = pixels_per_frame(self._glass.height(), shown.place[1])
        middle = (self._glass.width() / 2, self._glass.height() / 2)
        pressed = Press(point, (at.x(), at.y()), shown.frame.key, per_frame, middle)
        self._pointing.press(pressed, button)

    def pressed_twice(self, event: QMouseEvent) -> None:
        """One view alone and back; a measuring tool takes it for its second point."""
        if event.button() != Qt.MouseButton.LeftButton or self._viewer.tool in MEASURING:
            self.pressed(event)
        else:
            self._act("viewport.maximize")

    def moved(self, event: QMouseEvent) -> bool:
        """Whether something that is drawn while the reader decides has changed."""
        at = event.position()
        if self._sliding.moved(at):
            return False
        point, shown = self._glass.image_point(at), self._glass.pointed_at
        if point is None or shown is None:
            return False
        self._aim(event)
        if self._labelling.busy:
            self._labelling.moved((at.x(), at.y()), self._image_point)
            return True
        held = event.buttons() != Qt.MouseButton.NoButton
        free, place = not held and not self._pointing.busy, (at.x(), at.y())
        self._near = free and (
            self._reach.holds(place)
            or self._turning.over(self._glass.ink, place)
            or self._bending.over(self._glass.ink, place)
        )
        if self._bending.moved(point):
            return False
        if self._spinning.moved(at, pace_of(event.modifiers())) or self._turning.moved(point):
            return self._spinning.preview is not None
        if not held and not self._pointing.busy and self._indicating.moved(event, point):
            return False
        before = self._pointing.preview
        pace = pace_of(event.modifiers())
        self._pointing.move(Move(point, (at.x(), at.y()), shown.frame.key, held, pace))
        return self._pointing.preview != before or self.met is not None

    def released(self, event: QMouseEvent) -> None:
        self._sliding.released()
        at = event.position()
        self._aim(event)
        if self._labelling.released(self._reach.marks):
            return
        if self._spinning.released(at) or self._turning.released() or self._bending.released():
            return
        if event.button() == Qt.MouseButton.RightButton and self._clicked(at):
            self._ask_what(at)
        point, shown = self._glass.image_point(at), self._glass.pointed_at
        if point is not None and shown is not None:
            self._pointing.release(Release(point, (at.x(), at.y()), shown.frame.key))
        self.met = None

    def turned(self, event: QWheelEvent) -> None:
        """One image a notch, ten with Shift; Ctrl: zoom about the pointer; Alt: slab."""
        self._glass.activate()
        turned = event.angleDelta()  # some systems turn the wheel sideways with Shift
        self._wheel += turned.y() or turned.x()
        notches = int(self._wheel / _NOTCH)
        self._wheel -= notches * _NOTCH
        if notches == 0:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            point = self._glass.image_point(event.position())
            if point is not None:
                factor = 1.2**notches
                self._act(f"viewport.zoom {factor:.4f} {point[0]:.2f} {point[1]:.2f}")
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._act(f"viewport.thicken {notches}")
        else:
            coarse = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._act(f"viewport.scroll {-notches * (_COARSE if coarse else 1)}")

    def explained(self, at: QPointF) -> str:
        """More about the measurement under the pointer than its label has room for."""
        self._look()
        met = self._reach.under((at.x(), at.y()))
        return explained(met[0]) if met else ""

    def with_label(self, mark: Measurement) -> Measurement:
        """As it is drawn while its label is dragged."""
        return self._labelling.shown(mark)

    # --- inside ---------------------------------------------------------------------

    def _aim(self, event: QMouseEvent) -> None:
        self._look()
        self._pointing.keep(self._reach.marks)
        self._free = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.met = None

    def _look(self) -> None:
        """What there is to meet now: it may have changed under the hand."""
        shown = self._glass.pointed_at
        drawn = shown is not None and self._viewer.ink_shown
        marks = self._viewer.measurements_on(shown.frame) if drawn and shown else ()
        self._reach = Reach(
            self._glass.ink, marks, self._glass.labels, self._viewer.selected_measurement,
            self._viewer.tool in MEASURING,
        )  # fmt: skip

    def _image_point(self, place: PixelPoint) -> PixelPoint | None:
        return self._glass.image_point(QPointF(*place))

    def _snapped(self, at: PixelPoint, name: str) -> PixelPoint:
        """Where a point of this measurement falls: on a handle of another within reach."""
        self.met = None if self._free else self._reach.meets(at, name)
        return self.met or at

    def _on_image(self, point: PixelPoint) -> bool:
        shown = self._glass.pointed_at
        view = None if shown is None else self._viewer.resolved(shown.index)
        return view is not None and view.contains(point)

    def _act(self, line: str) -> None:
        if line:
            self._run(line)

    def _clicked(self, at: QPointF) -> bool:
        """Whether the right button went up where it went down: a drag of it zooms."""
        down, self._right_at = self._right_at, None
        return (
            down is not None
            and not self._pointing.busy
            and (at - down).manhattanLength() < QApplication.startDragDistance()
        )

    def _ask_what(self, at: QPointF) -> None:
        """The menu of the measurement under the pointer, else that of the view."""
        met = self._reach.under((at.x(), at.y()))
        if met:
            self._run(f"measurement.select {met[0].id}")
        self._run(f"app.context measurement {met[0].id}" if met else "app.context view")

    def _take_hold(self, place: PixelPoint, point: PixelPoint) -> bool:
        """A handle of the selected measurement, a label, or the line of another one."""
        if self._pointing.busy:
            return False
        grasp = self._reach.grasp(place)
        if grasp is not None:
            self._pointing.edit(grasp.measurement, grasp.handle, point)
            return True
        named = self._reach.label(place)
        if named is not None:
            self._labelling.take(named, self._reach.labels[named.id], place)
            return True
        met = () if self._reach.measuring else self._reach.under(place)
        if met:
            self._run(f"measurement.select {met[0].id}")
        return bool(met)
