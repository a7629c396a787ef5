"""What covers the windows while the desk is locked, and what notices that nobody is there."""

from collections.abc import Callable, Iterable
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QWindow
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from shiboken6 import isValid

from workstation.errors import WorkstationError
from workstation.protocols.device_sign_in import EnterCode
from workstation.services.jobs import Job
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import Credentials
from workstation.services.reading.desk_lock import DeskLock
from workstation.services.signal import Signal
from workstation.text import tr
from workstation.ui import plain, theme
from workstation.ui.bars import demo_mark
from workstation.ui.dialogs import Dialog
from workstation.ui.sign_in import code_words

_HANDS = {
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.KeyPress,
    QEvent.Type.TouchBegin,
    QEvent.Type.TabletPress,
}


class LockScreen(Dialog):
    """Over the whole of one window: nothing shines through, nothing below can be reached.

    `typed` says whether a password may be typed here; else the provider's page asks for it.
    A dialog that is open below stays as it is; one that comes waits until this is gone.
    """

    def __init__(
        self,
        host: QWidget,
        who: str,
        unlock: Callable[[Credentials | None], Job[None]],
        user: Callable[[], str],
        sign_out: Callable[[], object],
        *,
        typed: bool,
        banner: str = "",
    ) -> None:
        super().__init__(host, tr("Locked"))
        self._unlock, self._user, self._typed = unlock, user, typed
        self.clock = plain.label(tone="hi", size="clock", weight=600, data=True)
        head = self.head.layout()
        assert isinstance(head, QHBoxLayout)
        head.addWidget(demo_mark(banner))
        head.addWidget(self.clock)
        kept = tr("Your case stays open; your claims and your words are kept.")
        self.body.addWidget(plain.label(who, tone="hi", weight=600, data=True))
        self.body.addWidget(plain.label(kept, wrap=True))
        self.waiting = plain.label(tone="act", weight=600)
        self.waiting.hide()
        self.body.addWidget(self.waiting)
        self.password = plain.line_edit(tr("Password"), secret=True)
        self.password.setAccessibleName(tr("Password"))
        self.password.setVisible(typed)
        self.message = plain.label(tone="act", wrap=True, data=True)
        self.message.setMinimumHeight(40)
        self.body.addWidget(self.password)
        self.body.addWidget(self.message)
        self.leave = self.add_button(tr("Sign out"), sign_out)
        name = tr("Unlock") if typed else tr("Unlock in the browser")
        self.button = self.add_main(name, self._submit)

    def cover(self) -> None:
        """At once, over whatever is open."""
        self._show_now(self.password if self._typed else self.button)

    def show_time(self, now: datetime) -> None:
        """By the clock on the wall here, with its zone: whoever passes by reads it."""
        self.clock.setText(f"{now.astimezone():%H:%M:%S %Z}")

    def show_waiting(self, words: str) -> None:
        """What cannot wait until somebody comes by; no patient is named on a locked desk."""
        if words and words != self.waiting.text():
            QApplication.beep()
        self.waiting.setText(words)
        self.waiting.setVisible(bool(words))
        self.refit()

    def show_code(self, code: EnterCode | None) -> None:
        """There is no browser here: what to enter on another device."""
        plain.set_tone(self.message, "act" if code is None else "hi")
        self.message.setText(code_words(code))
        self.refit()

    def back(self) -> None:
        """Escape leads nowhere from here."""

    def _submit(self) -> None:
        if self._typed and not self.password.text():
            self.password.setFocus()
            return
        self.button.setEnabled(False)
        self.message.setText("")
        typed = Credentials(self._user(), self.password.text()) if self._typed else None
        self.password.clear()
        self._unlock(typed).then(self._answered)

    def _answered(self, job: Job[None]) -> None:
        if not self.is_open:
            return
        self.button.setEnabled(True)
        said = str(job.error) if isinstance(job.error, WorkstationError) else ""
        self.message.setText(said or tr("The desk could not be unlocked."))
        self.refit()
        (self.password if self._typed else self.button).setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        """No scrim: nothing shines through."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("bg.app"))


class Covers:
    """Owned by the program, GUI thread: a cover over each window while the desk is locked."""

    def __init__(
        self,
        desk: DeskLock,
        windows: Callable[[], Iterable[QWidget]],
        user: Callable[[], str],
        sign_out: Callable[[], object],
        typed: Callable[[], bool],
        codes: Signal[EnterCode | None],
        waiting: Callable[[], str],
        clock: Clock,
        banner: str = "",
    ) -> None:
        self._desk, self._windows, self._user = desk, windows, user
        self._sign_out, self._typed, self._waiting = sign_out, typed, waiting
        self._clock, self._banner = clock, banner
        self._covers: list[LockScreen] = []
        self._second = QTimer()
        self._second.setInterval(1000)
        self._second.timeout.connect(self._tick)
        codes.connect(self._show_code)
        desk.changed.connect(lambda _: self._lock() if desk.locked else self._open())

    def _lock(self) -> None:
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        windows = list(self._windows())
        for stray in QApplication.topLevelWidgets():  # a file dialog, a menu that was torn off
            if stray.isVisible() and stray.isWindow() and stray not in windows:
                stray.close()
        front = QApplication.activeWindow()
        for window in sorted(windows, key=lambda each: each is front):  # the last has the focus
            cover = LockScreen(
                window, self._desk.who, self._desk.unlock, self._user, self._sign_out,
                typed=self._typed(), banner=self._banner,
            )  # fmt: skip
            self._covers.append(cover)
            cover.show_time(self._clock.now())
            cover.cover()
        self._second.start()
        self.refresh()

    def _tick(self) -> None:
        for cover in self._covers:
            cover.show_time(self._clock.now())

    def refresh(self) -> None:
        """The list or the outbox has news."""
        for cover in self._covers:
            cover.show_waiting(self._waiting())

    def _show_code(self, code: EnterCode | None) -> None:
        for cover in self._covers:
            cover.show_code(code)

    def _open(self) -> None:
        self._second.stop()
        for cover in self._covers:
            cover.answer()
        self._covers.clear()


class Hands(QObject):
    """Notices hands: keys, pointer and wheel in whichever window has the focus.

    Only there, as `ui.actions.Keys` does it: a filter over the whole application would see
    widgets that are being destroyed.
    """

    def __init__(self, app: QApplication, touched: Callable[[], None]) -> None:
        super().__init__(app)
        self._app, self._touched = app, touched
        self._watched: QWindow | None = None
        app.focusWindowChanged.connect(self._watch)
        self._watch(app.focusWindow())

    def stop(self) -> None:
        self._app.focusWindowChanged.disconnect(self._watch)
        self._watch(None)

    def _watch(self, window: QWindow | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = window
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _HANDS:
            self._touched()
        return False
