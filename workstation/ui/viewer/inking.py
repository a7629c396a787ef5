"""Draws a paint list, the words of an overlay and the scroll bar with QPainter."""

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from workstation.rendering.annotations import ScaleBar, runs, shrunk
from workstation.rendering.ink import Border, Handle, Item, Letter, Oval, Plate, Stroke
from workstation.services.overlay import Line, Mark, Overlay
from workstation.ui import theme
from workstation.ui.viewer import glyphs

LEFT, RIGHT, VERTICAL = 10, 20, 8
BAR = 10


def text_size(first: str, second: str) -> tuple[float, float]:
    """Width and height of a label's plate."""
    width = max(
        glyphs.text_width(first, "body", 600),
        glyphs.text_width(second, "micro") if second else 0.0,
    )
    height = glyphs.line_height("body") + (glyphs.line_height("micro") if second else 0.0)
    return width + 10, height + 4


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


def draw_words(
    painter: QPainter, words: Overlay, bar: ScaleBar | None, width: float, height: float
) -> None:
    """The corners, the letters at the edges, the scale bar and the notices."""
    right = width - RIGHT
    top = float(VERTICAL)
    for line in words.top_left:
        top += _line(painter, line, LEFT, top, Qt.AlignmentFlag.AlignLeft)
    top = float(VERTICAL)
    for line in words.top_right:
        top += _line(painter, line, right, top, Qt.AlignmentFlag.AlignRight)
    _upwards(painter, words.bottom_left, LEFT, height, Qt.AlignmentFlag.AlignLeft)
    _upwards(painter, words.bottom_right, right, height, Qt.AlignmentFlag.AlignRight)
    _letters(painter, words, width, height, bar is not None)
    if bar is not None:
        _scale_bar(painter, bar, width, height)
    _notices(painter, words, width, height)


def clear_of(words: Overlay, width: float, height: float) -> QRectF:
    """What the words in the corners leave free between them."""
    corners = (words.top_left, words.top_right, words.bottom_left, words.bottom_right)
    tall = [sum(_height(line) for line in corner) for corner in corners]
    top, bottom = VERTICAL + max(tall[:2]) + 12, height - VERTICAL - max(tall[2:]) - 12
    if words.wrong_patient:
        top = max(top, 72.0)
    return QRectF(24, top, width - 24 - 24, max(0.0, bottom - top))


def _upwards(
    painter: QPainter,
    lines: Sequence[Line],
    x: float,
    height: float,
    align: Qt.AlignmentFlag,
) -> None:
    top = height - VERTICAL - sum(_height(line) for line in lines)
    for line in lines:
        top += _line(painter, line, x, top, align)


def _height(line: Line) -> float:
    boxed = line.mark in (Mark.CURRENT, Mark.PRIOR, Mark.LOSSY, Mark.KEY)
    return glyphs.line_height("small") + (3.0 if boxed else 0.0)


def _line(painter: QPainter, line: Line, x: float, top: float, align: Qt.AlignmentFlag) -> float:
    match line.mark:
        case Mark.CURRENT:
            glyphs.tag(painter, line.text, x, top, "hue.here", "filled")
        case Mark.PRIOR:
            glyphs.tag(painter, line.text, x, top, "text.hi", "outline")
        case Mark.LOSSY:
            glyphs.tag(painter, line.text, x, top, "hue.open", "outline")
        case Mark.KEY:
            glyphs.tag(painter, line.text, x, top, "ink.measure", "outline")
        case Mark.NAME:
            glyphs.draw(painter, line.text, x, top, align=align, weight=600)
        case Mark.DOUBT:
            glyphs.draw(painter, line.text, x, top, align=align, token="hue.open")
        case Mark.TEXT:
            glyphs.draw(painter, line.text, x, top, align=align)
    return _height(line)


def _letters(
    painter: QPainter, words: Overlay, width: float, height: float, above_bar: bool
) -> None:
    letters, line = words.letters, glyphs.line_height("body")
    centre = Qt.AlignmentFlag.AlignHCenter
    middle = (height - line) / 2
    below = height - VERTICAL - line - (22 if above_bar else 0)

    def put(text: str, x: float, top: float, align: Qt.AlignmentFlag) -> None:
        if text:
            glyphs.draw(painter, text, x, top, align=align, size="body", weight=600)

    put(letters.left, LEFT, middle, Qt.AlignmentFlag.AlignLeft)
    put(letters.right, width - RIGHT, middle, Qt.AlignmentFlag.AlignRight)
    put(letters.top, width / 2, VERTICAL, centre)
    put(letters.bottom, width / 2, below, centre)


def _scale_bar(painter: QPainter, bar: ScaleBar, width: float, height: float) -> None:
    """Five ticks, words above; on half pixels, so that hair lines stay sharp."""
    left = round(width / 2 - bar.length / 2) + 0.5
    base = height - VERTICAL - 3.5
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for pen in (QPen(theme.color("ink.halo", 0.65), 3.0), theme.pen("text.image", 1.0)):
        painter.setPen(pen)
        painter.drawLine(QPointF(left, base), QPointF(left + bar.length, base))
        for tick in range(6):
            x = left + bar.length * tick / 5
            reach = 5.0 if tick in (0, 5) else 3.0
            painter.drawLine(QPointF(x, base - reach), QPointF(x, base))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    glyphs.draw(
        painter,
        bar.text,
        width / 2,
        base - 5 - glyphs.line_height("micro"),
        align=Qt.AlignmentFlag.AlignHCenter,
        size="micro",
    )


def _notices(painter: QPainter, words: Overlay, width: float, height: float) -> None:
    centre = Qt.AlignmentFlag.AlignHCenter
    top = height * 0.72
    if words.wrong_patient:
        box = QRectF(0, 34, width - BAR, 26)
        painter.fillRect(box, theme.color("hue.act"))
        painter.setFont(theme.font("body", 700))
        painter.setPen(theme.color("text.inverse"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words.wrong_patient)
    for notice in words.notices:
        glyphs.draw(painter, notice, width / 2, top, align=centre, token="hue.open")
        top += glyphs.line_height("small")


def low_left(words: Overlay, width: int, height: int) -> QRect:
    """Where the lines at the bottom left are drawn, to the middle of the view."""
    tall = ceil(sum(_height(line) for line in words.bottom_left)) + 2 * VERTICAL
    return QRect(0, height - tall, width // 2, tall)


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
