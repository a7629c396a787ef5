"""Lists beside the text in slots of fixed height: nothing moves when a line arrives."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from attrs import frozen
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workstation.domain.key_image import KEY_CODES, KeyImage
from workstation.domain.measurement import Measurement
from workstation.domain.report import ReportState
from workstation.services.report.checks import Check
from workstation.services.screen.citing import value_words
from workstation.text import tr
from workstation.ui import icons, plain, theme
from workstation.ui.chips import Look, key_width, paint_key

_ICON: Final = 14


@frozen
class Entry:
    """One line: a mark, a name, words, something aside, and the key that acts on it."""

    icon: str
    tone: str
    text: str
    name: str = ""
    aside: str = ""
    key: str = ""
    line: str = ""  # the command line a click sends
    quiet: bool = False


class SlotList(QWidget):
    """A title, what it counts, and a fixed number of lines; `empty` where there is none.

    GUI thread.
    """

    def __init__(
        self, title: str, rows: int, run: Callable[[str], None], row_high: int, empty: str = ""
    ) -> None:
        super().__init__()
        self._empty = empty
        self.setAccessibleDescription("\n".join(filter(None, (title, empty))))
        self._title, self._rows, self._run, self._high = title, rows, run, row_high
        self._entries: tuple[Entry, ...] = ()
        self._counts: tuple[tuple[str, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)

    def sizeHint(self) -> QSize:
        return QSize(456, 30 + self._rows * self._high + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def give_rows(self, rows: int) -> None:
        """Another number of lines: the window is lower, or higher again."""
        if rows != self._rows:
            self._rows = rows
            self.updateGeometry()
            self.update()

    def show_entries(
        self, entries: Sequence[Entry], counts: Sequence[tuple[str, str]] = ()
    ) -> None:
        """`counts` are (words, tone), from left to right at the right edge of the title."""
        if (tuple(entries), tuple(counts)) == (self._entries, self._counts):
            return
        self._entries, self._counts = tuple(entries), tuple(counts)
        words = [self._title, *(c for c, _ in counts)]
        words += [" ".join(filter(None, (e.name, e.text, e.aside))) for e in entries]
        words += [self._empty] if self._empty and not entries else []
        self.setAccessibleDescription("\n".join(words))
        self.update()

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self._entries

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self._at(event.pos().y())
            words = f"{found.text} {found.aside}".strip() if found else ""
            QToolTip.showText(event.globalPos(), plain.tooltip_text(words), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(round(event.position().y()))
        if found is not None and found.line:
            self._run(found.line)

    def _at(self, y: int) -> Entry | None:
        index = (y - 28) // self._high
        return self._entries[index] if 0 <= index < min(len(self._entries), self._rows) else None

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            self._paint_title(painter)
            shown = self._entries[: self._rows]
            for index, entry in enumerate(shown):
                box = QRectF(16, 28 + index * self._high, self.width() - 32, self._high)
                self._paint_row(painter, box, entry)
            if not shown:
                painter.setFont(theme.font("small"))
                painter.setPen(theme.color("text.low"))
                box = QRectF(16, 28, self.width() - 32, self._high)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._empty)

    def _paint_title(self, painter: QPainter) -> None:
        box = QRectF(16, 8, self.width() - 32, 20)
        painter.setFont(theme.font("small", 600))
        painter.setPen(theme.color("text.low"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._title)
        right = box.right()
        for number, (words, tone) in enumerate(reversed(self._counts)):
            text = words if number == 0 else f"{words} · "
            painter.setFont(theme.font("small"))
            wide = QFontMetricsF(painter.font()).horizontalAdvance(text)
            painter.setPen(theme.color(tone))
            place = QRectF(right - wide, box.top(), wide + 1, box.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
            right -= wide

    def _paint_row(self, painter: QPainter, box: QRectF, entry: Entry) -> None:
        middle = box.center().y()
        icons.paint(painter, entry.icon, box.left() + 1, middle - _ICON / 2, entry.tone, _ICON)
        left, right = box.left() + 24.0, box.right()
        if entry.key:
            right -= key_width(entry.key)
            paint_key(painter, QPointF(right, middle - 9), entry.key)
            right -= 8
        painter.setFont(theme.font("small"))
        metrics = QFontMetricsF(painter.font())
        if entry.aside:
            wide = metrics.horizontalAdvance(entry.aside) + 1
            painter.setPen(theme.color("hue.here" if entry.line and not entry.key else "text.low"))
            place = QRectF(right - wide, box.top(), wide, box.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, entry.aside)
            right -= wide + 8
        painter.setPen(theme.color("text.mid" if entry.quiet else "text.hi"))
        if entry.name:
            place = QRectF(left, box.top(), 36, box.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, entry.name)
            left += 36
        room = right - left
        text = metrics.elidedText(entry.text, Qt.TextElideMode.ElideRight, room)
        place = QRectF(left, box.top(), room, box.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)


def status_chip(status: ReportState) -> tuple[str, str, Look]:
    """Words, tone and look of a report's status (report_states.png)."""
    match status:
        case ReportState.WET_READ:
            return tr("WET READ"), "hue.open", "dashed"
        case ReportState.PRELIMINARY:
            return tr("PRELIM"), "hue.open", "dashed"
        case ReportState.AWAITING:
            return tr("RESIDENT"), "hue.open", "outline"
        case ReportState.FINAL:
            return tr("FINAL"), "text.hi", "filled"
        case ReportState.ADDENDED:
            return tr("+ ADDENDUM"), "text.hi", "outline"
        case ReportState.CORRECTED:
            return tr("CORRECTED"), "text.hi", "outline"
        case ReportState.RETRACTED:
            return tr("RETRACTED"), "hue.act", "filled"
        case ReportState.PRELIMINARY_ADDENDED:
            return tr("PRELIM + ADDENDUM"), "hue.open", "dashed"
        case ReportState.PRELIMINARY_CORRECTED:
            return tr("PRELIM CORRECTED"), "hue.open", "dashed"
        case _:
            return tr("DRAFT"), "text.low", "dashed"


#: Checks that one command settles: the rule, and the line that says "I looked".
SETTLED_BY: Final[Mapping[str, str]] = MappingProxyType(
    {"link-changed": "report.accept-measurement", "heard": "dictation.accept"}
)


def check_entry(check: Check, key: str = "", accept_key: str = "") -> Entry:
    """A line of the list of checks; `accept_key` settles it, where a command can."""
    if check.overridden:
        return Entry("triangle-alert", "hue.open", check.text, aside=check.overridden, quiet=True)
    if check.severity == "passed":
        return Entry("check", "hue.done", check.text, quiet=True)
    icon, tone = ("octagon-alert", "hue.act") if check.blocks else ("triangle-alert", "hue.open")
    line = "report.next-check" if check.field else ""
    if check.rule in SETTLED_BY:
        key, line = accept_key, SETTLED_BY[check.rule]
    needs_reason = check.blocks and check.overridable and check.rule not in SETTLED_BY
    aside = tr("needs a reason") if needs_reason else ""
    return Entry(icon, tone, check.text, aside=aside, key=key, line=line)


def check_counts(checks: Sequence[Check]) -> tuple[tuple[str, str], ...]:
    """ "2 block · 2 warn · 14 passed", each in its hue."""
    blocks = sum(check.blocks for check in checks)
    reasons = sum(bool(check.overridden) for check in checks)
    passed = sum(check.severity == "passed" for check in checks)
    warns = len(checks) - blocks - reasons - passed
    made = []
    if blocks:
        made.append((tr("{n} block", n=blocks), "hue.act"))
    if warns:
        made.append((tr("{n} warn", n=warns), "hue.open"))
    if reasons:
        made.append((tr("{n} with reason", n=reasons), "hue.open"))
    made.append((tr("{n} passed", n=passed), "text.low"))
    return tuple(made)


def evidence_entry(
    measurement: Measurement, state: str, line: str, *, prior: bool, key: str = ""
) -> Entry:
    """A measurement: what it says, where it was made, and whether the text cites it."""
    changed = state == "changed"
    where = tr("prior") if prior else tr("current")
    words = value_words(measurement)
    if changed:
        words = tr("{value}, changed since cited", value=words)
    return Entry(
        "diamond-open" if changed or not state else "diamond",
        "hue.act" if changed else "ink.measure",
        words,
        name=measurement.id,
        aside=tr("{where}, image {n}", where=where, n=measurement.image_number),
        key=key,
        line=line,
        quiet=not state,
    )


def key_image_entry(key: KeyImage, number: int, *, prior: bool) -> Entry:
    """A key image: what it is for and where it is; a click says so in the current field."""
    where = tr("prior") if prior else tr("current")
    return Entry(
        "eye",
        "ink.measure",
        KEY_CODES[key.title][1],
        name=tr("Key"),
        aside=tr("{where}, image {n}", where=where, n=key.image_number),
        line=f"report.insert-key-image {number}",
    )
