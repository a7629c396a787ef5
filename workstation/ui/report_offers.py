"""Autotexts offered under the caret while their names are typed. The keyboard stays in the text.

Letters always go into the report. Tab takes what is marked, Enter too once the name is
whole or the reader has moved in the list; Escape leaves, for as long as the word lasts.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from attrs import frozen
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from workstation.domain.autotext import Autotext, Level
from workstation.domain.report_field import FieldKind
from workstation.services.lines import quoted
from workstation.services.report.autotexts import Autotexts
from workstation.services.report.reporting import Reporting
from workstation.text import tr
from workstation.ui import theme
from workstation.ui.actions import OFFERS
from workstation.ui.chips import key_width, paint_key

_ROW: Final = 24
_WIDE: Final = 420
_LINES: Final = 5
_LINE: Final = 19
_DIGITS: Final = 9
_PAD: Final = 10
_TYPED: Final = re.compile(r"(?<![\w.-])[^\W_][\w.-]*$")


@frozen
class Offered:
    """A line of the list: what is taken, a word in a low voice, and its keys."""

    title: str
    aside: str = ""
    keys: tuple[str, ...] = ()


class OfferList(QWidget):
    """What may be taken, and the words of the line that is marked; painted, never focused."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._rows: tuple[Offered, ...] = ()
        self._at = -1
        self._preview = ""
        self.hide()

    def offer(self, rows: Sequence[Offered], caret: QRect, at: int = -1, preview: str = "") -> None:
        """Show them below the caret, or above where there is no room below."""
        self._rows, self._at, self._preview = tuple(rows), at, preview
        host = self.parentWidget()
        assert host is not None
        wide = min(_WIDE, host.width() - 16)
        words = self._words_high(wide) + 2 * _PAD if preview else 0
        high = _ROW * len(self._rows) + words + _PAD
        x = max(8, min(caret.left(), host.width() - wide - 8))
        below = caret.bottom() + 4
        y = below if below + high <= host.height() else max(0, caret.top() - 4 - high)
        self.setGeometry(QRect(QPoint(x, y), QPoint(x + wide, y + high)))
        said = [f"{self._rows[at].title}: {preview}"] if at >= 0 else [r.title for r in rows]
        self.setAccessibleName(", ".join(said))
        self.show()
        self.raise_()
        self.update()

    def _words_high(self, wide: int) -> int:
        box = QRectF(0, 0, wide - 2 * _PAD, 10_000)
        wrap = int(Qt.TextFlag.TextWordWrap)
        high = QFontMetricsF(theme.font("small")).boundingRect(box, wrap, self._preview).height()
        return min(int(high) + 2, _LINES * _LINE)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme.pen("line.edge"))
            painter.setBrush(theme.color("bg.raised"))
            whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(whole, 4, 4)
            for number, each in enumerate(self._rows):
                self._row(painter, number, each)
            if self._preview:
                self._words(painter)

    def _words(self, painter: QPainter) -> None:
        top = _PAD + _ROW * len(self._rows)
        painter.setPen(theme.pen("line.edge"))
        painter.drawLine(QPointF(_PAD, top + 2.5), QPointF(self.width() - _PAD, top + 2.5))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text.mid"))
        box = QRectF(_PAD, top + _PAD, self.width() - 2 * _PAD, self.height() - top - _PAD)
        painter.drawText(box, int(Qt.TextFlag.TextWordWrap), self._preview)

    def _row(self, painter: QPainter, number: int, each: Offered) -> None:
        box = QRectF(1, _PAD / 2 + number * _ROW, self.width() - 2, _ROW)
        marked = number == self._at
        if marked:
            painter.fillRect(box, theme.color("bg.select"))
            painter.fillRect(QRectF(1, box.top(), 2, _ROW), theme.color("hue.here"))
        painter.setFont(theme.font("body", 600 if marked else 400))
        painter.setPen(theme.color("text.hi"))
        side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(box.adjusted(_PAD, 0, 0, 0), side, each.title)
        x = _PAD + QFontMetricsF(painter.font()).horizontalAdvance(each.title) + 10
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text.low"))
        painter.drawText(box.adjusted(x, 0, 0, 0), side, each.aside)
        right = box.right() - _PAD
        for key in reversed(each.keys):
            right -= key_width(key)
            paint_key(painter, QPointF(right, box.center().y() - 9), key)
            right -= 4


def level_words(level: Level) -> str:
    """Whose an autotext is, in the reader's words."""
    return {
        Level.PROGRAM: tr("program"),
        Level.SITE: tr("site"),
        Level.GROUP: tr("group"),
        Level.USER: tr("mine"),
    }[level]


class Prompter:
    """Watches what is typed in the report, and offers. GUI thread; owned by the editor."""

    def __init__(
        self,
        over: QAbstractScrollArea,
        reporting: Reporting,
        autotexts: Autotexts,
        run: Callable[[str], None],
        caret: Callable[[], QRect],
    ) -> None:
        self._over, self.list = over, OfferList(over.viewport())
        self._reporting, self._autotexts = reporting, autotexts
        self._run, self._caret = run, caret
        self._typed = ""
        self._left = ""  # the beginning of a word that the reader does not want completed
        self._moved = False
        self._found: tuple[Autotext, ...] = ()
        self._at = 0

    @property
    def is_open(self) -> bool:
        """Autotexts are offered; the choices of a hole need no key but their digits."""
        return bool(self._found)

    def show_choices(self) -> None:
        """The choices of the hole that is taken, each with its digit; nothing where none is."""
        hole = self._reporting.hole
        choices = hole.choices[:_DIGITS] if hole is not None else ()
        if choices:
            rows = [Offered(words, "", (str(n),)) for n, words in enumerate(choices, 1)]
            self.list.offer(rows, self._caret())
        elif not self._found:
            self.list.hide()

    def typed(self) -> None:
        """Something was typed in the report: offer what fits, or stop offering."""
        self._typed = self._before_caret()
        if self._left and not self._typed.startswith(self._left):
            self._left = ""
        found = () if self._left else self._autotexts.offered(self._typed)
        if not found:
            self.close()
            return
        self._moved = False
        self._offer(found, 0)

    def close(self) -> None:
        """Stop offering; the next letter may begin again."""
        self._found = ()
        self._over.setProperty(OFFERS, False)
        self.list.hide()

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key was meant for what is offered, and did its work."""
        if not self.is_open or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            return False
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self._left = self._typed
            self.close()
        elif key == Qt.Key.Key_Tab or (key in _ENTERS and self._enter_takes):
            self._take()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and len(self._found) > 1:
            step = 1 if key == Qt.Key.Key_Down else -1
            self._moved = True
            self._offer(self._found, (self._at + step) % len(self._found))
        else:
            return False
        return True

    def wants(self, event: QEvent) -> bool:
        """Whether a key that means something elsewhere is meant for what is offered."""
        if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        return self.is_open and event.key() == Qt.Key.Key_Escape

    @property
    def _enter_takes(self) -> bool:
        marked = self._found[self._at]
        return self._moved or marked.name.casefold() == self._typed.casefold()

    def _take(self) -> None:
        chosen, typed = self._found[self._at], len(self._typed)
        self.close()
        if self._before_caret() != self._typed:
            return
        self._run(f"report.autotext {quoted(chosen.name)} {typed}")

    def _offer(self, found: Sequence[Autotext], at: int) -> None:
        self._found, self._at = tuple(found), at
        self._over.setProperty(OFFERS, True)
        keys = (tr("Tab"), tr("Enter")) if self._enter_takes else (tr("Tab"),)
        rows = [
            Offered(each.name, level_words(each.level), keys if n == at else ())
            for n, each in enumerate(found)
        ]
        self.list.offer(rows, self._caret(), at, self._autotexts.preview(found[at].name))

    def _before_caret(self) -> str:
        """The word that ends at the caret, where words may be put in."""
        reporting = self._reporting
        ref, caret = reporting.current, reporting.caret
        found = reporting.report.field(ref) if reporting.report and ref else None
        if found is None or caret is None or found.spec.kind is not FieldKind.TEXT:
            return ""
        if found.text[caret : caret + 1].isalnum():
            return ""  # in the middle of a word
        match = _TYPED.search(found.text[max(0, caret - 41) : caret])
        return match.group() if match else ""


_ENTERS: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
