"""One viewport: image, ink, words, frame, in one paint event.

Every word and line is drawn from the same `Shown` as the pixels. Changes only say that
what is drawn is old; Qt joins the repaints, so that after a hundred wheel events the last
frame asked for is the one that is drawn, and everything is worked out once for it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QCursor,
    QDragEnterEvent,
    QDropEvent,
    QEnterEvent,
    QFocusEvent,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from workstation.domain.geometry import Vector
from workstation.domain.measurement import Measurement, PixelPoint
from workstation.rendering.engine import CPU, Slices
from workstation.rendering.ink import Box
from workstation.rendering.ink import Canvas as InkCanvas
from workstation.services.jobs import Jobs
from workstation.services.lines import quoted
from workstation.services.screen.overlay_lines import Overlay
from workstation.services.screen.scene import Scene
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.viewer import Viewer
from workstation.ui import plain
from workstation.ui.screens import identity
from workstation.ui.viewer import corners, cursors
from workstation.ui.viewer.hand import Hand
from workstation.ui.viewer.lens import Lens
from workstation.ui.viewer.painting import Painting
from workstation.ui.viewer.pictures import Drawn, Pictures
from workstation.ui.viewer.renderings import point_under

#: What a dragged thumbnail carries: the id of its display set.
SERIES_MIME: Final = "application/x-workstation-display-set"

#: The view came to another screen.
_ELSEWHERE: Final = (QEvent.Type.DevicePixelRatioChange, QEvent.Type.ScreenChangeInternal)


class Canvas(QWidget):
    """One viewport of the grid. GUI thread; acts by command lines alone."""

    painted = Signal()

    def __init__(
        self,
        viewer: Viewer,
        index: int,
        run: Callable[[str], None],
        jobs: Jobs,
        slices: Slices = CPU,
    ) -> None:
        super().__init__()
        self._viewer = viewer
        self._index = index
        self._run = run
        self._pictures = Pictures(jobs, self.refresh, slices)
        self._old = True  # what is drawn is not what the viewer shows now
        self._drawn = Drawn(viewer.scene(index))
        self._lens = Lens(jobs, self.update, slices)
        self._pointer: QPointF | None = None  # None: on another view, or nowhere
        self._painting = Painting(self, viewer, index, self._lens, self._as_held)
        self._hand = Hand(self, viewer, run)
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

    @property
    def pictures(self) -> Pictures:
        """What makes them, and the last one."""
        return self._pictures

    @property
    def ink(self) -> InkCanvas | None:
        """How the last ink was laid: what a pointer can meet."""
        return self._painting.ink

    @property
    def labels(self) -> Mapping[str, Box]:
        """Where the labels of measurements stand on the last paint."""
        return self._painting.labels

    def follow_tool(self) -> None:
        """The viewer's tool has changed, or the case: take it up."""
        self._hand.use(self._viewer.tool)
        self._hint()

    def _hint(self) -> None:
        """The pointer says what the left button will do."""
        hold = self._hand.hold
        if hold is not None:
            shape = QCursor(cursors.CLOSED if hold == "held" else cursors.OPEN)
        else:
            shape = cursors.cursor_of(self._viewer.tool, self.devicePixelRatioF())
        if shape != self.cursor():
            self.setCursor(shape)

    def forget(self) -> None:
        """The case was closed: no pixel of it stays here."""
        self._pictures.forget()
        self._lens.forget()
        self._drawn = Drawn(Scene(None, None, Overlay()))
        self._hand.drop()
        self._painting.forget()
        self.refresh()

    # --- painting -----------------------------------------------------------------

    def refresh(self) -> None:
        """What is drawn is old: work it out anew with the next paint."""
        self._old = True
        self.update()

    def take_up(self) -> None:
        """The same where another view is in the hand: its picture is begun now, and as long as
        that is made elsewhere nothing here is painted anew as it was."""
        if not self.isVisible():
            self.refresh()
            return
        before, self._old = self._drawn, False
        self._drawn = self._pictures.draw(self._viewer.scene(self._index))
        if not (self._pictures.behind and self._drawn.is_as(before)):
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
        self._painting.magnified_at = self._magnifies_at()
        self._painting.met = self._hand.met
        with QPainter(self) as painter:
            self._painting.paint(painter, self._drawn, self._hand.preview, event.region())
        self.painted.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another layout: what was begun here is not ended where the view comes again."""
        self._pointer = None
        self._hand.drop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._pointer is not None and not self.rect().contains(self._pointer.toPoint()):
            self._pointer = None  # the view went away under it
        self._tell_size()

    def _tell_size(self) -> None:
        ratio = self.devicePixelRatioF()
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        self._viewer.resized(self._index, width, height, ratio, identity(self.screen()))
        self.refresh()

    def event(self, event: QEvent) -> bool:
        if event.type() in _ELSEWHERE:
            self._tell_size()
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self.setToolTip(plain.tooltip_text(self._hand.explained(QPointF(event.pos()))))
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and self._forgets(event):
            event.accept()  # before Escape is taken for a shortcut
            return True
        return super().event(event)

    # --- pointer and keys -----------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._hand.pressed(event)
        self._hint()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._hand.pressed_twice(event)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._hand.moved(event) or self._viewer.magnifies:
            self.update()
        self._hint()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hand.released(event)
        self._hint()
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._hand.turned(event)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._forgets(event):
            self._hand.let_go()
            self.update()
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Shift:
            self._hand.left()
        super().keyReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self._hand.left()
        self.update()

    def _forgets(self, event: QKeyEvent) -> bool:
        """Escape forgets a point that was placed, before it closes anything else."""
        return event.key() == Qt.Key.Key_Escape and self._hand.busy

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.activate()
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._pointer = event.position()
        self.follow_tool()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(SERIES_MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        dropped = bytes(event.mimeData().data(SERIES_MIME).data()).decode()
        self._run(f"viewport.show-series {quoted(dropped)} {self._index + 1}")
        event.acceptProposedAction()

    # --- inside ---------------------------------------------------------------------

    def _as_held(self, mark: Measurement) -> Measurement:
        return self._hand.with_label(mark)

    def _magnifies_at(self) -> QPointF | None:
        """Under the pointer; in the middle of the active view where it is on none of them."""
        if not self._viewer.magnifies or self._pointer is not None:
            return self._pointer if self._viewer.magnifies else None
        around = self.parentWidget()
        all_of_them = (self,) if around is None else around.findChildren(Canvas)
        elsewhere = any(each._pointer is not None for each in all_of_them)
        here = self._index == self._viewer.active and not elsewhere
        return QRectF(self.rect()).center() if here else None

    def activate(self) -> None:
        """Make this view the one that keys act on."""
        if self._viewer.active != self._index and self._index < len(self._viewer.viewports):
            self._run(f"viewport.activate {self._index + 1}")

    @property
    def pointed_at(self) -> Shown | None:
        """What the reader points at: while a picture is being made, the one still drawn."""
        if self._pictures.behind and self._drawn.picture is not None:
            return self._drawn.scene.shown
        return self._viewer.shown(self._index)

    def picked(self, at: QPointF) -> Vector | None:
        """What is seen of a rendered volume at a place of the view, LPS mm; None beside it."""
        seen, ratio = self._pictures.rendering, self.devicePixelRatioF()
        return None if seen is None else point_under(seen, (at.x() * ratio, at.y() * ratio))

    def image_point(self, at: QPointF) -> PixelPoint | None:
        """The image point under a place of the view, where there is an image."""
        behind = self._pictures.behind and self._drawn.picture is not None
        view = self._drawn.scene.view if behind else self._viewer.resolved(self._index)
        if view is None:
            return None
        ratio = self.devicePixelRatioF()
        return view.to_image((at.x() * ratio, at.y() * ratio))
