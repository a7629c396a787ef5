"""The icon set: `resources/icons/*.svg`, 16 px, one stroke, in the colour asked for."""

from functools import cache

from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from workstation.settings import resource
from workstation.ui import theme


@cache
def _renderer(name: str, tone: str) -> QSvgRenderer:
    drawing = resource(f"icons/{name}.svg").read_text("utf-8")
    drawing = drawing.replace("currentColor", theme.hex_of(tone))
    drawing = drawing.replace("knockColor", theme.hex_of("text.inverse"))
    return QSvgRenderer(QByteArray(drawing.encode()))


@cache
def pixmap(name: str, tone: str = "text.mid", size: int = 16, ratio: float = 1.0) -> QPixmap:
    """The icon as pixels: `size` logical pixels at the ratio of the screen it is for."""
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.fill(Qt.GlobalColor.transparent)
    with QPainter(made) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _renderer(name, tone).render(painter, QRectF(made.rect()))
    made.setDevicePixelRatio(ratio)
    return made


def paint(
    painter: QPainter, name: str, x: float, y: float, tone: str = "text.mid", size: int = 16
) -> None:
    """Draw the icon with its top left corner at (x, y), sharp at the painter's ratio."""
    ratio = painter.device().devicePixelRatioF()
    at = QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio)
    painter.drawPixmap(at, pixmap(name, tone, size, ratio))


def icon(name: str, tone: str = "text.mid", size: int = 16) -> QIcon:
    """For widgets that take an icon; sharp at the ratios 1, 1.5 and 2."""
    made = QIcon()
    for ratio in (1.0, 1.5, 2.0):
        made.addPixmap(pixmap(name, tone, size, ratio))
        made.addPixmap(pixmap(name, "text.low", size, ratio), QIcon.Mode.Disabled)
    return made


def names() -> tuple[str, ...]:
    """Every icon there is."""
    return tuple(sorted(p.stem for p in resource("icons").glob("*.svg")))
