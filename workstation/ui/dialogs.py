"""Dialogs: one at a time, over a scrim, answered without stopping the event loop.

A dialog is a card inside its window, never a window of its own: it cannot be lost behind
another, nothing under it can be clicked, and a test answers it like a reader.
"""

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from workstation.text import tr
from workstation.ui import plain, theme
from workstation.ui.buttons import Button
from workstation.ui.focus import give_back

_MARGIN = 24
#: Design guide, section 5.
_WIDEST, _HIGHEST = 1240, 808


class _Card(QWidget):
    """The raised ground of a dialog; takes the clicks that hit nothing in it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme.pen("line.edge"))
            painter.setBrush(theme.color("bg.raised"))
            radius = theme.tokens().radius.dialog
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius
            )


class Dialog(QWidget):
    """Title, body, a row of buttons; the main one at the right with its key on it.

    Put parts into `body`. `closed` tells whether it was answered (True) or left (False).
    A second dialog in the same window waits until the first is closed.
    """

    closed = Signal(bool)

    def __init__(
        self, host: QWidget, title: str, *, width: int = 480, height: int = 0, data: bool = False
    ) -> None:
        super().__init__(host.window())
        self._host = host.window()
        self.setObjectName("dialog")
        self.setAccessibleName(title)
        self._wide, self._high = min(width, _WIDEST), min(height, _HIGHEST)
        self._focus_before: QWidget | None = None
        self._main: Button | None = None
        self._open = False
        self._card = _Card(self)
        whole = self._whole = QVBoxLayout(self._card)
        whole.setContentsMargins(_MARGIN, 20, _MARGIN, 20)
        whole.setSpacing(16)
        self.head = plain.row(
            plain.label(title, tone="hi", size="title", weight=600, data=data), 0, spacing=12
        )
        whole.addWidget(self.head)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        whole.addLayout(self.body, 1)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(8)
        self._foot.addStretch(1)
        whole.addLayout(self._foot)
        self.hide()

    # --- for those who make one -----------------------------------------------

    def add_back(self, text: str = "") -> Button:
        """The way out, with Esc on it."""
        made = plain.button(text or tr("Back"), self.back, key="Esc")
        self._foot.insertWidget(0, made)
        return made

    def add_button(self, text: str, on_click: Callable[[], object], key: str = "") -> Button:
        made = plain.button(text, on_click, key=key)
        self._foot.addWidget(made)
        return made

    def add_main(self, text: str, on_click: Callable[[], object], key: str = "Enter") -> Button:
        """The one thing to do; Enter does it from anywhere but a field of many lines."""
        self._main = plain.button(text, on_click, key=key, look="main")
        self._foot.addWidget(self._main)
        return self._main

    def open(self, focus: QWidget | None = None) -> None:
        """Show it, or wait for the one that is open."""
        other = current(self.window())
        if other is not None and other is not self:
            other.closed.connect(lambda _answered: self.open(focus))
            return
        self._show_now(focus)

    def _show_now(self, focus: QWidget | None) -> None:
        self._open = True
        self._focus_before = QApplication.focusWidget()
        self._follow(True)
        self._fit()
        self.show()
        self.raise_()
        (focus or self._main or self).setFocus(Qt.FocusReason.PopupFocusReason)

    def answer(self) -> None:
        """Close as answered."""
        self._close(True)

    def back(self) -> None:
        """Escape: close, and nothing has happened."""
        self._close(False)

    @property
    def is_open(self) -> bool:
        return self._open

    # --- inside ---------------------------------------------------------------

    def _close(self, answered: bool) -> None:
        if not self._open:
            return
        self._open = False
        self._follow(False)
        self.hide()
        give_back(self._focus_before, self._host)
        self.closed.emit(answered)
        self.deleteLater()

    def _fit(self, _size: int = 0) -> None:
        self.setGeometry(self._host.rect())
        wide = min(self._wide, self.width() - 32)
        self._card.setFixedWidth(wide)
        wanted = self._high or self._card.sizeHint().height()
        high = min(wanted, _HIGHEST, self.height() - 32)
        self._card.setFixedHeight(high)
        self._card.move((self.width() - wide) // 2, (self.height() - high) // 2)

    def refit(self) -> None:
        """Its contents have grown or shrunk."""
        self._whole.activate()
        self._fit()

    def _follow(self, follows: bool) -> None:
        """Keep to the size of the window.

        By the window's own signals: an event filter would be called while the window is
        being destroyed, which Python does not survive.
        """
        if not self._host.testAttribute(Qt.WidgetAttribute.WA_WState_Created):
            return  # not on a screen yet: it has no handle
        handle = self._host.windowHandle()
        for changed in (handle.widthChanged, handle.heightChanged):
            if follows:
                changed.connect(self._fit)
            else:
                changed.disconnect(self._fit)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab stays inside."""
        stops = [
            w
            for w in self.findChildren(QWidget)
            if w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        if not stops:
            return True
        now = QApplication.focusWidget()
        at = stops.index(now) if now in stops else -1
        step = at + (1 if forward else -1)
        stops[step % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._main is not None:
            self._main.animateClick() if self._main.isEnabled() else None
        event.accept()  # no key of a dialog reaches what is under it

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("bg.image", 0.77))


def current(window: QWidget) -> Dialog | None:
    """The dialog that is open in a window."""
    return next((d for d in window.window().findChildren(Dialog) if d.is_open), None)


class MessageDialog(Dialog):
    """A plain sentence, what to do next, and the reason code in a low voice."""

    def __init__(
        self, host: QWidget, title: str, sentence: str, *, next_step: str = "", code: str = ""
    ) -> None:
        super().__init__(host, title)
        line = plain.row(plain.mark("octagon-alert", "hue.act"), _text(sentence, "hi"), spacing=12)
        self.body.addWidget(line)
        if next_step:
            self.body.addWidget(_text(next_step, "mid"))
        if code:
            self.body.addWidget(plain.label(code, tone="low", size="small", data=True))
        self.add_main(tr("Close"), self.back)


def _text(words: str, tone: plain.Tone) -> QWidget:
    return plain.label(words, tone=tone, wrap=True, data=True)
