"""Chips and key caps: the small boxes that carry a state or a key.

Painters for delegates, widgets for everything else; one look for both.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from workstation.ui import icons, theme

Look = Literal["outline", "dashed", "filled", "plain"]

_PAD = 5.0
_ICON = 13
_GAP = 4.0


def chip_size(text: str, icon: str = "", weight: int = 600) -> tuple[float, float]:
    """Width and height of a chip with these words."""
    wide = QFontMetricsF(theme.font("micro", weight)).horizontalAdvance(text)
    return wide + 2 * _PAD + (_ICON + _GAP if icon else 0.0), 18.0


def paint_chip(
    painter: QPainter, rect: QRectF, text: str, tone: str, look: Look = "outline", icon: str = ""
) -> None:
    """A state in a box. Filled is for breach, block, FINAL and CURRENT alone."""
    painter.save()
    painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # as the box is laid out
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = theme.tokens().radius.chip
    frame = rect.adjusted(0.5, 0.5, -0.5, -0.5)
    ink = "text.inverse" if look == "filled" else tone
    if look == "filled":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(tone))
        painter.drawRoundedRect(rect, radius, radius)
    elif look != "plain":
        painter.setPen(theme.pen(tone, 1.0, "dash" if look == "dashed" else "solid"))
        painter.drawRoundedRect(frame, radius, radius)
    weight = 700 if look == "filled" else 600
    wide = chip_size(text, icon, weight)[0]
    left = rect.left() + max(0.0, (rect.width() - wide) / 2) + _PAD
    if icon:
        icons.paint(painter, icon, left, rect.center().y() - _ICON / 2 + 0.5, ink, _ICON)
        left += _ICON + _GAP
    painter.setFont(theme.font("micro", weight))
    painter.setPen(theme.color(ink))
    words = QRectF(left, rect.top(), rect.right() - left, rect.height())
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    painter.restore()


def key_width(key: str) -> float:
    """Width of the cap that shows a key."""
    return max(18.0, QFontMetricsF(theme.font("micro")).horizontalAdvance(key) + 10.0)


def paint_key(
    painter: QPainter, at: QPointF, key: str, tone: str = "text.mid", line: str = "line.edge"
) -> None:
    """A key cap, 18 px high, its top left corner at a point."""
    painter.save()
    painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    cap = QRectF(at.x() + 0.5, at.y() + 0.5, key_width(key) - 1, 17)
    painter.setPen(theme.pen(line))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(cap, 3, 3)
    painter.setFont(theme.font("micro"))
    painter.setPen(theme.color(tone))
    painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
    painter.restore()


#: What stands on the keys themselves; words where keyboards bear words.
_CAPS: Final[Mapping[str, str]] = MappingProxyType(
    {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "PgDown": "PgDn"}
)


def shown_key(keys: str) -> str:
    """A key as a cap shows it: ``Ctrl+K`` is `Ctrl K`, ``Shift+Up`` is `Shift ↑`."""
    if len(keys) == 1:
        return keys
    return " ".join(_CAPS.get(part, part) for part in keys.split("+"))


class Chip(QLabel):
    """A chip as a widget. An empty text takes no room."""

    def __init__(
        self, text: str = "", tone: str = "text.mid", look: Look = "outline", icon: str = ""
    ) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._tone: str = tone
        self._look: Look = look
        self._icon = icon
        self.show_state(text, tone, look, icon)

    def show_state(
        self, text: str, tone: str = "text.mid", look: Look = "outline", icon: str = ""
    ) -> None:
        """Say another state."""
        self._tone, self._look, self._icon = tone, look, icon
        self.setText(text)
        if not text:
            self.hide()
        elif self.parentWidget() is not None:
            self.show()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        weight = 700 if self._look == "filled" else 600
        wide, high = chip_size(self.text(), self._icon, weight)
        return QSize(round(wide + 1), round(high) + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        wide, high = self.sizeHint().width(), self.sizeHint().height() - 2.0
        box = QRectF(0, (self.height() - high) / 2, wide, high)
        with QPainter(self) as painter:
            paint_chip(painter, box, self.text(), self._tone, self._look, self._icon)


class KeyCap(QWidget):
    """A key beside the words it belongs to; says nothing by itself to a screen reader."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.set_key(key)

    def set_key(self, key: str) -> None:
        """Another key from now on."""
        self._key = shown_key(key)
        self.setFixedSize(round(key_width(self._key)), 18)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_key(painter, QPointF(0, 0), self._key)
