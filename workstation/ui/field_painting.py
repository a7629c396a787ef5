"""What is painted around and under the words of a field: boxes, dots, diamonds, marks, numbers.

Nothing of it is a part of the text; only lines that are seen are looked at.
"""

from bisect import bisect_left, bisect_right
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QTextBlock, QTextLayout

from workstation.domain.report import SectionKind
from workstation.domain.report_blocks import BAR, are_items, tables
from workstation.domain.rich_text import RichText
from workstation.text import tr
from workstation.ui import icons, theme
from workstation.ui.report_fields import (
    DIAMOND,
    Cited,
    Look,
    Slot,
    look_of,
)  # fmt: skip

_MARGIN: Final = 40.0
_MOST_UNITED: Final = 12


class FieldPainter:
    """Paints what stands around the words of one field, in viewport coordinates."""

    def __init__(self, painter: QPainter, block: QTextBlock, slot: Slot, origin: QPointF) -> None:
        self._painter = painter
        self._layout: QTextLayout = block.layout()
        self._leftward = block.textDirection() is Qt.LayoutDirection.RightToLeft
        self._slot = slot
        self._origin = origin + self._layout.position()
        self._room = painter.viewport().width() - 4.0
        self._start = len(slot.prefix)
        self._end = self._start + len(slot.words)

    def rects(
        self, start: int, end: int, within: tuple[float, float] | None = None
    ) -> list[QRectF]:
        """Where the characters from `start` to `end` of the block lie, a box a line.

        `within` leaves out lines above or below these heights.
        """
        found = []
        for index in self._lines(within):
            line = self._layout.lineAt(index)
            begins, ends = line.textStart(), line.textStart() + line.textLength()
            first, last = max(start, begins), min(end, ends)
            if first > last or (first == last and start != end):
                continue
            if begins < ends and (first, last) == (begins, ends):
                whole = line.naturalTextRect()  # in a long text a place costs 0.1 ms
                left, right = whole.left(), whole.right()
            else:
                left, right = _x(line, first), _x(line, last)
            top = self._origin.y() + line.y() + line.height() - line.descent() - line.ascent()
            text_high = line.ascent() + line.descent()
            box = QRectF(self._origin.x() + left, top, right - left, text_high)
            found.append(box)
        return found

    def _lines(self, within: tuple[float, float] | None) -> range:
        """The lines between two heights; they lie one below the other."""
        count, layout, top = self._layout.lineCount(), self._layout, self._origin.y()
        if within is None:
            return range(count)
        first = bisect_left(range(count), within[0], key=lambda n: top + layout.lineAt(n).y())
        last = bisect_right(range(count), within[1], key=lambda n: top + layout.lineAt(n).y())
        return range(first, last)

    def seen(self) -> tuple[int, int]:
        """From and to which letter of the words lines are on the screen."""
        lines = self._lines((-_MARGIN, self._painter.viewport().height() + _MARGIN))
        if not lines:
            return 0, 0
        first, last = self._layout.lineAt(lines[0]), self._layout.lineAt(lines[-1])
        end = last.textStart() + last.textLength() - self._start
        return max(0, first.textStart() - self._start), max(0, end)

    def mark(self, start: int, end: int) -> None:
        """A word of the field that nobody knows: dashes under it, and nothing of the text."""
        within = (-_MARGIN, self._painter.viewport().height() + _MARGIN)
        self._painter.setPen(theme.pen("hue.act", 2.0, "dash"))
        for box in self.rects(self._start + start, self._start + end, within):
            y = float(round(box.bottom()))  # whole pixels: sharp
            self._painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))

    def below(self, *, current: bool, read_only: bool, ratio: float) -> None:
        """Under the words: the ground of the current field, the hatch of a closed one."""
        high = self._painter.viewport().height()
        boxes = self.rects(self._start, self._end, within=(-_MARGIN, high + _MARGIN))
        if read_only:
            for box in boxes:
                self._painter.fillRect(box.adjusted(-3, -1, 3, 1), theme.hatch(ratio))
        elif current and self._slot.words:
            self._ring(boxes)

    def _ring(self, boxes: list[QRectF]) -> None:
        if len(boxes) > _MOST_UNITED:  # uniting hundreds of outlines takes longer than a key
            for box in boxes:
                self._painter.fillRect(box.adjusted(-2, -2, 3, 3), theme.color("bg.current"))
            return
        path = QPainterPath()
        for box in boxes:
            each = QPainterPath()
            each.addRoundedRect(box.adjusted(-2, -2, 3, 3), 2, 2)
            path = path.united(each)
        self._painter.setPen(theme.pen("hue.here", 1.0))
        self._painter.setBrush(theme.color("bg.current"))
        self._painter.drawPath(path.simplified())

    def above(self, *, current: bool) -> None:
        """Over the words: boxes, dots, diamonds, units, numbers."""
        look = look_of(self._slot.field)
        beside = 6.0
        if look in (Look.REQUIRED, Look.OPTIONAL):
            self._box(self._after(), look, current)
            beside += 18 + _width(self._slot.hint, "body")
        elif look is Look.SOURCED:
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(theme.color("hue.done"))
            last = self._last_line()
            self._painter.drawEllipse(QPointF(last.left() + 5, last.top() + 5), 2.25, 2.25)
        elif look is Look.REMOVED:
            self._say(self._after() + 2, tr("removed"), "text.low", "small")
        for cited in self._slot.cited:
            self._diamond(cited)
        self._behind(beside)
        self._heads()
        if self._slot.ref.section is SectionKind.IMPRESSION:
            self._numbers()

    def _after(self) -> float:
        """The x behind the last word of the field."""
        return self._last_line().left()

    def _last_line(self) -> QRectF:
        line = self._layout.lineAt(self._layout.lineCount() - 1)
        high = line.ascent() + line.descent()
        top = self._origin.y() + line.y() + line.height() - high
        return QRectF(self._origin.x() + _x(line, self._end), top, 0.0, high)

    def _box(self, x: float, look: Look, current: bool) -> None:
        tone = "hue.open" if look is Look.REQUIRED else "text.low"
        line = self._last_line()
        box = QRectF(
            x + 1.5, line.top() - 1.5, _width(self._slot.hint, "body") + 13, line.height() + 2
        )
        if current:
            self._painter.setPen(theme.pen("hue.here", 2.0))
            self._painter.setBrush(theme.color("bg.current"))
        else:
            self._painter.setPen(theme.pen(tone, 1.0, "dash"))
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRoundedRect(box, 3, 3)
        self._painter.setFont(theme.font("body"))
        self._painter.setPen(theme.color(tone))
        self._painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._slot.hint)

    def _say(self, x: float, text: str, tone: str, size: theme.Size = "body") -> float:
        """A word that is not part of the text, on its last line; returns the x behind it."""
        line = self._last_line()
        box = QRectF(x, line.top(), _width(text, size) + 4, line.height())
        self._painter.setFont(theme.font(size))
        self._painter.setPen(theme.color(tone))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        self._painter.drawText(box, flags, text)
        return box.right()

    def _behind(self, beside: float) -> None:
        """Unit, other choices, and what a changed measurement is now, so far behind the words."""
        spec, slot = self._slot.field.spec, self._slot
        changed = next((c for c in slot.cited if c.changed), None)
        told = spec.unit or spec.options or slot.out_of_range or changed
        if slot.field.removed or not told:
            return  # in a long text a place costs 0.5 ms
        x = self._after() + beside
        if spec.unit:
            x = self._say(x, spec.unit, "text.low", "body") + 4
        if slot.out_of_range:
            x = self._say(x, tr("out of range"), "hue.act", "small")
        if spec.options:
            others = "  |  ".join(o for o in spec.options if o != slot.field.text)
            x = self._say(x, f"▾  {others}", "text.low", "small")
        if changed is not None:
            words = tr("now {value}, accept", value=changed.now) if changed.now else tr("deleted")
            if x + _width(words, "small") < self._room:  # the list of checks says it too
                self._say(x, words, "hue.act", "small")

    def _diamond(self, cited: Cited) -> None:
        boxes = self.rects(self._start + cited.start, self._start + cited.start + cited.length)
        if boxes:
            name = "diamond-open" if cited.changed else "diamond"
            tone = "hue.act" if cited.changed else "ink.measure"
            x, y = boxes[0].left() - DIAMOND, boxes[0].center().y() - DIAMOND / 2
            icons.paint(self._painter, name, x - 1, y, tone, DIAMOND)

    def _numbers(self) -> None:
        """The numbers an impression of several items is issued with."""
        lines = [] if self._slot.field.removed else self._slot.field.rich.lines
        counted = [
            item and bool(line.text.strip())
            for item, line in zip(are_items(lines), lines, strict=True)
        ]
        if sum(counted) < 2:
            return
        at, number = self._start, 0
        self._painter.setFont(theme.font("report"))
        self._painter.setPen(theme.color("text.low"))
        for item, line in zip(counted, lines, strict=True):
            if item:
                number += 1
                box = self.rects(at, at)[-1]  # a break belongs to the line before it too
                beside = 6 if self._leftward else -24  # in front of the line, whichever way it runs
                place = QRectF(box.left() + beside, box.top(), 18, box.height())
                self._painter.drawText(place, Qt.AlignmentFlag.AlignLeft, str(number))
            at += len(line.text) + 1

    def _heads(self) -> None:
        """A rule below the first row of each table."""
        self._painter.setPen(theme.pen("line.strong", 1.0))
        for table, starts in () if self._slot.field.removed else tables(self._slot.field.rich):
            rows = zip(table.rows, starts, strict=True)
            boxes = [box for row, at in rows for box in self._row(row, at)]
            if boxes:
                y = float(round(self._row(table.rows[0], starts[0])[-1].bottom())) + 1.5
                right = max(box.right() for box in boxes)
                self._painter.drawLine(QPointF(boxes[0].left(), y), QPointF(right, y))

    def _row(self, row: tuple[RichText, ...], at: int) -> list[QRectF]:
        letters = sum(len(cell.text) for cell in row) + len(BAR) * (len(row) - 1)
        end = min(self._start + at + letters, self._end)
        return self.rects(self._start + at, end)


def _x(line: object, position: int) -> float:
    found = line.cursorToX(position)  # type: ignore[attr-defined]
    return float(found[0] if isinstance(found, tuple) else found)


def _width(text: str, size: theme.Size) -> float:
    return QFontMetricsF(theme.font(size)).horizontalAdvance(text)
