"""One viewport: image, ink, words, frame, in one paint event.

Every word and line is drawn from the same `Shown` as the pixels. Changes only say that
what is drawn is old; Qt joins the repaints, so that after a hundred wheel events the last
frame asked for is the one that is drawn, and everything is worked out once for it.
"""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QEnterEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from workstation.domain.measurement import Measurement, PixelPoint
from workstation.rendering.labels import explained
from workstation.services.jobs import Jobs
from workstation.services.lines import quoted
from workstation.services.overlay import Overlay
from workstation.services.scene import Scene
from workstation.services.viewed import Shown
from workstation.services.viewer import Viewer
from workstation.ui import plain
from workstation.ui.viewer import corners, inking
from workstation.ui.viewer.grasping import grasped, under
from workstation.ui.viewer.painting import Painting
from workstation.ui.viewer.pictures import Drawn, Pictures
from workstation.ui.viewer.pointing import MEASURING, Pointing
from workstation.viewing.tool import Move, Press, Release

#: What a dragged thumbnail carries: the id of its display set.
SERIES_MIME: Final = "application/x-workstation-display-set"

_BUTTONS: Final = {
    Qt.MouseButton.LeftButton: "left",
    Qt.MouseButton.MiddleButton: "middle",
    Qt.MouseButton.RightButton: "right",
}

#: Degrees times eight of one notch of a wheel.
_NOTCH: Final = 120


class Canvas(QWidget):
    """One viewport of the grid. GUI thread; acts by command lines alone."""

    painted = Signal()

    def __init__(self, viewer: Viewer, index: int, run: Callable[[str], None], jobs: Jobs) -> None:
        super().__init__()
        self._viewer = viewer
        self._index = index
        self._run = run
        self._pictures = Pictures(jobs, self.refresh)
        self._old = True  # what is drawn is not what the viewer shows now
        self._drawn = Drawn(viewer.scene(index))
        self._pointing = Pointing(self._act)
        self._painting = Painting(self, viewer, index)
        self._wheel = 0
        self._on_bar = False
        self._right_at: QPointF | None = None  # where the right button went down
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 140)
        self.setObjectName(f"viewport-{index}")
        self.follow_tool()

    @property
    def index(self) -> int:
        return self._index

    def follow_tool(self) -> None:
        """The viewer's tool has changed, or the case: take it up."""
        self._pointing.use(self._viewer.tool)
        measuring = self._viewer.tool in MEASURING or self._viewer.tool == "probe"
        shape = Qt.CursorShape.CrossCursor if measuring else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    def forget(self) -> None:
        """The case was closed: no pixel of it stays here."""
        self._pictures.forget()
        self._drawn = Drawn(Scene(None, None, Overlay()))
        self._pointing.cancel()
        self._painting.forget()
        self.refresh()

    # --- painting -----------------------------------------------------------------

    def refresh(self) -> None:
        """What is drawn is old: work it out anew with the next paint."""
        self._old = True
        self.update()

    def settle(self) -> None:
        """Draw what was asked for last, however long it takes."""
        self._drawn = self._pictures.draw_now(self._viewer.scene(self._index))
        self._old = False
        self.update()

    def count(self) -> None:
        """More images of the series are here: the bar, and the lines that count them."""
        self._old = True
        self.update(self._painting.bar_place)
        words, before = self._viewer.overlay(self._index), self._drawn.words
        if words.bottom_left != before.bottom_left:
            width, height = self.width(), self.height()
            place = corners.low_left(before, width, height)
            self.update(place.united(corners.low_left(words, width, height)))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._old:
            self._old = False
            self._drawn = self._pictures.draw(self._viewer.scene(self._index))
        with QPainter(self) as painter:
            self._painting.paint(painter, self._drawn, self._pointing.preview, event.region())
        self.painted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._tell_size()

    def _tell_size(self) -> None:
        ratio = self.devicePixelRatioF()
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        self._viewer.resized(self._index, width, height, ratio)
        self.refresh()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._tell_size()
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self.setToolTip(plain.tooltip_text(self._explained(QPointF(event.pos()))))
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and self._forgets(event):
            event.accept()  # before Escape is taken for a shortcut
            return True
        return super().event(event)

    # --- pointer and keys -----------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._activate()
        self._viewer.rest()
        at = event.position()
        if event.button() == Qt.MouseButton.RightButton:
            self._right_at = at
        if at.x() >= self.width() - inking.BAR and event.button() == Qt.MouseButton.LeftButton:
            self._on_bar = True
            self._go_to_bar(at.y())
            return
        point, shown = self._image_point(at), self.pointed_at
        button = _BUTTONS.get(event.button())
        if point is None or button is None or shown is None:
            return
        if button == "left" and self._take_hold(at):
            return
        self._pointing.press(Press(point, (at.x(), at.y()), shown.frame.key), button)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """One view alone and back; a measuring tool takes it for its second point."""
        if event.button() != Qt.MouseButton.LeftButton or self._viewer.tool in MEASURING:
            self.mousePressEvent(event)
        else:
            self._act("viewport.maximize")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._on_bar:
            self._go_to_bar(at.y())
            return
        point, shown = self._image_point(at), self.pointed_at
        if point is None or shown is None:
            return
        held = event.buttons() != Qt.MouseButton.NoButton
        before = self._pointing.preview
        self._pointing.move(Move(point, (at.x(), at.y()), shown.frame.key, held))
        if self._pointing.preview != before:
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._on_bar = False
        at = event.position()
        if event.button() == Qt.MouseButton.RightButton and self._clicked(at):
            self._ask_what(at)
        point, shown = self._image_point(at), self.pointed_at
        if point is not None and shown is not None:
            self._pointing.release(Release(point, (at.x(), at.y()), shown.frame.key))
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._activate()
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / _NOTCH)
        self._wheel -= notches * _NOTCH
        event.accept()
        if notches == 0:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            point = self._image_point(event.position())
            if point is not None:
                factor = 1.2**notches
                self._act(f"viewport.zoom {factor:.4f} {point[0]:.2f} {point[1]:.2f}")
        else:
            self._act(f"viewport.scroll {-notches}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._forgets(event):
            self._pointing.cancel()
            self.update()
            return
        super().keyPressEvent(event)

    def _forgets(self, event: QKeyEvent) -> bool:
        """Escape forgets a point that was placed, before it closes anything else."""
        return event.key() == Qt.Key.Key_Escape and self._pointing.busy

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._activate()
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.follow_tool()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(SERIES_MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        dropped = bytes(event.mimeData().data(SERIES_MIME).data()).decode()
        self._run(f"viewport.show-series {quoted(dropped)} {self._index + 1}")
        event.acceptProposedAction()

    # --- inside ---------------------------------------------------------------------

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
        met = self._met(at)
        if met:
            self._run(f"measurement.select {met[0].id}")
        self._run(f"app.context measurement {met[0].id}" if met else "app.context view")

    def _act(self, line: str) -> None:
        if line:
            self._run(line)

    def _activate(self) -> None:
        if self._viewer.active != self._index and self._index < len(self._viewer.viewports):
            self._run(f"viewport.activate {self._index + 1}")

    @property
    def pointed_at(self) -> Shown | None:
        """What the reader points at: while a picture is being made, the one still drawn."""
        if self._pictures.behind and self._drawn.picture is not None:
            return self._drawn.scene.shown
        return self._viewer.shown(self._index)

    def _image_point(self, at: QPointF) -> PixelPoint | None:
        behind = self._pictures.behind and self._drawn.picture is not None
        view = self._drawn.scene.view if behind else self._viewer.resolved(self._index)
        if view is None:
            return None
        ratio = self.devicePixelRatioF()
        return view.to_image((at.x() * ratio, at.y() * ratio))

    def _go_to_bar(self, y: float) -> None:
        count = self._viewer.frames_on_active
        if count:
            index = min(max(int(y / self.height() * count), 0), count - 1)
            self._run(f"viewport.go {index + 1}")

    def _take_hold(self, at: QPointF) -> bool:
        """A handle of the selected measurement, or the line of another one."""
        shown, ink, point = self.pointed_at, self._painting.ink, self._image_point(at)
        if shown is None or ink is None or not self._viewer.ink_shown or self._pointing.busy:
            return False
        place = (at.x(), at.y())
        marks = self._viewer.measurements_on(shown.frame)
        selected, measuring = self._viewer.selected_measurement, self._viewer.tool in MEASURING
        grasp = grasped(ink, marks, selected, place, lines=not measuring)
        if grasp is not None and point is not None:
            self._pointing.edit(grasp.measurement, grasp.handle, point)
            return True
        met = () if measuring else under(ink, marks, place)
        if met:
            self._run(f"measurement.select {met[0].id}")
        return bool(met)

    def _explained(self, at: QPointF) -> str:
        """More about the measurement under the pointer than its label has room for."""
        met = self._met(at)
        return explained(met[0]) if met else ""

    def _met(self, at: QPointF) -> tuple[Measurement, ...]:
        """The measurements under the pointer."""
        shown, ink = self.pointed_at, self._painting.ink
        if shown is None or ink is None or not self._viewer.ink_shown:
            return ()
        return under(ink, self._viewer.measurements_on(shown.frame), (at.x(), at.y()))
