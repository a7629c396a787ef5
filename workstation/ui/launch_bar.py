"""A case was sent to this desk while the reader does something else: said, and opened on demand.

It takes no focus and no keystroke: the words that are dictated belong to the open case.
"""

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workstation.text import tr
from workstation.ui import plain, theme

_HIGH = 40


class LaunchBar(QWidget):
    """One in each window; hidden until there is something to ask."""

    def __init__(self, run: Callable[[str], None]) -> None:
        super().__init__()
        self.setFixedHeight(_HIGH)
        self.setAccessibleName(tr("A case was sent here"))
        self._words = plain.elided(tone="hi", weight=600)
        self.open = plain.button(tr("Open it"), lambda: run("case.open-launched"))
        self.later = plain.button(tr("Not now"), lambda: run("case.dismiss-launched"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 12, 0)
        layout.setSpacing(10)
        layout.addWidget(plain.mark("note", "hue.here"))
        layout.addWidget(self._words)
        layout.addStretch(1)
        for button in (self.open, self.later):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            layout.addWidget(button)
        self.hide()

    def ask(self, site: str) -> None:
        """`site` sent it; empty: nothing is to be asked."""
        if site:
            self._words.say(tr("{site} sent a case to this desk", site=site))
        self.setVisible(bool(site))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("bg.raised"))
            painter.fillRect(QRectF(0, 0, 6, self.height()), theme.color("hue.here"))
