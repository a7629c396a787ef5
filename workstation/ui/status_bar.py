"""The status bar: how things stand, and what the last command says for itself."""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from workstation.text import tr
from workstation.ui import plain
from workstation.ui.chips import KeyCap
from workstation.ui.plain import ElidedLabel, Tone

FOOT: Final = 24


@frozen
class Standing:
    """What the status bar says, part by part; an empty text takes no room."""

    sites: str = ""
    all_sites: bool = True
    loading: str = ""
    draft: str = ""
    following: str = ""  # the case that comes next
    news: str = ""  # what the last command says for itself
    message: str = ""  # why the last command did not work
    outbox: str = ""
    engine: str = ""  # what draws volumes, where that is not what was meant
    store: str = ""  # a standing notice: nothing is kept on this machine


class StatusBar(QWidget):
    """One quiet line; news has a place of its own and never moves its neighbours' words.

    `hints` are command lines and a word or two for each; `show_keys` gives them their keys.
    """

    def __init__(self, hints: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        plain.ground(self, "raised")
        self.setFixedHeight(FOOT)
        self._dot = plain.mark("dot", "hue.done", 12)
        self._parts = {
            name: _part(tone, long=name in _SENTENCES) for name, tone in _STANDING.items()
        }
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(16)
        layout.addWidget(plain.row(self._dot, self._parts["sites"], spacing=6))
        for name in ("loading", "draft", "following", "news", "message"):
            layout.addWidget(self._parts[name])
        layout.addStretch(1)
        layout.addWidget(self._parts["engine"])
        layout.addWidget(self._parts["store"])
        self._sending = plain.mark("send", "hue.open", 12)
        layout.addWidget(plain.row(self._sending, self._parts["outbox"], spacing=6))
        self._hints: dict[str, tuple[QWidget, KeyCap]] = {}
        for line, words in hints:
            cap = KeyCap("")
            hint = plain.row(cap, plain.label(words, tone="low", size="micro"), spacing=6)
            self._hints[line] = hint, cap
            layout.addWidget(hint)
        self.show_keys({})
        self.show_standing(Standing())

    def add_voice(self, meter: QWidget) -> None:
        """The microphone, beside the sites."""
        layout = self.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.insertWidget(1, meter)

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Keys by command line, as they are now; without one there is nothing to hint at."""
        for line, (hint, cap) in self._hints.items():
            cap.set_key(keys.get(line, ""))
            hint.setVisible(line in keys)

    def show_standing(self, told: Standing) -> None:
        for name, part in self._parts.items():
            words = getattr(told, name)
            if name in _STANDING_WHY:
                self._show_why(name, words)
                continue
            if name in _SENTENCES:  # errors are worded to stand behind a colon
                words = words[:1].upper() + words[1:]
            part.say(words) if isinstance(part, ElidedLabel) else part.setText(words)
            part.setVisible(bool(words))
        self._make_room()
        self._dot.show_icon(
            "dot" if told.all_sites else "barred", "hue.done" if told.all_sites else "hue.none"
        )
        self._sending.setVisible(bool(told.outbox))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """What stands on and on gives way to what is said now, and comes back after it."""
        said = [self._parts[name] for name in ("news", "message")]
        for part in said:
            part.setMinimumWidth(min(part.sizeHint().width(), self.width() // 4))
        narrow = self.width() < _ROOMY and any(not part.isHidden() for part in said)
        for name in ("following", "engine", "store"):
            part = self._parts[name]
            part.setVisible(not narrow and bool(part.accessibleDescription() or part.text()))

    def _show_why(self, name: str, why: str) -> None:
        """It is so on many machines and every day: a few words, and why to whoever asks."""
        part = self._parts[name]
        part.setText(tr(_STANDING_WHY[name]) if why else "")
        part.setToolTip(plain.tooltip_text(why))
        part.setAccessibleDescription(why)
        part.setVisible(bool(why))


def _part(tone: Tone, *, long: bool) -> QLabel:
    """A sentence gives way where the window is narrow; a state is short and stays whole."""
    if long:
        return plain.elided(tone=tone, size="micro")
    return plain.label(tone=tone, size="micro", data=True)


#: What may be cut where there is no room; its tooltip is whole.
_SENTENCES: Final = ("news", "message")
#: What stands there all night, in words that do not; the tooltip says why it is so.
_STANDING_WHY: Final = {"engine": "CPU planes", "store": "Unsent work is not kept"}
#: Narrower, there is no room for what is said now and for what stands there every day.
_ROOMY: Final = 1600
_STANDING: Final[dict[str, Tone]] = {
    "sites": "mid",
    "loading": "mid",
    "draft": "mid",
    "following": "mid",
    "news": "hi",
    "message": "act",
    "engine": "low",
    "store": "open",
    "outbox": "open",
}
