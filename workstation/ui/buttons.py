"""How buttons and check boxes are painted; `ui.plain` makes them."""

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QPushButton, QSizePolicy

from workstation.ui import icons, theme
from workstation.ui.chips import key_width, paint_key, shown_key

ButtonLook = Literal["normal", "main", "quiet"]


class Button(QPushButton):
    """A word, its key beside it, at most one icon before it."""

    def __init__(self, text: str, key: str, look: ButtonLook, icon: str) -> None:
        super().__init__(text)
        self._key = shown_key(key)
        self._look = look
        self._icon = icon
        self.setFont(theme.font("body", 600 if look == "main" else 500))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)

    def set_key(self, key: str) -> None:
        """Another key beside the word."""
        self._key = shown_key(key)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        wide = QFontMetricsF(self.font()).horizontalAdvance(self.text()) + 24
        wide += key_width(self._key) + 8 if self._key else 0
        wide += 22 if self._icon else 0
        return QSize(round(wide + 0.5), 30)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            ink = self._paint_ground(painter)
            left = 12.0 if self.text() else (self.width() - 16) / 2
            if self._icon:
                icons.paint(painter, self._icon, left, (self.height() - 16) / 2, ink)
                left += 22
            painter.setFont(self.font())
            painter.setPen(theme.color(ink))
            words = QRectF(left, 0, self.width() - left, self.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
            if self._key:
                at = QPointF(self.width() - 10 - key_width(self._key), (self.height() - 18) / 2)
                main = self._look == "main" and self.isEnabled()
                paint_key(painter, at, self._key, ink, "text.inverse" if main else "line.edge")

    def _paint_ground(self, painter: QPainter) -> str:
        """Paint what is under the words; returns the tone of the words."""
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = theme.tokens().radius.control
        if not self.isEnabled():
            if self._look != "quiet":
                painter.setPen(theme.pen("line.edge", 1.0, "dash"))
                painter.drawRoundedRect(box, radius, radius)
            return "text.low"
        if self._look == "main":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hue.here", 0.85 if self.isDown() else 1.0))
            painter.drawRoundedRect(self.rect(), radius, radius)
            return "text.inverse"
        if self.isChecked():  # a ring and a hue: on near-black a lighter grey alone is not seen
            painter.setPen(theme.pen("hue.here"))
            painter.setBrush(theme.color("bg.press" if self.isDown() else "bg.select"))
            painter.drawRoundedRect(box, radius, radius)
            return "hue.here"
        ground = "bg.press" if self.isDown() else "bg.hover" if self.underMouse() else ""
        painter.setPen(theme.pen("line.edge") if self._look == "normal" else Qt.PenStyle.NoPen)
        if ground:
            painter.setBrush(theme.color(ground))
        painter.drawRoundedRect(box, radius, radius)
        return "text.hi" if self._look == "normal" else "text.mid"


class CheckBox(QCheckBox):
    """A box with a check mark of our own and its words beside it."""

    def sizeHint(self) -> QSize:
        wide = QFontMetricsF(self.font()).horizontalAdvance(self.text()) + 26
        return QSize(round(wide), 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(0.5, (self.height() - 15) / 2, 15, 15)
            painter.setPen(theme.pen("line.strong"))
            painter.setBrush(theme.color("bg.field"))
            painter.drawRoundedRect(box, 3, 3)
            if self.isChecked():
                icons.paint(painter, "check", box.x() + 1, box.y() + 1, "text.hi", 13)
            painter.setPen(theme.color("text.hi" if self.isEnabled() else "text.low"))
            painter.setFont(self.font())
            words = QRectF(24, 0, self.width() - 24, self.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
