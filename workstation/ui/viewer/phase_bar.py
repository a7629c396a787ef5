"""The slider of phases at the foot of a view: one field for each, the one shown is white."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter

from workstation.ui import theme
from workstation.ui.viewer.inking import BAR

#: How high it is, and how far above it a hand still means it, logical pixels.
HIGH: Final = 6
_REACH: Final = 10
#: Fields narrower than this have no gaps between them.
_NARROW: Final = 5.0


def draw(painter: QPainter, count: int, at: int, view: QSize) -> None:
    """Under the words, left of the scroll bar."""
    wide, top = view.width() - BAR, view.height() - HIGH
    painter.fillRect(QRectF(0, top, wide, HIGH), theme.color("bg.app"))
    step = wide / count
    gap = 1.0 if step >= _NARROW else 0.0
    for index in range(count) if gap else ():
        field = QRectF(index * step + gap, top + 1, step - 2 * gap, HIGH - 2)
        painter.fillRect(field, theme.color("line.edge"))
    now = QRectF(at * step + gap, top, max(step - 2 * gap, 2.0), HIGH)
    painter.fillRect(now, theme.color("ink.active"))


def phase_at(place: QPointF, count: int, view: QSize, *, held: bool = False) -> int | None:
    """Which phase lies under a hand, from 0; None beside the slider, unless it is held."""
    wide = view.width() - BAR
    inside = view.height() - place.y() <= _REACH and 0 <= place.x() < wide
    if not (inside or held) or wide <= 0:
        return None
    return max(0, min(int(place.x() / wide * count), count - 1))
