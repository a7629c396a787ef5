"""Draws pictures, paint lists and the scroll bar with QPainter."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from workstation.rendering.annotations import runs, shrunk
from workstation.rendering.ink import Border, Handle, Item, Letter, Oval, Plate, Stroke, Tint
from workstation.rendering.picture import Picture
from workstation.ui import theme
from workstation.ui.viewer import glyphs

#: Width of the scroll bar.
BAR = 10


def text_size(first: str, second: str) -> tuple[float, float]:
    """Width and height of a label's plate."""
    width = max(
        glyphs.text_width(first, "body", 600),
        glyphs.text_width(second, "micro") if second else 0.0,
    )
    height = glyphs.line_height("body") + (glyphs.line_height("micro") if second else 0.0)
    return width + 10, height + 4


#: By how many bytes a pixel has; a layer's colours are multiplied by how opaque they are.
_FORMS: Final = MappingProxyType(
    {
        1: QImage.Format.Format_Grayscale8,
        3: QImage.Format.Format_RGB888,
        4: QImage.Format.Format_RGBA8888_Premultiplied,
    }
)


def draw_picture(painter: QPainter, picture: Picture) -> None:
    """The pixels where they belong: one on each of the screen's, a preview's on several."""
    pixels, ratio = picture.pixels, painter.device().devicePixelRatioF()
    form = _FORMS[pixels.shape[2] if pixels.ndim == 3 else 1]
    image = QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], form)
    at = QPointF(picture.left / ratio, picture.top / ratio)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, picture.part > 1)
    if picture.part == 1:
        image.setDevicePixelRatio(ratio)  # pixel for pixel, whatever the screen's density
        painter.drawImage(at, image)
        return
    # Qt draws an image of a ratio below 1 as if it were 1: where it goes is said instead.
    size = QSizeF(image.width(), image.height()) * picture.part / ratio
    painter.drawImage(QRectF(at, size), image)


def draw_items(painter: QPainter, items: Sequence[Item]) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for item in items:
        match item:
            case Stroke():
                _stroke(painter, item)
            case Oval():
                _oval(painter, item)
            case Handle():
                _handle(painter, item)
            case Plate():
                _plate(painter, item)
            case Border():
                _border(painter, item)
            case Tint():
                _tint(painter, item)
            case Letter():
                glyphs.draw(painter, item.text, *item.at, weight=600, token=item.token)
    painter.restore()


def _halo(width: float) -> QPen:
    return QPen(theme.color("ink.halo", 0.65), width + 2.0)


def _stroke(painter: QPainter, item: Stroke) -> None:
    line = QPolygonF([QPointF(*point) for point in item.points])
    draw = painter.drawPolygon if item.closed else painter.drawPolyline
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if item.halo:
        painter.setPen(_halo(item.width))
        draw(line)
    painter.setPen(theme.pen(item.token, item.width, item.dash))
    draw(line)


def _border(painter: QPainter, item: Border) -> None:
    line = QPolygonF([QPointF(*point) for point in item.points])
    draw = painter.drawPolygon if item.closed else painter.drawPolyline
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (_halo(1.5), theme.pen_of_data(item.colour, 1.5)):
        painter.setPen(pen)
        draw(line)
    if item.filled:
        painter.setBrush(pen.color())
        painter.drawPolygon(line)


def _tint(painter: QPainter, item: Tint) -> None:
    area = QPainterPath()
    area.setFillRule(Qt.FillRule.OddEvenFill)
    for line in item.lines:
        area.addPolygon(QPolygonF([QPointF(*point) for point in line]))
        area.closeSubpath()
    colour = theme.pen_of_data(item.colour, 1.0).color()
    colour.setAlphaF(item.opacity)
    painter.fillPath(area, colour)


def _oval(painter: QPainter, item: Oval) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (_halo(item.width), theme.pen(item.token, item.width)):
        painter.setPen(pen)
        painter.drawEllipse(QRectF(*item.box))


def _handle(painter: QPainter, item: Handle) -> None:
    box = QRectF(item.at[0] - 3.5, item.at[1] - 3.5, 7, 7)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (_halo(1.5), theme.pen("ink.active", 1.5)):
        painter.setPen(pen)
        painter.drawRect(box)


def _plate(painter: QPainter, item: Plate) -> None:
    box = QRectF(*item.box)
    nearest = QPointF(
        min(max(item.anchor[0], box.left()), box.right()),
        min(max(item.anchor[1], box.top()), box.bottom()),
    )
    painter.setPen(theme.pen("ink.measure", 1.0, "dot"))
    painter.drawLine(QPointF(*item.anchor), nearest)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("ink.halo", 0.72))
    painter.drawRoundedRect(box, 2, 2)
    inside = box.adjusted(5, 2, -5, -2)
    painter.setFont(theme.font("body", 600))
    painter.setPen(theme.color("ink.measure"))
    left_top = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
    painter.drawText(inside, left_top, item.first)
    if item.second:
        painter.setFont(theme.font("micro"))
        painter.setPen(theme.color("text.hi"))
        low = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        painter.drawText(inside, low, item.second)


class ScrollBar:
    """Loaded light, seen lighter, missing hatched; the white frame is now.

    The states are drawn once for as long as they are the same.
    """

    def __init__(self) -> None:
        self._drawn: QPixmap | None = None
        self._of: object = None

    def draw(self, painter: QPainter, states: Sequence[str], index: int, view: QSize) -> None:
        height, ratio = view.height(), painter.device().devicePixelRatioF()
        wanted = (tuple(states), height, ratio)
        if self._drawn is None or self._of != wanted:
            self._drawn, self._of = _states(states, height, ratio), wanted
        left = view.width() - BAR
        painter.drawPixmap(left, 0, self._drawn)
        if len(states) < 2:
            return
        tall = max(height / len(states), 8.0)
        top = min(index * height / len(states), height - tall)
        painter.setPen(theme.pen("ink.active", 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(left + 0.5, round(top) + 0.5, BAR - 2, round(tall) - 1))


def _states(states: Sequence[str], height: int, ratio: float) -> QPixmap:
    made = QPixmap(round(BAR * ratio), max(1, round(height * ratio)))
    made.setDevicePixelRatio(ratio)
    made.fill(theme.color("bg.app"))
    shown = shrunk(states, made.height())
    if len(shown) < 2:
        return made
    tall = height / len(shown)
    with QPainter(made) as painter:
        for first, past, state in runs(shown):
            box = QRectF(3, first * tall, BAR - 6, (past - first) * tall)
            match state:
                case "seen":
                    painter.fillRect(box, theme.color("text.low"))
                case "loaded":
                    painter.fillRect(box, theme.color("line.edge"))
                case "failed":
                    painter.fillRect(box, theme.color("hue.act"))
                case _:
                    painter.fillRect(box.adjusted(-3, 0, 3, 0), theme.hatch(ratio))
    return made
