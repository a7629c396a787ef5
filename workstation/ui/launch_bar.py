"""What other programs at the desk did, said in a bar of its own and dealt with on demand.

A bar takes no focus and no keystroke: the words that are dictated belong to the open case.
"""

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workstation.text import tr
from workstation.ui import plain, theme
from workstation.ui.buttons import Button

_HIGH = 40


class _Bar(QWidget):
    """One in each window; hidden until there is something to say."""

    def __init__(self, name: str, icon: str, hue: str, buttons: tuple[Button, Button]) -> None:
        super().__init__()
        self.setFixedHeight(_HIGH)
        self.setAccessibleName(name)
        self._hue = hue
        self._words = plain.elided(tone="hi", weight=600)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 12, 0)
        layout.setSpacing(10)
        layout.addWidget(plain.mark(icon, hue))
        layout.addWidget(self._words)
        layout.addStretch(1)
        for button in buttons:
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            layout.addWidget(button)
        self.hide()

    def _say(self, words: str) -> None:
        if words:
            self._words.say(words)
        self.setVisible(bool(words))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("bg.raised"))
            painter.fillRect(QRectF(0, 0, 6, self.height()), theme.color(self._hue))


class LaunchBar(_Bar):
    """A case was sent to this desk while the reader does something else."""

    def __init__(self, run: Callable[[str], None]) -> None:
        opens = plain.button(tr("Open it"), lambda: run("case.open-launched"))
        later = plain.button(tr("Not now"), lambda: run("case.dismiss-launched"))
        super().__init__(tr("A case was sent here"), "note", "hue.here", (opens, later))
        self.open, self.later = opens, later

    def ask(self, site: str) -> None:
        """`site` sent it; empty: nothing is to be asked."""
        self._say(tr("{site} sent a case to this desk", site=site) if site else "")


class StepBar(_Bar):
    """Another program did not follow: it may show another patient than this one."""

    def __init__(self, run: Callable[[str], None]) -> None:
        again = plain.button(tr("Tell it again"), lambda: run("case.share"))
        known = plain.button(tr("Understood"), lambda: run("case.apart"))
        name = tr("Another program shows another case")
        super().__init__(name, "octagon-filled", "hue.act", (again, known))
        self.again, self.known = again, known

    def warn(self, words: str) -> None:
        """Who is out of step, and why; empty: nobody."""
        self._say(words)
