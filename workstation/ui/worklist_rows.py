"""Rows of the worklist as pictures: one that only changes its place is not painted anew.

The words of twenty-five rows take 25 ms to lay out and to paint, their pictures less than one. What
passes with each second (the clock, the age of a silent site) is painted over the picture.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Final

from attrs import frozen
from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPixmap

from workstation.ui import theme
from workstation.ui.worklist_cells import cells
from workstation.ui.worklist_lines import Line
from workstation.ui.worklist_model import Column, ServerNow

ROW: Final = 34
#: Rows of a tall screen, and some that were just there; each picture takes some 200 kB.
_KEPT: Final = 64

#: The columns that are seen: which, from where, how wide.
Places = tuple[tuple[Column, int, int], ...]


@frozen
class Look:
    """How the table shows a row now."""

    wide: int
    places: Places
    chosen: bool = False
    focused: bool = False  # the chosen row, while the table has the keys


class Rows:
    """Owned by the table. A picture holds its line, so that no other line has its identity."""

    def __init__(self, server_now: ServerNow) -> None:
        self._cells = cells(server_now)
        self._kept: OrderedDict[Hashable, tuple[Line, QPixmap]] = OrderedDict()

    def paint(self, painter: QPainter, top: int, line: Line, look: Look, dirty: QRect) -> None:
        """The part of a row that lies in `dirty`, with its upper edge at `top`."""
        painter.drawPixmap(0, top, self._picture(line, look, painter.device().devicePixelRatioF()))
        for column, left, wide in look.places:
            box = QRect(left, top, wide, ROW)
            if self._cells[column].passes(line) and box.intersects(dirty):
                self._draw(painter, column, QRectF(box), line)

    def _picture(self, line: Line, look: Look, ratio: float) -> QPixmap:
        told = [self._cells[column].told(line) for column, _, _ in look.places]
        name = (id(line), line.stale, look, ratio, *told)
        known = self._kept.get(name)
        if known is None:
            known = self._kept[name] = line, self._painted(line, look, ratio)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(name)
        return known[1]

    def _painted(self, line: Line, look: Look, ratio: float) -> QPixmap:
        made = QPixmap(QSize(look.wide, ROW) * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(theme.color("bg.select" if look.chosen else "bg.panel"))
        with QPainter(made) as painter:
            _paint_ground(painter, QRectF(0, 0, look.wide, ROW), line, look)
            for column, left, wide in look.places:
                if not self._cells[column].passes(line):
                    self._draw(painter, column, QRectF(left, 0, wide, ROW), line)
        return made

    def _draw(self, painter: QPainter, column: Column, box: QRectF, line: Line) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(box)
        painter.setPen(theme.color("text.low" if line.blocked or line.stale else "text.hi"))
        painter.setFont(theme.font())
        self._cells[column].draw(painter, box.adjusted(8, 0, -8, -1), line)
        painter.restore()


def places(columns: Sequence[tuple[Column, int, int]]) -> Places:
    """From left to right, those alone that have a width."""
    return tuple(sorted((each for each in columns if each[2] > 0), key=lambda each: each[1]))


def _paint_ground(painter: QPainter, box: QRectF, line: Line, look: Look) -> None:
    if line.stale:
        painter.setBrushOrigin(QPointF(0, 0))
        painter.fillRect(box, theme.hatch(painter.device().devicePixelRatioF()))
    if not look.chosen:
        painter.fillRect(box.adjusted(0, box.height() - 1, 0, 0), theme.color("line.hair"))
        return
    wide, here = (2.0 if look.focused else 1.0), theme.color("hue.here")
    for edge in (
        QRectF(0, 0, box.width(), wide),
        QRectF(0, box.height() - wide, box.width(), wide),
        QRectF(0, 0, 2, box.height()),
        QRectF(box.width() - wide, 0, wide, box.height()),
    ):
        painter.fillRect(edge, here)
