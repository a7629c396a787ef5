"""The microphone in the status bar: whether it hears, how loud, and what is being recognised."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workstation.services.report.reporting import Reporting
from workstation.services.speech.dictation import Dictation
from workstation.services.speech.listening import Ear, Listening
from workstation.text import tr
from workstation.ui import plain, theme
from workstation.ui.chips import KeyCap

_LEVEL = QSize(56, 6)
_SENTENCE = 480


class VoiceMeter(QWidget):
    """Every window's own, on every page: the eyes are on the images. GUI thread."""

    def __init__(
        self, listening: Listening, dictation: Dictation, reporting: Reporting, key: str
    ) -> None:
        super().__init__()
        self._listening, self._dictation, self._reporting = listening, dictation, reporting
        self._mark = plain.mark("microphone", "text.low", 12)
        self._level = _Level()
        self._words = plain.elided(tone="hi", size="micro")
        self._key = KeyCap(key)
        self._key.setVisible(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for part in (self._mark, self._key, self._level, self._words):
            layout.addWidget(part)
        signals = (listening.changed, dictation.changed, reporting.changed)
        self._deaf = [signal.connect(self._follow) for signal in signals]
        self._follow(None)

    def leave(self) -> None:
        """Its window goes."""
        for disconnect in self._deaf:
            disconnect()

    def _follow(self, _news: None) -> None:
        listening = self._listening
        written = self._reporting.report is not None and not self._reporting.settled
        on = listening.ear is not Ear.OFF
        self.setVisible(written or on)
        self._key.setVisible(not on and not listening.trouble)
        self._level.setVisible(on)
        self._level.show_level(listening.level)
        icon = "hue.act" if listening.trouble else "hue.here" if on else "text.low"
        self._mark.show_icon("microphone", icon)
        self._words.say(self._said(on))
        plain.set_tone(self._words, "act" if listening.trouble else "hi")
        # a sentence to read, not a word that goes with what is said
        wide = self._words.sizeHint().width() if listening.trouble else 0
        self._words.setMinimumWidth(min(wide, _SENTENCE))
        self.setAccessibleName(tr("Dictation: {state}", state=self._said(on) or tr("off")))

    def _said(self, on: bool) -> str:
        listening = self._listening
        if listening.trouble:
            return listening.trouble
        if not on:
            return ""
        if listening.ear is Ear.OPENING:
            return tr("opening…")
        if self._dictation.partial:
            return f"{self._dictation.partial} …"
        return tr("listening") if listening.dictates else tr("listening · commands alone")


class _Level(QWidget):
    """A bar from silence to full scale; the last tenth is too loud."""

    def __init__(self) -> None:
        super().__init__()
        self._level = 0.0
        self.setFixedSize(_LEVEL)

    def show_level(self, level: float) -> None:
        if level != self._level:
            self._level = level
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            whole = QRectF(0, 0, self.width(), self.height())
            painter.fillRect(whole, theme.color("line.strong"))
            loud = "hue.act" if self._level > 0.9 else "hue.here"
            whole.setWidth(whole.width() * self._level)
            painter.fillRect(whole, theme.color(loud))
