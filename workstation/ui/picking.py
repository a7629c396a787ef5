"""A list to pick from under a field to type in: names, whose they are, one of them marked."""

from collections.abc import Callable, Sequence
from typing import Final

from attrs import frozen
from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from workstation.text import tr
from workstation.ui import plain, theme
from workstation.ui.plain import Tone

_ROW: Final = 30
_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


@frozen
class Row:
    """One thing to pick. `aside` stands at the end, `quiet` rows in a low voice."""

    key: str
    title: str
    aside: str = ""
    tone: Tone = "low"
    quiet: bool = False


class RowList(QWidget):
    """Painted; the wheel and the keys of its field move the mark."""

    def __init__(self, on_mark: Callable[[], None]) -> None:
        super().__init__()
        self._on_mark = on_mark
        self.rows: tuple[Row, ...] = ()
        self.at = 0
        self.setProperty(plain.DATA, True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def marked(self) -> Row | None:
        return self.rows[self.at] if self.rows else None

    @property
    def shown(self) -> int:
        """How many rows have room."""
        return max(1, self.height() // _ROW)

    def show_rows(self, rows: Sequence[Row], key: str = "") -> None:
        """Other rows; the one of that key is marked, else the first."""
        self.rows = tuple(rows)
        self.at = next((n for n, row in enumerate(rows) if row.key == key), 0)
        self._tell()

    def move_by(self, step: int) -> None:
        if self.rows:
            self.at = min(max(0, self.at + step), len(self.rows) - 1)
            self._tell()

    def _tell(self) -> None:
        row = self.marked
        self.setAccessibleName(f"{row.title}, {row.aside}" if row else "")
        self._on_mark()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 10 * _ROW)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._first() + int(event.position().y() // _ROW)
        if number < len(self.rows):
            self.at = number
            self._tell()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.move_by(-1 if event.angleDelta().y() > 0 else 1)

    def _first(self) -> int:
        most = max(0, len(self.rows) - self.shown)
        return min(max(0, self.at - self.shown // 2), most)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            first = self._first()
            for place, row in enumerate(self.rows[first : first + self.shown]):
                box = QRectF(0, place * _ROW, self.width(), _ROW)
                self._paint_row(painter, box, row, marked=first + place == self.at)
            if not self.rows:
                painter.setFont(theme.font())
                painter.setPen(theme.color("text.low"))
                whole = QRectF(self.rect()).adjusted(10, 8, -10, 0)
                painter.drawText(whole, Qt.AlignmentFlag.AlignTop, tr("Nothing fits"))

    def _paint_row(self, painter: QPainter, box: QRectF, row: Row, *, marked: bool) -> None:
        if marked:
            painter.fillRect(box, theme.color("bg.select"))
            painter.fillRect(QRectF(0, box.top(), 2, _ROW), theme.color("hue.here"))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color(_TONES[row.tone]))
        painter.drawText(box.adjusted(0, 0, -10, 0), _RIGHT, row.aside)
        taken = QFontMetricsF(painter.font()).horizontalAdvance(row.aside) + 30
        painter.setFont(theme.font(weight=600 if marked else 400))
        painter.setPen(theme.color("text.low" if row.quiet else "text.hi"))
        metrics = QFontMetricsF(painter.font())
        words = metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, box.width() - taken)
        painter.drawText(box.adjusted(12, 0, 0, 0), _LEFT, words)


_TONES: Final[dict[Tone, str]] = {
    "hi": "text.hi", "mid": "text.mid", "low": "text.low", "here": "hue.here", "act": "hue.act",
    "open": "hue.open", "done": "hue.done", "ai": "hue.ai",
}  # fmt: skip


class Picker(QWidget):
    """The field and the list below it; arrows in the field move the mark."""

    def __init__(
        self,
        placeholder: str,
        find: Callable[[str], Sequence[Row]],
        on_mark: Callable[[], None],
    ) -> None:
        super().__init__()
        self._find = find
        self.field = plain.line_edit(placeholder)
        self.field.setAccessibleName(placeholder)
        self.field.textChanged.connect(lambda _: self.again())
        self.field.installEventFilter(self)
        self.list = RowList(on_mark)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addWidget(self.field)
        whole.addWidget(plain.ground(self.list, "field"), 1)

    @property
    def marked(self) -> Row | None:
        return self.list.marked

    def again(self, key: str = "") -> None:
        """Find again, with the row of that key marked."""
        self.list.show_rows(self._find(self.field.text()), key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        page = self.list.shown - 1
        steps = {
            Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page,
        }  # fmt: skip
        if Qt.Key(event.key()) not in steps or not isinstance(watched, QLineEdit):
            return False
        self.list.move_by(steps[Qt.Key(event.key())])
        return True
