"""Words on images: outlined, so that they can be read on lung and on bone alike.

Each text is drawn once and kept as a picture by text, size, colour and screen ratio.
"""

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap

from workstation.ui import theme
from workstation.ui.chips import Look, chip_size, paint_chip
from workstation.ui.theme import Size

_MARGIN: Final = 3

#: Where the dark copies stand around the words. Each image of a stack has words of its own,
#: and a stroked path takes seven times as long as eight copies of glyphs that Qt keeps.
_AROUND: Final = (
    (-1.5, 0.0), (1.5, 0.0), (0.0, -1.5), (0.0, 1.5),
    (-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0),
)  # fmt: skip


@lru_cache(maxsize=4096)
def text_width(text: str, size: Size = "small", weight: int = 400) -> float:
    """Logical pixels."""
    return QFontMetricsF(theme.font(size, weight)).horizontalAdvance(text)


@lru_cache(maxsize=1024)
def elided(text: str, room: float, size: Size = "small") -> str:
    """Cut at the end where it is wider than the room."""
    metrics = QFontMetricsF(theme.font(size))
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)


@lru_cache(maxsize=16)
def line_height(size: Size = "small") -> float:
    return QFontMetricsF(theme.font(size)).height()


@lru_cache(maxsize=2048)
def _picture(text: str, size: Size, weight: int, token: str, ratio: float) -> QPixmap:
    font = theme.font(size, weight)
    metrics = QFontMetricsF(font)
    width = metrics.horizontalAdvance(text) + 2 * _MARGIN
    height = metrics.height() + 2 * _MARGIN
    made = QPixmap(round(width * ratio + 0.5), round(height * ratio + 0.5))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    base = QPointF(_MARGIN, _MARGIN + metrics.ascent())
    with QPainter(made) as painter:
        painter.setFont(font)
        painter.setPen(theme.color("ink.halo"))
        for across, down in _AROUND:
            painter.drawText(base + QPointF(across, down), text)
        painter.setPen(theme.color(token))
        painter.drawText(base, text)
    return made


def draw(
    painter: QPainter,
    text: str,
    x: float,
    top: float,
    *,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    size: Size = "small",
    weight: int = 400,
    token: str = "text.image",
) -> float:
    """Outlined text whose left, middle or right is at `x`; gives the height of the line."""
    ratio = painter.device().devicePixelRatioF()
    picture = _picture(text, size, weight, token, ratio)
    width = picture.width() / ratio
    if align == Qt.AlignmentFlag.AlignRight:
        left = x - width + _MARGIN
    elif align == Qt.AlignmentFlag.AlignHCenter:
        left = x - width / 2
    else:
        left = x - _MARGIN
    left, top = round(left * ratio) / ratio, round((top - _MARGIN) * ratio) / ratio
    painter.drawPixmap(QPointF(left, top), picture)
    return line_height(size)


def tag(painter: QPainter, text: str, right: float, top: float, token: str, look: Look) -> None:
    """A chip on an image, its right edge at `right`, on a dark plate so that it can be read."""
    width, height = chip_size(text, weight=700 if look == "filled" else 600)
    box = QRectF(right - width, top, width, height)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("ink.halo", 0.72))
    radius = theme.tokens().radius.chip
    painter.drawRoundedRect(box, radius, radius)
    painter.restore()
    paint_chip(painter, box, text, token, look)
