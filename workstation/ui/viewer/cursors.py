"""The shape of the pointer: what the left button will do, before it does it.

A cross that leaves its middle free where points are placed, an arrow elsewhere; beside it the
picture of the tool, as on the tool strip. A hand over what can be taken hold of.
"""

from functools import cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QCursor, QPainter, QPixmap, QPolygonF

from workstation.ui import icons, theme
from workstation.ui.viewer.pointing import MEASURING

#: Logical pixels: of the pointer, of the picture in it, and where a cross has its middle.
_SIDE: Final = 40
_ICON: Final = 14
_AT: Final = 13.0
_GAP: Final = 3.0
_ARM: Final = 10.0
#: Where an arrow has its point, and its outline from there.
_TIP: Final = (2.0, 2.0)
_ARROW: Final = ((0, 0), (0, 15), (4, 11.5), (6.5, 17), (9, 16), (6.5, 10.5), (11, 10.5))

_ICONS: Final = {
    "window": "window", "pan": "move", "zoom": "zoom", "area": "zoom", "scroll": "layers",
    "turn": "rotate", "cursor3d": "crosshair", "lasso": "ellipse", "lasso-outside": "ellipse",
    "length": "ruler", "polyline": "ruler", "perpendicular": "ruler", "calibrate": "ruler",
    "bidirectional": "bidirectional", "cardiothoracic": "bidirectional",
    "angle": "angle", "cobb": "angle", "ellipse": "ellipse", "rectangle": "rectangle",
    "polygon": "rectangle", "freehand": "ellipse", "arrow": "note", "text": "note",
    "brush": "ellipse",
}  # fmt: skip
_CROSSED: Final = MEASURING | {"probe", "lasso", "lasso-outside", "cursor3d", "curve", "brush"}

OPEN: Final = Qt.CursorShape.OpenHandCursor
CLOSED: Final = Qt.CursorShape.ClosedHandCursor


@cache
def cursor_of(tool: str, ratio: float) -> QCursor:
    """Of a tool by its name, for a screen of so many device pixels to the logical one."""
    picture = QPixmap(round(_SIDE * ratio), round(_SIDE * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    crossed = tool in _CROSSED
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if crossed:
            _cross(painter)
        else:
            _arrow(painter)
        if tool in _ICONS:
            _badge(painter, _ICONS[tool])
    x, y = (_AT, _AT) if crossed else _TIP
    return QCursor(picture, round(x), round(y))


def _cross(painter: QPainter) -> None:
    arms = [
        (QPointF(_AT + _GAP * a, _AT + _GAP * b), QPointF(_AT + _ARM * a, _AT + _ARM * b))
        for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    for pen in (theme.pen("ink.halo", 3.0), theme.pen("ink.active", 1.0)):
        painter.setPen(pen)
        for start, end in arms:
            painter.drawLine(start, end)


def _arrow(painter: QPainter) -> None:
    painter.setPen(theme.pen("ink.halo", 1.0))
    painter.setBrush(theme.color("ink.active"))
    painter.drawPolygon(QPolygonF([QPointF(_TIP[0] + x, _TIP[1] + y) for x, y in _ARROW]))


def _badge(painter: QPainter, icon: str) -> None:
    left = _SIDE - _ICON - 4.0
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("ink.halo", 0.72))
    painter.drawRoundedRect(QRectF(left - 2, left - 2, _ICON + 4, _ICON + 4), 3, 3)
    icons.paint(painter, icon, left, left, "ink.active", _ICON)
