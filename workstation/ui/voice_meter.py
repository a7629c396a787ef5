"""The microphone on the screen: whether it hears, how loud, and what is being recognised.

In the status bar of every window with its words, and at the foot of the report as a button.
"""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from workstation.services.report.reporting import Reporting
from workstation.services.speech.dictation import Dictation
from workstation.services.speech.listening import Ear, Listening
from workstation.text import tr
from workstation.ui import icons, plain, theme
from workstation.ui.chips import KeyCap, key_width, paint_key, shown_key

_LEVEL = QSize(56, 6)
#: As wide with a level in it as with a key: nothing beside it moves when it begins to hear.
_BUTTON = QSize(76, 30)
_COMMAND = "dictation.toggle"
_SENTENCE = 480


class VoiceMeter(QWidget):
    """Every window's own, on every page: the eyes are on the images. GUI thread."""

    def __init__(self, listening: Listening, dictation: Dictation, reporting: Reporting) -> None:
        super().__init__()
        self._listening, self._dictation, self._reporting = listening, dictation, reporting
        self._mark = plain.mark("microphone", "text.low", 12)
        self._level = _Level()
        self._words = plain.elided(tone="hi", size="micro")
        self._key = KeyCap("")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for part in (self._mark, self._level, self._words, self._key):
            layout.addWidget(part)
        signals = (listening.changed, dictation.changed, reporting.changed)
        self._deaf = [signal.connect(self._follow) for signal in signals]
        self._follow(None)

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Keys by command line, as they are now."""
        self._key.set_key(keys.get(_COMMAND, ""))

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
        plain.set_tone(self._words, "act" if listening.trouble else "hi" if on else "low")
        # a sentence to read, not a word that goes with what is said
        wide = self._words.sizeHint().width() if listening.trouble else 0
        self._words.setMinimumWidth(min(wide, _SENTENCE))
        state = self._said(on) if on or listening.trouble else tr("off")
        self.setAccessibleName(tr("Dictation: {state}", state=state))

    def _said(self, on: bool) -> str:
        listening = self._listening
        if listening.trouble:
            return listening.trouble[:1].upper() + listening.trouble[1:]
        if not on:
            return tr("dictation off")
        if listening.ear is Ear.OPENING:
            return tr("opening…")
        if self._dictation.partial:
            return f"{self._dictation.partial} …"
        return tr("listening") if listening.dictates else tr("listening · commands alone")


class VoiceButton(QPushButton):
    """Begins and ends dictation; beside the text, where its words go. GUI thread."""

    def __init__(self, listening: Listening, reporting: Reporting, run: Callable[[str], None]):
        super().__init__()
        self._listening, self._reporting = listening, reporting
        self._key = ""
        self.setFixedSize(_BUTTON)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the caret stays where words go
        self.clicked.connect(lambda _checked=False: run(_COMMAND))
        for signal in (listening.changed, reporting.changed):
            signal.connect(lambda _: self._follow())
        self._follow()

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Keys by command line, as they are now."""
        self._key = shown_key(keys.get(_COMMAND, ""))
        self._follow()

    def _follow(self) -> None:
        on = self._listening.ear is not Ear.OFF
        written = self._reporting.report is not None and not self._reporting.settled
        self.setVisible(on or written)
        self.setEnabled(on or not self._reporting.read_only)
        self.setAccessibleName(tr("End dictation") if on else tr("Dictate"))
        why = self._listening.trouble
        plain.set_tooltip(self, why or self.accessibleName(), "" if why else self._key)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        on, trouble = self._listening.ear is not Ear.OFF, bool(self._listening.trouble)
        line = "hue.act" if trouble else "hue.here" if on else "line.edge"
        ink = line if trouble or on else "text.mid" if self.isEnabled() else "text.low"
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = theme.tokens().radius.control
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme.pen(line, 1.0, "solid" if self.isEnabled() else "dash"))
            if on or self.isDown() or self.underMouse():
                painter.setBrush(theme.color("bg.select" if on else "bg.hover"))
            painter.drawRoundedRect(box, radius, radius)
            icons.paint(painter, "microphone", 10, 7, ink)
            if on:
                _paint_level(painter, QRectF(34, 12, 32, 6), self._listening.level)
            elif self._key:
                at = QPointF(self.width() - 10 - key_width(self._key), 6)
                paint_key(painter, at, self._key, ink)


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
            _paint_level(painter, QRectF(self.rect()), self._level)


def _paint_level(painter: QPainter, whole: QRectF, level: float) -> None:
    painter.fillRect(whole, theme.color("line.strong"))
    whole.setWidth(whole.width() * level)
    painter.fillRect(whole, theme.color("hue.act" if level > 0.9 else "hue.here"))
