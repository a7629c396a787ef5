"""The focus ring of buttons and boxes: 2 px, 2 px off the control, always drawn.

Entries and views draw theirs inside, by the style sheet or their own paint. A ring off
the control lies outside the control's own rectangle, so it is a widget beside it. (A
QProxyStyle could do it too, but would bring every measure of every style through Python.)
"""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from shiboken6 import isValid

_OFF = 4  # 2 px of air, 2 px of line


class FocusRing(QWidget):
    """Follows the control that has the focus; never takes a click itself."""

    def __init__(self, control: QWidget, pen: QPen, radius: int) -> None:
        super().__init__(control.parentWidget())
        self._control = control
        self._pen = pen
        self._radius = radius
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        control.installEventFilter(self)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show):
            self._follow()
        elif event.type() == QEvent.Type.Hide:
            self.hide()
        return False

    def leave(self) -> None:
        """The focus has gone on; at once, not when Qt gets round to it."""
        if isValid(self._control):
            self._control.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(self._pen)
            inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(inside, self._radius, self._radius)

    def _follow(self) -> None:
        around = self._control.geometry().adjusted(-_OFF, -_OFF, _OFF, _OFF)
        host = self.parentWidget()
        self.setGeometry(around & host.rect() if host is not None else around)
        self.setVisible(self._control.isVisible())
        self.raise_()


def give_back(before: QWidget | None, window: QWidget) -> None:
    """Keys go where they went before something opened over the window; where that is not to be
    seen any more to the window, which knows its first place.

    Else they stay in what was closed: in a field of it, every letter would be swallowed.
    """
    there = before is not None and isValid(before) and before.isVisible()
    (before if there and before is not None else window).setFocus(Qt.FocusReason.PopupFocusReason)


class _Keeper(QObject):
    """Puts one ring where the focus goes and takes it away again."""

    def __init__(self, app: QApplication, pen: QPen, radius: int) -> None:
        super().__init__(app)
        self.setObjectName("focus-ring")
        self._pen = pen
        self._radius = radius
        self._ring: FocusRing | None = None
        app.focusChanged.connect(self._moved)

    def _moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._ring is not None and isValid(self._ring):
            self._ring.leave()
        self._ring = None
        if isinstance(new, QAbstractButton) and new.parentWidget() is not None:
            self._ring = FocusRing(new, self._pen, self._radius)


def keep_focus_ring(app: QApplication, pen: QPen, radius: int) -> None:
    """Once for the program; a second call changes nothing."""
    if app.findChild(QObject, "focus-ring") is None:
        _Keeper(app, pen, radius)
