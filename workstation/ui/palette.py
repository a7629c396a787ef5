"""The command palette: every command by typing a part of its name, or what people call it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from workstation.commands.finding import Found, ranked
from workstation.commands.offers import Offer
from workstation.text import tr
from workstation.ui import plain, theme
from workstation.ui.chips import key_width, paint_key, shown_key
from workstation.ui.focus import give_back

_ROW, _SHOWN = 32, 10


#: So many commands are remembered, by their names alone: words after them can be a patient's.
_KEPT = 8


class _Rows(QWidget):
    """The list below the field: painted, ten at a time."""

    def __init__(self, on_pick: Callable[[], None]) -> None:
        super().__init__()
        self._on_pick = on_pick
        self.found: list[Found] = []
        self.at = 0
        self._told = ""
        self.setFixedHeight(_ROW * _SHOWN)

    def show_found(self, found: list[Found], told: str = "") -> None:
        """`told` stands in their place: one is chosen, and its words are asked for."""
        self.found, self.at, self._told = found, 0, told
        self.setAccessibleDescription(told)
        self.update()

    def move_by(self, step: int) -> None:
        if self.found:
            self.at = min(max(0, self.at + step), len(self.found) - 1)
            self.setAccessibleName(self.found[self.at][0].title)
            self.update()

    def chosen(self) -> Offer | None:
        return self.found[self.at][0] if self.found else None

    def mousePressEvent(self, event: object) -> None:
        y = event.position().y()  # type: ignore[attr-defined]
        number = self._first() + int(y // _ROW)
        if number < len(self.found):
            self.at = number
            self._on_pick()

    def _first(self) -> int:
        return max(0, self.at - _SHOWN + 1)

    def sizeHint(self) -> QSize:
        return QSize(480, _ROW * _SHOWN)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._told:
                painter.setFont(theme.font())
                painter.setPen(theme.color("text.mid"))
                box = QRectF(16, 12, self.width() - 32, self.height() - 24)
                painter.drawText(box, Qt.TextFlag.TextWordWrap, self._told)
                return
            first = self._first()
            for place, (choice, hit) in enumerate(self.found[first : first + _SHOWN]):
                box = QRectF(0, place * _ROW, self.width(), _ROW)
                if first + place == self.at:
                    painter.fillRect(box, theme.color("bg.select"))
                    painter.fillRect(QRectF(0, box.top(), 2, _ROW), theme.color("hue.here"))
                _paint_choice(painter, box.adjusted(16, 0, -12, 0), choice, hit)


def _paint_choice(painter: QPainter, box: QRectF, choice: Offer, hit: tuple[int, ...]) -> None:
    side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    at = box.left()
    for place, letter in enumerate(choice.title):
        marked = place in hit
        painter.setFont(theme.font(weight=600 if marked else 400))
        painter.setPen(theme.color("hue.here" if marked else "text.hi"))
        if choice.needs:
            painter.setPen(theme.color("text.low"))
        painter.drawText(QRectF(at, box.top(), 40, box.height()), side, letter)
        at += QFontMetricsF(painter.font()).horizontalAdvance(letter)
    painter.setFont(theme.font("small"))
    painter.setPen(theme.color("text.low"))
    said = tr("needs {what}", what=choice.needs) if choice.needs else choice.group
    painter.drawText(QRectF(at + 10, box.top(), box.right() - at, box.height()), side, said)
    right = box.right()
    for key in reversed(choice.key.split("+") if len(choice.key) > 1 else [choice.key]):
        if key:
            cap = shown_key(key)
            right -= key_width(cap)
            paint_key(painter, QPointF(right, box.center().y() - 9), cap)
            right -= 4


class Palette(QWidget):
    """Opens over a pane; runs one line, then it is gone."""

    def __init__(
        self,
        over: QWidget,
        every: Sequence[Offer],
        run: Callable[[str], None],
        recent: list[str] | None = None,
    ) -> None:
        super().__init__(over.window())
        self.setProperty("keeps_keys", True)
        self.setAccessibleName(tr("Commands"))
        self._every, self._run = every, run
        self._recent = [] if recent is None else recent  # what is picked is noted in it
        self._before = over.window().focusWidget()
        self.field = QLineEdit()
        self.field.setProperty("bare", "true")
        self.field.setFont(theme.font("report"))
        self.field.setPlaceholderText(tr("Command, or a part of its name"))
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.rows = _Rows(self._pick)
        self._count = plain.label(tone="low", size="small")
        keys = plain.label(tr("Enter runs   Esc leaves"), tone="low", size="small")
        self._asked = ""  # the line that the words of the field go on with
        self._prompt = plain.label("›", tone="low", size="report", data=True)
        head = plain.row(self._prompt, self.field, margins=(16, 10, 16, 10), spacing=8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        for part in (
            head, plain.rule(), self.rows, plain.rule(),
            plain.row(keys, 0, self._count, margins=(16, 6, 16, 6)),
        ):  # fmt: skip
            layout.addWidget(part)
        self._place(over)
        self._filter("")

    def _place(self, over: QWidget) -> None:
        at = over.mapTo(over.window(), over.rect().topLeft())
        wide = min(620, max(420, over.width() - 24))
        self.setFixedWidth(wide)
        self.adjustSize()
        x = at.x() + (over.width() - wide) // 2
        self.move(min(max(8, x), over.window().width() - wide - 8), at.y() + 56)

    def open(self, line: str = "") -> None:
        """With the beginning of a line where only its words are asked for."""
        self._begin(line)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _begin(self, line: str) -> None:
        """What only lacks its words is called by its name, not by what scripts call it."""
        begun = self._begun(line) if line.endswith(" ") else None
        self._asked = line if begun is not None else ""
        name, hint = "", tr("Command, or a part of its name")
        if begun is not None:
            words = line.partition(" ")[2].strip()
            hint = begun.lacks(len(words.split()))
            name = f"{begun.title.rstrip('…')} {words}".strip()
        self._prompt.setText(f"{name} ›".strip())
        self.field.setPlaceholderText(hint)
        text = "" if self._asked else line
        self.field.setText(text)
        self._filter(text)

    def close_palette(self) -> None:
        self.hide()
        give_back(self._before, self.window())
        self.deleteLater()

    def _filter(self, text: str) -> None:
        begun = self._begun(self._asked + text)
        found = ranked(text, self._every, self._recent) if begun is None else ranked("", [begun])
        self.rows.show_found(found, begun.told if begun is not None else "")
        count = tr("{n} of {total}", n=len(found), total=len(self._every))
        given = len(self._asked.split()[1:])  # behind the command itself
        self._count.setText(count if begun is None else begun.lacks(given))

    def _begun(self, text: str) -> Offer | None:
        """What a whole command line, with its words, would run."""
        name = text.split(" ")[0]
        own = (each for each in self._every if each.line.split(" ")[0] == name)
        return next(own, None) if " " in text else None

    def _pick(self) -> None:
        text = self._asked + self.field.text()
        if self._begun(text) is not None:
            self._go(text)
            return
        choice = self.rows.chosen()
        if choice is None or choice.needs:
            return
        self._recent[:] = [choice.line, *(x for x in self._recent if x != choice.line)][:_KEPT]
        if choice.line.endswith(" "):
            self._begin(choice.line)
        else:
            self._go(choice.line)

    def _go(self, line: str) -> None:
        self.close_palette()
        self._run(line)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and not self.isHidden():
            self.hide()
            self.deleteLater()
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: _SHOWN,
            Qt.Key.Key_PageUp: -_SHOWN,
        }
        key = Qt.Key(event.key())
        if key in steps:
            self.rows.move_by(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pick()
        elif key == Qt.Key.Key_Backspace and self._asked and not self.field.text():
            self._begin("")
        elif key == Qt.Key.Key_Escape:
            self.close_palette()
        else:
            return False
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("bg.raised"))
            painter.setPen(theme.pen("line.edge"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
