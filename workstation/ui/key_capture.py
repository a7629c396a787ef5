"""A place that takes whatever is pressed: one key, or two in turn, and what is held beside it."""

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workstation.text import tr
from workstation.ui import theme
from workstation.ui.actions import stroke_of
from workstation.ui.chips import key_width, paint_key, shown_key

#: So long a second key is waited for, as the program waits for that of a chord.
SECOND_KEY_MS: Final = 1200
_HIGH: Final = 48
_MOST_STROKES: Final = 2


class KeyCapture(QWidget):
    """Escape alone gives up; every other key is taken, Tab and Enter too."""

    pressed = Signal(str)  # what was pressed so far
    captured = Signal(str)
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._strokes: list[str] = []
        self.is_listening = False
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(SECOND_KEY_MS)
        self._wait.timeout.connect(self.wait_no_longer)
        self.setFixedHeight(_HIGH)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Press the key"))

    @property
    def keys(self) -> str:
        return " ".join(self._strokes)

    def begin(self) -> None:
        """The next key that is pressed is meant."""
        self._strokes = []
        self.is_listening = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()

    def clear(self) -> None:
        """Nothing is taken any more."""
        self._wait.stop()
        self._strokes = []
        self.is_listening = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Before Tab moves the focus and Escape closes what is open."""
        if self.is_listening and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
                self._take(event)
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A click elsewhere: nothing was meant."""
        super().focusOutEvent(event)
        if self.is_listening and event.reason() == Qt.FocusReason.MouseFocusReason:
            self._give_up()

    def _take(self, event: QKeyEvent) -> None:
        found = stroke_of(event)
        if found is None:
            return  # Shift or Ctrl alone: the key is still to come
        if str(found) == "Esc":
            self._give_up()
            return
        self._strokes.append(str(found))
        self.update()
        self.pressed.emit(self.keys)
        if len(self._strokes) == _MOST_STROKES:
            self.wait_no_longer()
        else:
            self._wait.start()

    def _give_up(self) -> None:
        self.clear()
        self.given_up.emit()

    def wait_no_longer(self) -> None:
        """What was pressed is all there is."""
        self._wait.stop()
        self.is_listening = False
        self.captured.emit(self.keys)

    def sizeHint(self) -> QSize:
        return QSize(320, _HIGH)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            tone = "hue.here" if self.is_listening else "line.edge"
            painter.setPen(theme.pen(tone, 1.0, "solid" if self.is_listening else "dash"))
            painter.setBrush(theme.color("bg.field"))
            radius = theme.tokens().radius.control
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius
            )
            left = 14.0
            for each in self._strokes:
                cap = shown_key(each)
                paint_key(painter, QPointF(left, (_HIGH - 18) / 2), cap, "text.hi", "line.strong")
                left += key_width(cap) + 8
            painter.setFont(theme.font())
            painter.setPen(theme.color("text.low"))
            box = QRectF(self.rect()).adjusted(left, 0, -12, 0)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._words())

    def _words(self) -> str:
        if not self.is_listening:
            return "" if self._strokes else tr("Enter, then press the key that it shall have")
        return tr("a second key?") if self._strokes else tr("Press the key. Esc gives up.")
